"""The folder of songs that several commands read: its options, and what they lead to."""

import os
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import rich_click as click

from skgenre._terminal.text import say
from skgenre.cli._left_out import count_suffixes, describe_left_out
from skgenre.cli._options import cache_option, jobs_option, options
from skgenre.cli._status import DONE, SOME_FILES_FAILED

if TYPE_CHECKING:
    import numpy as np

    from skgenre.datasets._scanned_folder import AudioFolderScan

folder_options = options(
    click.argument(
        "folder",
        type=click.Path(exists=True, file_okay=False),
        help="Folder that has a folder of songs for each genre.",
    ),
    cache_option,
    jobs_option,
)


class Songs(NamedTuple):
    """Songs of a folder that could be read, and what else is in it."""

    paths: list
    waveforms: list
    labels: "np.ndarray"  # (n_songs,), str
    scan: "AudioFolderScan"

    @property
    def status(self):
        """What a command that used them returns."""
        return SOME_FILES_FAILED if _failed(self.scan) else DONE

    def describe(self):
        """Describe how many there are of each genre, and how many could not be read."""
        n_failed = len(_failed(self.scan))
        failed = f", {n_failed} could not be read" if n_failed else ""
        return f"{describe_songs(self.labels)}{failed}"


def read_songs(folder, sample_rate, cache, jobs, *, check):
    """Read the songs of a folder, and report what cannot be used.

    Parameters
    ----------
    folder : str
        Has a folder for each genre.
    sample_rate : int
        In Hz.
    cache : str or None
        Folder where decoded songs are kept.
    jobs : int
        Songs that are read at once.
    check : callable
        Takes the genre of each song and refuses too few of them. It is called before a song is
        read, and for those that could be read.

    Returns
    -------
    songs : Songs
        What could be read.

    Raises
    ------
    ValueError
        As `check` does.
    """
    import numpy as np

    from skgenre.datasets._audio_folder import list_audio_folder
    from skgenre.datasets._audio_folder_scan import read_audio_folder

    check(list_audio_folder(folder).genres)
    scan, waveforms = read_audio_folder(
        folder, sample_rate=sample_rate, memory=cache, n_jobs=jobs, verbose=1
    )
    _report(scan)
    readable = [song for song in scan.songs if song.error is None]
    labels = [song.genre for song in readable]
    check(labels)
    return Songs([_path(scan, song) for song in readable], waveforms, np.array(labels), scan)


def check_genres(labels, n_songs):
    """Check that there are songs enough, of genres enough.

    Parameters
    ----------
    labels : sequence of n_songs str
        A genre for each song.
    n_songs : int
        Songs that each genre needs.

    Raises
    ------
    ValueError
        If there are fewer than two genres, or fewer songs of one.
    """
    counts = count_songs(labels)
    few = [f"{genre} has {count}" for genre, count in counts.items() if count < n_songs]
    if len(counts) < 2 or few:
        songs = "a song" if n_songs == 1 else f"at least {n_songs} songs"
        found = few or [f"there is only {genre}" for genre in counts] or ["there is none"]
        raise ValueError(f"needs two genres with {songs} each; {', '.join(found)}.")


def count_songs(labels):
    """Count the songs of each genre.

    Parameters
    ----------
    labels : sequence of n_songs str
        A genre for each song.

    Returns
    -------
    counts : dict of str to int
        By genre, sorted.
    """
    return dict(sorted(Counter(map(str, labels)).items()))


def describe_songs(labels):
    """Describe how many songs there are of each genre.

    Parameters
    ----------
    labels : ndarray of shape (n_songs,)
        A genre for each song.

    Returns
    -------
    text : str
        Such as "19 songs (12 classical, 7 rock)".
    """
    counts = ", ".join(f"{count} {genre}" for genre, count in count_songs(labels).items())
    return f"{len(labels)} songs ({counts})"


def _report(scan):
    for song in _failed(scan):
        if not song.needs_extra:
            say(f"Cannot read audio from {_path(scan, song)!r}: {song.error}")
    for folder, reason in scan.unreadable_folders.items():
        say(f"Left out, as it cannot be read: {os.path.join(scan.folder, folder)!r}: {reason}.")
    lacking = count_suffixes(song.path for song in scan.songs if song.needs_extra)
    for line in describe_left_out(lacking, scan.unsupported):
        say(line)
    n_named = sum(scan.unsupported.values()) + len(scan.unreadable_folders)
    if n_others := scan.n_left_out - n_named:
        say(f"Files left out, as hidden or no songs of a genre: {n_others}.")
    if scan.duplicates:
        _report_duplicates(scan)


def _report_duplicates(scan):
    from skgenre._song_files.recordings import describe_duplicates

    numbers = {song.path: number for number, song in enumerate(scan.songs)}
    repeated = [tuple(numbers[path] for path in paths) for paths in scan.duplicates]
    paths = [_path(scan, song) for song in scan.songs]
    say(describe_duplicates(repeated, paths, [song.genre for song in scan.songs]))


def _failed(scan):
    return [song for song in scan.songs if song.error is not None]


def _path(scan, song):
    return os.path.join(scan.folder, song.path)
