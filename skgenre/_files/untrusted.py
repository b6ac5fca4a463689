"""Files from anywhere: bounded, and one error for all that may be wrong with them."""

import os
from contextlib import contextmanager


@contextmanager
def one_error(task, path, refused):
    """Make one `ValueError` with the path and the reason of what goes wrong in a block.

    Parameters
    ----------
    task : str
        What cannot be done, for example "read audio from".
    path : str or path-like
        The file.
    refused : tuple of type
        Exceptions that speak of the file.

    Raises
    ------
    ValueError
        In place of any of them.
    """
    try:
        yield
    except refused as error:
        raise ValueError(f"Cannot {task} {os.fspath(path)!r}: {_reason(error)}") from error


def _reason(error):
    # libsndfile's and the system's own messages repeat the path.
    known = getattr(error, "error_string", None) or getattr(error, "strerror", None) or str(error)
    return known or ("it ends early." if isinstance(error, EOFError) else type(error).__name__)


def check_regular(path):
    """Refuse a path of anything but a file: opening a pipe would wait for somebody to write to it.

    Parameters
    ----------
    path : str or path-like
        The path.

    Raises
    ------
    ValueError
        If it is no file, or there is none.
    """
    if not os.path.isfile(path):
        raise ValueError("it is not a file." if os.path.exists(path) else "there is no such file.")


def check_size(file, max_bytes):
    """Refuse an open file of more bytes, and go to its beginning."""
    n_bytes = file.seek(0, os.SEEK_END)
    if n_bytes > max_bytes:
        raise ValueError(f"it has {n_bytes} bytes, more than {max_bytes}.")
    file.seek(0)
