"""Frozen distributions of scipy in files: their names and numbers.

Their own state holds Python code as text, which scipy runs when the state is set: no file may give
it.
"""

from numbers import Real
from typing import Any


class FrozenDistribution:
    """Stands for a frozen distribution in a file; made of its parts it is that distribution.

    Parameters
    ----------
    name : str
        Name of a distribution in ``scipy.stats``.
    args : tuple of float
        Parameters.
    kwds : dict of float
        Parameters by name.

    Raises
    ------
    ValueError
        If there is no such distribution, or a parameter is no number.
    """

    parts: tuple[str, tuple[Any, ...], dict[str, Any]]

    def __new__(cls, name: str, args: tuple[Any, ...], kwds: dict[str, Any]) -> Any:
        # It takes longer to load than most models.
        from scipy import stats

        distribution = getattr(stats, name, None)
        if not isinstance(distribution, stats.rv_continuous | stats.rv_discrete):
            raise ValueError(f"scipy.stats has no distribution {name!r}.")
        if not _are_numbers(args, kwds):
            raise ValueError(f"a distribution {name!r} is not one of {args!r:.100}, {kwds!r:.100}.")
        return distribution(*args, **kwds)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self.parts


def named(value):
    """Exchange a frozen distribution of scipy's for one that goes into a file by its name.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    value : object
        A `FrozenDistribution`; the same where it is no distribution that scipy has under its name,
        or its parameters are no numbers.
    """
    from scipy.stats.distributions import rv_frozen

    if not isinstance(value, rv_frozen) or not _is_known(value.dist):
        return value
    if not _are_numbers(value.args, value.kwds):
        return value
    stand_in = object.__new__(FrozenDistribution)
    stand_in.parts = value.dist.name, value.args, value.kwds
    return stand_in


def _is_known(distribution):
    from scipy import stats

    known = getattr(stats, distribution.name, None)
    return type(known) is type(distribution) and all(
        getattr(known, name) == getattr(distribution, name) for name in ("a", "b", "shapes")
    )


def _are_numbers(args, kwds):
    return all(isinstance(value, Real) for value in (*args, *kwds.values()))
