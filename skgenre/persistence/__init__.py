"""Fitted estimators in files that hold no code."""

from skgenre._lazy_names import lazy_names

# Files refer to it by this name.
from skgenre.persistence._frozen_distributions import FrozenDistribution as FrozenDistribution

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "skgenre.persistence._model_info": ("ModelInfo", "model_info"),
        "skgenre.persistence._saving": ("TRUSTED_TYPES", "load", "save"),
    },
)
