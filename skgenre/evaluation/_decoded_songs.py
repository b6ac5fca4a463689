"""Songs that are decoded once, for all folds."""

import warnings
from contextlib import closing, contextmanager

import numpy as np

from skgenre._arrays.memory_maps import GrowingArray
from skgenre._song_files.checks import PATH_TYPES
from skgenre._song_files.reading import read_waveforms
from skgenre._song_files.recordings import Recordings, describe_duplicates
from skgenre._song_files.warnings import DuplicateSongWarning, UnreadableSongWarning
from skgenre._terminal.bars import follow
from skgenre.songs._cutting import cut_song, excerpt_timesteps
from skgenre.songs._excerpt_classifiers import chosen_sample_rate


class DecodedSongs:
    """Songs that could be read.

    Waveforms of files are in memory, or in a temporary file where they are too many for that.

    Parameters
    ----------
    values : GrowingArray
        Empty.

    Attributes
    ----------
    numbers : list of int
        Which of all songs they are, ascending.
    lengths : list of int
        Their samples.
    errors : dict of int to ValueError
        Why others could not be read, by number.
    """

    def __init__(self, values):
        self._values, self._given = values, {}
        self.numbers, self.lengths = [], []
        self.errors, self._recordings = {}, Recordings()

    def add(self, number, song, waveform):
        """Add a song; one that was given as a waveform is not copied."""
        self._recordings.add(number, waveform)
        if isinstance(song, PATH_TYPES):
            self._values.extend(waveform)
        else:
            self._given[len(self.numbers)] = song
        self.numbers.append(number)
        self.lengths.append(len(waveform))

    def repeated(self):
        """List the songs that are the same recording: a tuple of numbers for each."""
        return self._recordings.repeated()

    def waveforms(self):
        """Return the waveform of each song, once all are there."""
        of_files = [0 if row in self._given else n for row, n in enumerate(self.lengths)]
        parts = np.split(self._values.array(), np.cumsum(of_files)[:-1])
        return [self._given.get(row, part) for row, part in enumerate(parts)]


@contextmanager
def decoded(songs, names, labels, classifier, *, shown):
    """Decode songs as a song classifier would, and keep them for as long as a block runs.

    Parameters
    ----------
    songs : list
        Paths and waveforms.
    names : list of str
        What they are called in errors and warnings.
    labels : ndarray of shape (n_songs,)
        Labels, for the warning about duplicates.
    classifier : SongClassifier
        Its parameters decide how songs are read.
    shown : bool
        Whether to show a bar.

    Yields
    ------
    songs : DecodedSongs
        Those that could be read.

    Raises
    ------
    ValueError
        If a song cannot be read, unless the classifier's `on_error` is "skip".
    """
    with GrowingArray() as values:
        found = DecodedSongs(values)
        _read(found, songs, names, classifier, shown)
        if found.errors and classifier.on_error == "raise":
            raise next(iter(found.errors.values()))
        if not found.numbers:
            raise ValueError(f"None of {len(songs)} songs could be read. {found.errors[0]}")
        _warn(found, names, labels)
        yield found


def _read(found, songs, names, classifier, shown):
    rate = chosen_sample_rate(classifier)
    length, hop = excerpt_timesteps(classifier, rate)
    read = read_waveforms(songs, rate, memory=classifier.memory, n_jobs=classifier.n_jobs)
    # Waveforms need no decoding: a bar would only flash.
    shown = shown and any(isinstance(song, PATH_TYPES) for song in songs)
    with closing(read), follow(read, len(songs), "Reading songs", shown=shown) as waveforms:
        for number, waveform in enumerate(waveforms):
            if isinstance(waveform, ValueError):
                found.errors[number] = waveform
                if classifier.on_error == "raise":
                    return
                continue
            # A song that is too long to cut is refused by name, before any training.
            cut_song(waveform, length, hop, classifier.max_excerpts, repr(names[number]))
            found.add(number, songs[number], waveform)


def _warn(found, names, labels):
    if found.errors:
        reasons = " ".join(map(str, found.errors.values()))
        text = f"{len(found.errors)} of {len(names)} songs left out. {reasons}"
        warnings.warn(text, UnreadableSongWarning, stacklevel=6)
    if repeated := found.repeated():
        text = describe_duplicates(repeated, names, labels)
        warnings.warn(text, DuplicateSongWarning, stacklevel=6)
