"""Excerpts that stand on both sides of a split."""

from collections.abc import Iterable
from contextlib import closing
from numbers import Integral
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_array, gen_batches

from skgenre._arrays.finite import sums_may_overflow
from skgenre._sklearn.private import AT_LEAST_ONE, HasMethods
from skgenre._sklearn.typed import validate_params
from skgenre._song_files.checks import check_songs
from skgenre._song_files.reading import read_waveforms
from skgenre._song_files.recordings import Recordings
from skgenre._types import Cache, Int, Songs
from skgenre.audio._waveforms import SAMPLE_RATE

__all__ = ["Leak", "find_duplicates", "find_leaks"]

# Bounds the memory that hashes of windows take.
ROWS_PER_BLOCK = 512
# An odd number has an inverse modulo 2**64, where the arithmetic of uint64 takes place.
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 2**64)


class Leak(NamedTuple):
    """A test excerpt of which a part is among the training excerpts.

    A named tuple.

    Parameters
    ----------
    split : int
        Number of the split.
    test_row : int
        Row of the test excerpt.
    train_row : int
        Row of the training excerpt with which it has most in common.
    shift : int
        Time steps by which the test excerpt begins after the training excerpt: 0 for copies,
        less than 0 where it begins before.

    See Also
    --------
    find_leaks : Finds them.

    Examples
    --------
    >>> from skgenre.leakage import Leak
    >>> copy = Leak(split=0, test_row=2, train_row=3, shift=0)
    >>> copy.train_row
    3
    """

    split: int
    test_row: int
    train_row: int
    shift: int


@validate_params(
    {
        "X": ["array-like"],
        "splits": "no_validation",
        "min_overlap": [AT_LEAST_ONE],
    },
    prefer_skip_nested_validation=True,
)
def find_leaks(
    X: ArrayLike, splits: Iterable[tuple[ArrayLike, ArrayLike]], *, min_overlap: Int = 40
) -> list[Leak]:
    """Find test excerpts that overlap with training excerpts, or are copies of them.

    Excerpts cut from one song with a hop shorter than an excerpt have samples in common, and a
    song that occurs twice has all of them. Where such excerpts stand on both sides of a split,
    the score tells what a model remembers, not what it has learned. (Other excerpts of the same
    song flatter a score as well; keep songs together with
    :class:`~sklearn.model_selection.StratifiedGroupKFold` or use
    :class:`~skgenre.SongClassifier`.)

    Parameters
    ----------
    X : array-like of shape (n_samples, n_timesteps)
        Excerpts as they were cut, before they are scaled one by one: only equal samples are
        seen as common.
    splits : iterable of (train, test)
        Row numbers or boolean masks, as ``cv.split(X, y)`` gives them; ``[(~test, test)]`` for
        a single mask.
    min_overlap : int, default=40
        Shortest common stretch that counts, in time steps; 40 are a tenth of a second at 400 Hz.
        Stretches that stay the same from step to step more often than not are as good as silence,
        which is common to all recordings, and do not count.

    Returns
    -------
    list of Leak
        Named tuples (split, test_row, train_row, shift), at most one for each test excerpt of a
        split, in the order of `splits` and of rows.

    Raises
    ------
    ValueError
        If `X` is not a finite matrix.
    IndexError
        If a split has rows that `X` has not.

    See Also
    --------
    Leak : What it finds.
    find_duplicates : The same for whole songs.
    sklearn.model_selection.StratifiedGroupKFold : Splits that keep songs together.

    Examples
    --------
    Excerpts that overlap by half, split without a thought for that:

    >>> import numpy as np
    >>> from sklearn.model_selection import KFold
    >>> from skgenre.audio import cut_excerpts
    >>> from skgenre.leakage import find_leaks
    >>> song = np.random.default_rng(0).standard_normal(4000)
    >>> X = cut_excerpts(song, hop=600)
    >>> leaks = find_leaks(X, KFold(2).split(X))
    >>> leaks[0]
    Leak(split=0, test_row=2, train_row=3, shift=-600)
    >>> find_leaks(cut_excerpts(song), KFold(2).split(cut_excerpts(song)))
    []
    """
    with np.errstate(over="ignore"), sums_may_overflow():
        X = check_array(X, dtype=np.float32, input_name="X")
    excerpts = _HashedExcerpts(X, min(int(min_overlap), X.shape[1]))
    rows = np.arange(len(X))
    return [
        Leak(number, *pair)
        for number, (train, test) in enumerate(splits)
        for pair in _nearest_pairs(excerpts, rows[np.asarray(train)], rows[np.asarray(test)])
    ]


