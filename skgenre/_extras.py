"""Libraries that are not installed with the package itself."""

from importlib import import_module
from importlib.util import find_spec


def import_extra(name, extra):
    """Import a library of one of the package's extras.

    Parameters
    ----------
    name : str
        What is imported.
    extra : str
        The extra that installs it.

    Returns
    -------
    library : module
        The library.

    Raises
    ------
    ModuleNotFoundError
        If it is not installed; the message says how to install it.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        message = _how_to_install(str(error), extra)
        raise ModuleNotFoundError(message, name=error.name) from error


def check_extra(name, extra):
    """Check that a library is installed, without importing it.

    Parameters
    ----------
    name : str
        What will be imported.
    extra : str
        The extra that installs it.

    Raises
    ------
    ModuleNotFoundError
        If it is not installed; the message says how to install it.
    """
    if find_spec(name) is None:
        raise ModuleNotFoundError(_how_to_install(f"No module named {name!r}", extra), name=name)


def lacks_library(error):
    """Return whether an error was caused by a library that is not installed.

    Parameters
    ----------
    error : Exception
        The error.

    Returns
    -------
    lacks : bool
        Whether it, or what it was raised from, is a `ModuleNotFoundError`.
    """
    while error is not None:
        if isinstance(error, ModuleNotFoundError):
            return True
        error = error.__cause__
    return False


def _how_to_install(reason, extra):
    return f"{reason}; it comes with: pip install 'skgenre[{extra}]'"
