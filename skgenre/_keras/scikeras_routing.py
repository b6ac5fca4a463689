"""How scikeras routes parameters such as ``optimizer__momentum``: two private functions of it."""

# Both decide what a routed parameter means, and so may not differ from scikeras' own.
from scikeras._utils import route_params, unflatten_params

__all__ = ["route_params", "unflatten_params"]
