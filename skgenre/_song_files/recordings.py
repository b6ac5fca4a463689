"""The same recording, more than once."""

import hashlib

import numpy as np

from skgenre._song_files.checks import name_song

# Sound that changes less often is as good as silence, which all recordings share, or too short
# to tell one recording from another: a tenth of a second at 400 Hz.
MIN_CHANGES = 40


class Recordings:
    """Songs by what is recorded; those that are as good as silent are not among them."""

    def __init__(self):
        self._songs = {}

    def add(self, song, waveform):
        """Note the waveform of a song, of which the number is given."""
        if np.count_nonzero(np.diff(waveform)) >= MIN_CHANGES:
            # Adding zero turns -0.0 into 0.0.
            digest = hashlib.blake2b(waveform + np.float32(0)).digest()
            self._songs.setdefault(digest, []).append(song)

    def repeated(self):
        """List the recordings that are there more than once: a tuple of songs for each."""
        return [tuple(songs) for songs in self._songs.values() if len(songs) > 1]


def describe_duplicates(repeated, songs, labels):
    """Name recordings that are there more than once.

    Parameters
    ----------
    repeated : list of tuple of int
        Numbers of the songs of each recording.
    songs : list
        Paths, by which they are named, or waveforms.
    labels : sequence
        Labels, which are named where those of a recording differ.

    Returns
    -------
    text : str
        One sentence.
    """
    found = "; ".join(_describe(numbers, songs, labels) for numbers in repeated)
    return f"Songs that are the same recording: {found}."


def _describe(numbers, songs, labels):
    text = " and ".join(name_song(number, songs[number]) for number in numbers)
    found = list(dict.fromkeys(str(labels[number]) for number in numbers))
    return f"{text} (labelled {' and '.join(map(repr, found))})" if len(found) > 1 else text
