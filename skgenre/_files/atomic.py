"""Files that are there as a whole, or not at all."""

import errno
import os
import secrets
import shutil
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path):
    """Write a file beside its place and move it there once all of it is on the disk.

    Whatever ends the writing, an exception, a full disk, a killed process or a power cut, the file
    that was there before stays. Only a process that is killed may leave its unfinished file behind,
    hidden and named after the other one.

    Parameters
    ----------
    path : str or path-like
        The place. If it is a link, its target is replaced.

    Yields
    ------
    file : binary file
        To be written to.

    Raises
    ------
    OSError
        If the file cannot be written; it names `path`.
    """
    place = Path(os.path.realpath(path))
    unfinished = place.with_name(f".{place.name[:200]}.{secrets.token_hex(8)}")
    try:
        if place.exists() and not place.is_file():
            raise OSError(errno.EINVAL, "it is not a regular file")
        with open(unfinished, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if place.exists():
            shutil.copymode(place, unfinished)
        os.replace(unfinished, place)
        _settle(place.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), os.fspath(path)) from error
    finally:
        if unfinished.exists():
            unfinished.unlink()


def _settle(folder):
    """Have the system write down which files a folder holds."""
    if os.name != "posix":  # pragma: no cover  (folders cannot be opened on Windows)
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