class _HashedExcerpts:
    """Excerpts whose stretches of a given length are compared by hash."""

    def __init__(self, X, length):
        # Adding zero turns -0.0 into 0.0.
        self._bits = (X + np.float32(0)).view(np.uint32)
        self._length = length
        self._powers = _powers(_BASE, X.shape[1])
        self._inverse_powers = _powers(_INVERSE, X.shape[1] - length + 1)
        # Where two excerpts overlap, one of them begins; silence is common to all recordings.
        changes = np.cumsum(np.diff(self._bits, axis=1, prepend=self._bits[:, :1]) != 0, axis=1)
        changes_within = changes[:, length - 1 :] - changes[:, : X.shape[1] - length + 1]
        sounds = 2 * changes_within >= length
        self._sounding, self.openings = sounds.any(axis=1), sounds.argmax(axis=1)
        self._opening_hashes = np.concatenate(
            [
                self.hashes(block)[np.arange(len(block)), self.openings[block]]
                for block in _blocks(np.arange(len(X)))
            ]
        )

    def hashes(self, rows):
        """Hash every stretch of some rows: an array of shape (n_rows, n_places), uint64."""
        sums = np.zeros((len(rows), self._bits.shape[1] + 1), np.uint64)
        np.cumsum(self._bits[rows] * self._powers, axis=1, out=sums[:, 1:])
        differences = sums[:, self._length :] - sums[:, : -self._length]
        return differences * self._inverse_powers

    def rows_by_opening(self, rows):
        """Sort rows by the hash of their opening; silent ones have none."""
        found = {}
        rows = rows[self._sounding[rows]]
        for row, opening in zip(rows.tolist(), self._opening_hashes[rows].tolist(), strict=True):
            found.setdefault(opening, []).append(row)
        return found

    def find(self, hashes, rows):
        """Find hashes in rows: yields arrays of hashes, rows and places, earliest places first."""
        known = np.array(sorted(hashes), np.uint64)
        for block in _blocks(rows if len(known) else rows[:0]):
            present = self.hashes(block)
            nearest = np.minimum(np.searchsorted(known, present), len(known) - 1)
            found, places = np.nonzero(known[nearest] == present)
            order = np.argsort(places, kind="stable")
            found, places = found[order], places[order]
            yield present[found, places], block[found], places


def _powers(base, n):
    return np.cumprod(np.array([1] + [base] * (n - 1), np.uint64))


def _blocks(rows):
    return (rows[block] for block in gen_batches(len(rows), ROWS_PER_BLOCK))


def _nearest_pairs(excerpts, train, test):
    """List (test row, train row, shift) for each test row that has anything in common."""
    shifts = {}
    for test_row, train_row, shift in _pairs(excerpts, train, test):
        if test_row not in shifts or abs(shift) < abs(shifts[test_row][1]):
            shifts[test_row] = train_row, shift
    return [(test_row, *shifts[test_row]) for test_row in sorted(shifts)]


def _pairs(excerpts, train, test):
    """Yield pairs of which one opens within the other, and by how much the test row is later."""
    openings = excerpts.rows_by_opening(test)
    for hashes, rows, places in excerpts.find(openings, train):
        for opening, first in zip(*np.unique(hashes, return_index=True), strict=True):
            for test_row in openings[int(opening)]:
                shift = places[first] - excerpts.openings[test_row]
                yield test_row, int(rows[first]), int(shift)
    openings = excerpts.rows_by_opening(train)
    for hashes, rows, places in excerpts.find(openings, test):
        for test_row, first in zip(*np.unique(rows, return_index=True), strict=True):
            train_row = openings[int(hashes[first])][0]
            shift = excerpts.openings[train_row] - places[first]
            yield int(test_row), train_row, int(shift)


@validate_params(
    {
        "songs": "no_validation",
        "sample_rate": [AT_LEAST_ONE],
        "memory": [str, HasMethods(["cache"]), None],
        "n_jobs": [Integral, None],
    },
    prefer_skip_nested_validation=True,
)
def find_duplicates(
    songs: Songs,
    *,
    sample_rate: Int = SAMPLE_RATE,
    memory: str | Cache | None = None,
    n_jobs: Int | None = None,
) -> list[tuple[int, ...]]:
    """Find songs that are the same recording, whatever they are called.

    A recording that stands on both sides of a split flatters the score, and one that stands in two
    genres has a wrong label.

    Two songs are the same if their waveforms are, sample for sample: copies of a file, and files
    that decode to the same sound, as a WAV and the FLAC made of it do. What goes unnoticed: copies
    that were compressed with loss (MP3, Ogg), at another volume, or cut at another place. Silence,
    and what changes fewer than 40 times, is common to many recordings and is no duplicate.

    Parameters
    ----------
    songs : list, array or series of n_songs paths or waveforms
        Songs: paths of sound files, or arrays of shape (n_samples,) at `sample_rate`. In a matrix
        each row is a song.
    sample_rate : int, default=400
        Rate in Hz to which sound files are brought before they are compared.
    memory : str, joblib.Memory or None, default=None
        Folder or cache where decoded files are kept, as in :class:`~skgenre.SongClassifier`; one
        that is shared with it spares it the decoding.
    n_jobs : int or None, default=None
        Songs that are read at once, by threads. None means 1, -1 as many as there are cores.

    Returns
    -------
    list of tuple of int
        For each recording that is there more than once, the numbers of its songs.

    Raises
    ------
    ValueError
        If a song cannot be read.

    See Also
    --------
    find_leaks : Finds excerpts that overlap.
    skgenre.songs.DuplicateSongWarning : Issued by a fit for such songs.

    Examples
    --------
    >>> import numpy as np
    >>> from skgenre.leakage import find_duplicates
    >>> songs = list(np.random.default_rng(0).standard_normal((3, 2400)))
    >>> find_duplicates([*songs, songs[1]])
    [(1, 3)]
    """
    recordings, songs = Recordings(), check_songs(songs)
    with closing(read_waveforms(songs, sample_rate, memory=memory, n_jobs=n_jobs)) as waveforms:
        for number, waveform in enumerate(waveforms):
            if isinstance(waveform, ValueError):
                raise waveform
            recordings.add(number, waveform)
    return recordings.repeated()
