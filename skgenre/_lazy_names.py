"""Public names that resolve on first use (PEP 562): one does not load what the others need."""

import sys
from importlib import import_module


def lazy_names(package, homes, submodules=()):
    """Make what a package needs for public names that resolve on first use.

    Type checkers read the names from the stub beside it.

    Parameters
    ----------
    package : str
        Its `__name__`.
    homes : dict of str to tuple of str
        Modules, and the names that each of them defines.
    submodules : tuple of str, default=()
        Names of modules of the package that are public themselves.

    Returns
    -------
    getattr, dir : callable
        The package's `__getattr__` and `__dir__`.
    names : list of str
        Its `__all__`.
    """
    home_of = {name: home for home, names in homes.items() for name in names}
    names = sorted({*home_of, *submodules})

    def resolve(name):
        if name in home_of:
            return getattr(import_module(home_of[name]), name)
        if name in submodules:
            return import_module(f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    def list_names():
        # Those of any module, and "__version__"; not what it is made with.
        special = (name for name in vars(sys.modules[package]) if name.startswith("__"))
        return sorted({*names, *special})

    return resolve, list_names, names
