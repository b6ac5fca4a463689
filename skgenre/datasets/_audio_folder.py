"""Songs of your own, in a folder for each genre."""

import os
import warnings
from pathlib import Path
from typing import Literal, overload

import numpy as np
from numpy.typing import NDArray

from skgenre._bunches import SongFolder
from skgenre._folder_walk import walk_folders
from skgenre._sklearn_types import validate_params
from skgenre._song_warnings import UnreadableSongWarning
from skgenre._types import PathLike

# What skgenre.audio.read_audio reads; the last two lines with PyAV.
SOUND_SUFFIXES = frozenset(
    {
        *(".aif", ".aifc", ".aiff", ".au", ".caf", ".flac", ".mp2", ".mp3", ".oga", ".ogg"),
        *(".opus", ".snd", ".w64", ".wav", ".wave"),
        *(".3gp", ".aac", ".ac3", ".amr", ".ape", ".asf", ".m4a", ".m4b", ".mka", ".mpc"),
        *(".tta", ".webm", ".wma", ".wv"),
    }
)


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
    root = Path(path)
    if not os.path.isdir(root):
        raise ValueError(f"{os.fspath(path)!r} is not a folder.")
    found = walk_folders(root)
    songs = [file for file in found.files if is_song(file) and len(file.parts) > 1]
    unreadable = f"Left out, as it cannot be read: {found.describe_unreadable()}."
    if not songs:
        raise ValueError(
            f"{os.fspath(path)!r} has no sound file in a folder for a genre: expected files such "
            f"as rock/song.ogg in it.{' ' + unreadable if found.unreadable else ''}"
        )
    if found.unreadable:
        warnings.warn(unreadable, UnreadableSongWarning, stacklevel=3)
    target_names, target = np.unique([song.parts[0] for song in songs], return_inverse=True)
    paths = [str(root / song) for song in songs]
    if return_X_y:
        return paths, target
    return SongFolder(
        paths=paths,
        target=target,
        target_names=target_names,
        n_left_out=len(found.files) - len(songs) + len(found.unreadable),
    )


def is_song(file):
    """Tell whether a path, relative to the folder that is looked through, is a song's."""
    hidden = any(part.startswith(".") for part in file.parts)
    return not hidden and file.suffix.lower() in SOUND_SUFFIXES
