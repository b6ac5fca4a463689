"""Public names that resolve on first use (PEP 562): one does not load what the others need."""

from importlib import import_module


def lazy_names(package, homes):
    """Make what a package needs for public names that resolve on first use.

    Type checkers read the names from the stub beside it.

    Parameters
    ----------
    package : str
        Its `__name__`.
    homes : dict of str to tuple of str
        Modules, and the names that each of them defines.

    Returns
    -------
    getattr, dir : callable
        The package's `__getattr__` and `__dir__`.
    names : list of str
        Its `__all__`.
    """
    home_of = {name: home for home, names in homes.items() for name in names}

    def resolve(name):
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(home_of[name]), name)

    return resolve, lambda: sorted(home_of), sorted(home_of)
