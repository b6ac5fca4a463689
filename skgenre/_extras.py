"""Libraries that are not installed with the package itself."""

from importlib import import_module


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
        raise ModuleNotFoundError(
            f"{error}; it comes with: pip install 'skgenre[{extra}]'", name=error.name
        ) from error
