"""Progress bars on standard error, with the time left."""

from rich.console import Console
from rich.progress import Progress, track


def follow(iterable, total, text, *, shown=True):
    """Pass items through and show how many have come.

    Parameters
    ----------
    iterable : iterable
        Items.
    total : int
        How many there will be.
    text : str
        What is done with them.
    shown : bool, default=True
        Whether to show anything.

    Returns
    -------
    items : iterator
        The same items.
    """
    console = Console(stderr=True)
    return track(iterable, text, total=total, console=console, disable=not shown)


def bars():
    """Make a `rich.progress.Progress`, for several bars or steps of unequal kinds."""
    return Progress(*Progress.get_default_columns(), console=Console(stderr=True))
