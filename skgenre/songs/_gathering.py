"""Excerpts of many songs in one array."""

from typing import NamedTuple

import numpy as np

from skgenre._arrays.memory_maps import GrowingArray, copy_rows


class GatheredExcerpts(NamedTuple):
    """Excerpts of one song after the other."""

    X: np.ndarray  # (n_excerpts, n_timesteps), float32
    counts: np.ndarray  # (n_songs,), excerpts of each song

    @property
    def songs(self):
        """The number of each excerpt's song, of shape (n_excerpts,)."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    def only(self, songs):
        """Copy the excerpts of some songs; of the others there are none."""
        is_kept = np.isin(np.arange(len(self.counts)), songs)
        rows = np.flatnonzero(is_kept[self.songs])
        return GatheredExcerpts(copy_rows(self.X, rows), np.where(is_kept, self.counts, 0))

    def of(self, song):
        """Return the excerpts of one song."""
        end = self.counts[: song + 1].sum()
        return self.X[end - self.counts[song] : end]


def gather_excerpts(songs):
    """Put the excerpts of songs into one array, each as soon as its song has been read.

    Parameters
    ----------
    songs : iterable of CutSong
        One at least.

    Returns
    -------
    gathered : GatheredExcerpts
        In memory, or in a temporary file if they are too many for that.
    """
    counts = []
    with GrowingArray() as values:
        for song in songs:
            counts.append(len(song.excerpts))
            values.extend(song.excerpts)
        X = values.array().reshape(-1, song.excerpts.shape[1])
    return GatheredExcerpts(X, np.array(counts))
