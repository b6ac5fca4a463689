"""Songs of your own, in a folder for each genre."""

import os
import warnings
from pathlib import Path
from typing import Literal, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from skgenre._bunches import SongFolder
from skgenre._sklearn.typed import validate_params
from skgenre._song_files.folder_walk import describe_unreadable, walk_folders
from skgenre._song_files.warnings import UnreadableSongWarning
from skgenre._types import PathLike
from skgenre.audio._suffixes import is_song


class ListedFolder(NamedTuple):
    """Files of a folder that has a folder for each genre; their paths are relative to it."""

    root: Path
    songs: list  # of Path, sorted
    left_out: list  # of Path: hidden, in no genre's folder, or not named as sound
    unreadable: list  # of OSError: folders and links

    @property
    def genres(self):
        """The genre of each song."""
        return [song.parts[0] for song in self.songs]

    @property
    def paths(self):
        """The path of each song."""
        return [str(self.root / song) for song in self.songs]

    @property
    def n_left_out(self):
        """Number of files, folders and links that are not taken."""
        return len(self.left_out) + len(self.unreadable)


@overload
def load_audio_folder(path: PathLike, *, return_X_y: Literal[False] = False) -> SongFolder: ...


@overload
def load_audio_folder(
    path: PathLike, *, return_X_y: Literal[True]
) -> tuple[list[str], NDArray[np.int64]]: ...


@overload
def load_audio_folder(
    path: PathLike, *, return_X_y: bool
) -> SongFolder | tuple[list[str], NDArray[np.int64]]: ...


@validate_params(
    {"path": [str, os.PathLike], "return_X_y": ["boolean"]},
    prefer_skip_nested_validation=True,
)
def load_audio_folder(
    path: PathLike, *, return_X_y: bool = False
) -> SongFolder | tuple[list[str], NDArray[np.int64]]:
    """Find the songs in a folder that has a folder for each genre.

    As :func:`sklearn.datasets.load_files`, but no file is opened: what comes back are paths, which
    :class:`~skgenre.SongClassifier` reads. Links are followed, but into no folder twice within a
    genre, so that those in a circle come to an end. Songs may lie deeper in a genre's folder, say
    in one for each album::

        music/
            classical/
                prelude.flac
            rock/
                an album/
                    first song.mp3

    Parameters
    ----------
    path : str or path-like
        The folder of folders.
    return_X_y : bool, default=False
        Return only ``(paths, target)``.

    Returns
    -------
    songs : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with the following attributes.

        paths : list of str
            Sound files, sorted by genre and by path.
        target : ndarray of shape (n_songs,), dtype int64
            Index of each song's genre in `target_names`.
        target_names : ndarray of shape (n_genres,), dtype str
            Names of the folders that have songs, sorted.
        n_left_out : int
            Files that are hidden, that lie beside the genres' folders, or whose name does not
            end as a sound file's does; and folders and links that could not be read.

    (paths, target) : tuple if ``return_X_y=True``
        The sound files and their classes, as above.

    Raises
    ------
    ValueError
        If there is no such folder, if it cannot be read, or if there is no sound file in its
        folders.

    Warns
    -----
    UnreadableSongWarning
        If folders or links in it cannot be read; it names them.

    See Also
    --------
    skgenre.SongClassifier : Learns from such songs.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skgenre.datasets import load_audio_folder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ["rock/a.ogg", "rock/cover.jpg", "classical/b.wav"]:
    ...         file = Path(folder) / name
    ...         file.parent.mkdir(exist_ok=True)
    ...         file.touch()
    ...     songs = load_audio_folder(folder)
    >>> songs.target_names[songs.target], songs.n_left_out
    (array(['classical', 'rock'], dtype='<U9'), 1)
    """
    folder = list_audio_folder(path)
    if folder.unreadable:
        warnings.warn(_name_unreadable(folder.unreadable), UnreadableSongWarning, stacklevel=3)
    target_names, target = np.unique(folder.genres, return_inverse=True)
    if return_X_y:
        return folder.paths, target
    return SongFolder(
        paths=folder.paths,
        target=target,
        target_names=target_names,
        n_left_out=folder.n_left_out,
    )


def list_audio_folder(path):
    """List the songs of a folder that has a folder for each genre, and what is left out.

    Parameters
    ----------
    path : str or path-like
        The folder of folders.

    Returns
    -------
    folder : ListedFolder
        One song or more.

    Raises
    ------
    ValueError
        As in `load_audio_folder`.
    """
    root = Path(path)
    if not os.path.isdir(root):
        raise ValueError(f"{os.fspath(path)!r} is not a folder.")
    found = walk_folders(root)
    songs = [file for file in found.files if is_song(file) and len(file.parts) > 1]
    if not songs:
        reason = f" {_name_unreadable(found.unreadable)}" if found.unreadable else ""
        raise ValueError(
            f"{os.fspath(path)!r} has no sound file in a folder for a genre: expected files such "
            f"as rock/song.ogg in it.{reason}"
        )
    taken = set(songs)
    left_out = [file for file in found.files if file not in taken]
    return ListedFolder(root, songs, left_out, found.unreadable)


def _name_unreadable(errors):
    return f"Left out, as it cannot be read: {describe_unreadable(errors)}."
