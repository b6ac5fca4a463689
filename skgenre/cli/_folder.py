"""The folder of songs that several commands read: its options, and what they lead to."""

import warnings
from typing import TYPE_CHECKING, NamedTuple

import rich_click as click

from skgenre._terminal.text import say
from skgenre.cli._options import cache_option, jobs_option, options, sample_rate_option
from skgenre.cli._status import DONE, SOME_FILES_FAILED

if TYPE_CHECKING:
    import numpy as np

folder_options = options(
    click.argument(
        "folder",
        type=click.Path(exists=True, file_okay=False),
        help="Folder that has a folder of songs for each genre.",
    ),
    sample_rate_option,
    cache_option,
    jobs_option,
)


class Songs(NamedTuple):
    """Songs of a folder that could be read."""

    paths: list
    waveforms: list
    labels: "np.ndarray"  # (n_songs,), str
    n_failed: int

    @property
    def status(self):
        """What a command that used them returns."""
        return SOME_FILES_FAILED if self.n_failed else DONE

    def describe(self):
        """Describe how many there are of each genre, and how many could not be read."""
        failed = f"; {self.n_failed} could not be read" if self.n_failed else ""
        return f"{describe_songs(self.labels)}{failed}"


def list_folder(folder):
    """List the songs of a folder; what could not be listed is reported.

    Parameters
    ----------
    folder : str
        Has a folder for each genre.

    Returns
    -------
    songs : Bunch
        As `load_audio_folder` makes it.
    """
    from skgenre.datasets import load_audio_folder
    from skgenre.songs import UnreadableSongWarning

    with warnings.catch_warnings(record=True) as unreadable:
        warnings.simplefilter("always", UnreadableSongWarning)
        songs = load_audio_folder(folder)
    for warning in unreadable:
        say(warning.message)
    if songs.n_left_out:
        say(f"Files left out, as hidden or no songs of a genre: {songs.n_left_out}.")
    return songs


def read_songs(listed, sample_rate, cache, jobs):
    """Read songs; those that cannot be read, and those that are there twice, are reported.

    Parameters
    ----------
    listed : Bunch
        What `list_folder` returns.
    sample_rate : int
        In Hz.
    cache : str or None
        Folder where decoded songs are kept.
    jobs : int
        Songs that are read at once.

    Returns
    -------
    songs : Songs
        What could be read.
    """
    from skgenre._song_reading import keep_readable, read_waveforms
    from skgenre._terminal.bars import follow

    waveforms = read_waveforms(listed.paths, sample_rate, memory=cache, n_jobs=jobs)
    found, failures = [], []
    with follow(waveforms, len(listed.paths), "Reading songs") as followed:
        numbers = range(len(listed.paths))
        waveforms = list(keep_readable(numbers, followed, found, failures))
    for failure in failures:
        say(failure)
    songs = Songs(
        [listed.paths[number] for number in found],
        waveforms,
        listed.target_names[listed.target[found]],
        len(failures),
    )
    _report_duplicates(songs)
    return songs


def check_genres(labels, n_songs):
    """Check that there are songs enough, of genres enough.

    Parameters
    ----------
    labels : ndarray of shape (n_songs,)
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
    labels : ndarray of shape (n_songs,)
        A genre for each song.

    Returns
    -------
    counts : dict of str to int
        By genre, sorted.
    """
    import numpy as np

    genres, counts = np.unique(labels, return_counts=True)
    return dict(zip(genres.tolist(), counts.tolist(), strict=True))


def describe_songs(labels):
    """Describe how many songs there are of each genre.

    Parameters
    ----------
    labels : ndarray of shape (n_songs,)
        A genre for each song.

    Returns
    -------
    text : str
        Such as "12 classical and 7 rock songs".
    """
    *first, last = (f"{count} {genre}" for genre, count in count_songs(labels).items())
    return f"{', '.join(first)}{' and ' if first else ''}{last} songs"


def _report_duplicates(songs):
    from skgenre._recordings import describe_duplicates
    from skgenre.leakage import find_duplicates

    if songs.waveforms and (repeated := find_duplicates(songs.waveforms)):
        say(describe_duplicates(repeated, songs.paths, songs.labels))
