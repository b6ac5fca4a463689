"""Files in a folder and in those below it."""

import os
from pathlib import Path
from typing import NamedTuple


class Found(NamedTuple):
    """What there is in a folder and below it."""

    files: list  # of Path, relative to the folder, sorted
    unreadable: list  # of OSError: folders, and links that lead nowhere

    def describe_unreadable(self):
        """Name what could not be read, with the reasons."""
        return describe_unreadable(self.unreadable)


def describe_unreadable(errors):
    """Name what could not be read, with the reasons."""
    return "; ".join(f"{error.filename!r}: {error.strerror}" for error in errors)


def walk_files(root):
    """Find the files below a folder.

    Links are followed. Each folder is entered once, so that links in a circle come to an end.

    Parameters
    ----------
    root : str or path-like
        The folder.

    Returns
    -------
    found : Found
        Files, and what could not be read.
    """
    return _walk(root, [])


def walk_folders(root):
    """Find the files below a folder, where each folder in it is a collection of its own.

    As `walk_files`, but a folder that is linked to from two of them is entered in both.

    Parameters
    ----------
    root : str or path-like
        The folder.

    Returns
    -------
    found : Found
        Files, and what could not be read.
    """
    files, unreadable = [], []
    try:
        names = os.listdir(root)
    except OSError as error:
        return Found([], [error])
    for name in names:
        path = os.path.join(root, name)
        if os.path.isdir(path):
            inside = _walk(path, [root])
            files += [Path(name, file) for file in inside.files]
            unreadable += inside.unreadable
        else:
            _add(path, Path(name), files, unreadable)
    return Found(sorted(files), unreadable)


def _walk(root, around):
    files, unreadable = [], []
    entered = {_identify(folder, unreadable) for folder in (*around, root)}
    for folder, folder_names, names in os.walk(root, followlinks=True, onerror=unreadable.append):
        folder_names[:] = _enter(folder, folder_names, entered, unreadable)
        for name in names:
            path = os.path.join(folder, name)
            _add(path, Path(path).relative_to(root), files, unreadable)
    return Found(sorted(files), unreadable)


def _enter(folder, names, entered, unreadable):
    """List the folders that are new; where two are the same, it is not the link."""
    new = {None: None}
    for name in sorted(names, key=lambda name: (os.path.islink(os.path.join(folder, name)), name)):
        new.setdefault(_identify(os.path.join(folder, name), unreadable), name)
    found = sorted(new[identity] for identity in new.keys() - entered - {None})
    entered.update(new)
    return found


def _identify(path, unreadable):
    """Identify a folder by device and inode; None if it cannot be read."""
    try:
        found = os.stat(path)
    except OSError as error:
        unreadable.append(error)
        return None
    return found.st_dev, found.st_ino


def _add(path, name, files, unreadable):
    """Add a file's name to the files; what is neither file nor folder is left aside."""
    if os.path.isfile(path):
        files.append(name)
    else:
        _identify(path, unreadable)
