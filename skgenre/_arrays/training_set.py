"""Labels, weights and the held-out part of a training set: arrays in, arrays out."""

from dataclasses import dataclass, replace
from numbers import Real
from sys import float_info

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.utils import gen_batches

from skgenre._arrays.memory_maps import release_pages
from skgenre._arrays.relative_weights import bound

# Of a memory map up to two megabytes may come into memory with each row that is read.
ROWS_PER_READ = 256


@dataclass(frozen=True)
class Samples:
    """Excerpts in use, with a target and a weight each.

    `X` may be a memory map far larger than memory: it is kept whole, and rows are chosen by number.
    """

    X: np.ndarray  # (n_rows, n_timesteps), float32; or ChunkedExcerpts
    rows: np.ndarray  # (n_samples,), row of each sample in X
    codes: np.ndarray  # (n_samples,), number of each sample's class
    n_classes: int
    sample_weight: np.ndarray | None = None  # (n_samples,), as given by the user
    weights: np.ndarray | None = None  # (n_samples,), float32, those of classes included

    def __len__(self):
        return len(self.rows)

    @property
    def nbytes(self):
        """Size of the excerpts in use and of their targets, in bytes."""
        return len(self) * self.X[:1].nbytes + self.nbytes_of_targets

    @property
    def nbytes_of_targets(self):
        """Size of the targets alone."""
        return len(self) * _targets(self.codes[:1], self.n_classes).nbytes

    @property
    def targets(self):
        """What the network is to say: (n_samples, n_outputs), float32.

        They are made when they are asked for, as with many classes they take far more memory than
        the excerpts.
        """
        return _targets(self.codes, self.n_classes)

    def take(self, positions):
        """Take some of the samples; no excerpt is copied."""
        names = ("rows", "codes", "sample_weight", "weights")
        arrays = {name: getattr(self, name) for name in names}
        taken = {name: array[positions] for name, array in arrays.items() if array is not None}
        return replace(self, **taken)

    def arrays(self):
        """Read the samples: excerpts, targets and weights."""
        return self.excerpts(), self.targets, self.weights

    def excerpts(self):
        """Read the excerpts alone."""
        if len(self) == len(self.X) and np.array_equal(self.rows, np.arange(len(self))):
            return np.asarray(self.X)
        excerpts = np.empty((len(self), self.X.shape[1]), self.X.dtype)
        for part in gen_batches(len(self), ROWS_PER_READ):
            excerpts[part] = self.X[self.rows[part]]
            release_pages(self.X)
        return excerpts


def make_samples(X, rows, y, classes, sample_weight=None):
    """Pair excerpts with the network's targets; `weigh_relatively` adds the weights.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_timesteps), float32
        Excerpts.
    rows : ndarray of shape (n_samples,)
        Rows of `X` in use.
    y : ndarray of shape (n_samples,)
        Labels of these rows, all of them in `classes`.
    classes : ndarray of shape (n_classes,)
        Sorted labels.
    sample_weight : ndarray of shape (n_samples,) or None
        The user's weights; never written to.

    Returns
    -------
    samples : Samples
        One target column for two classes, otherwise one per class.
    """
    codes = np.searchsorted(classes, y)
    return Samples(X, rows, codes, len(classes), sample_weight)


def _targets(codes, n_classes):
    if n_classes == 2:
        return codes[:, np.newaxis].astype(np.float32)
    targets = np.zeros((len(codes), n_classes), np.float32)
    targets[np.arange(len(codes)), codes] = 1
    return targets


def weigh_classes(class_weight, y, classes, sample_weight=None):
    """Weight of each class.

    Parameters
    ----------
    class_weight : None, "balanced" or dict
        As in the classifiers: none, inverse to the classes' share of the weights, or by label.
    y : ndarray of shape (n_samples,)
        Labels.
    classes : ndarray of shape (n_classes,)
        Sorted labels.
    sample_weight : ndarray of shape (n_samples,) or None, default=None
        Weight of each label; None counts each as one.

    Returns
    -------
    class_weights : ndarray of shape (n_classes,)
        A label that a dict leaves out weighs 1.

    Raises
    ------
    ValueError
        If a dict names a label that does not exist, or a weight is negative or not a number, or
        if no class weighs anything.
    """
    if class_weight is None:
        return np.ones(len(classes))
    if class_weight == "balanced":
        codes = np.searchsorted(classes, y)
        bounded = None if sample_weight is None else bound(sample_weight)[0]
        sums = np.bincount(codes, bounded, minlength=len(classes))
        # A class that is absent weighs nothing either way.
        return sums.sum() / (len(classes) * np.where(sums > 0, sums, 1))
    labels = classes.tolist()
    for label, weight in class_weight.items():
        if label not in labels:
            raise ValueError(f"class_weight names {label!r}, but the classes are {labels}.")
        if not (isinstance(weight, Real) and 0 <= weight <= float_info.max):
            raise ValueError(
                f"class_weight[{label!r}] must be a weight of 0 or more, got {weight!r}."
            )
    weights = np.array([class_weight.get(label, 1) for label in labels], dtype=float)
    if not weights.any():
        raise ValueError("class_weight has only zeros: there is nothing to train on.")
    return weights


def hold_out(y, groups, fraction, seed):
    """Choose the rows of a stratified held-out part, by whole songs where songs are known.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Labels.
    groups : ndarray of shape (n_samples,) or None
        Song of each row; None treats every row as a song of its own.
    fraction : float
        Share of the songs to hold out, between 0 and 1.
    seed : int
        Seed of the draw.

    Returns
    -------
    held_out : ndarray of bool, shape (n_samples,)
        True for the rows that are held out.

    Raises
    ------
    ValueError
        If a class has fewer than two songs, or if too few would be held out to have one of
        each class.
    """
    unit = "row" if groups is None else "song"
    songs, song_of_row = np.unique(
        np.arange(len(y)) if groups is None else groups, return_inverse=True
    )
    labels = _label_by_song(y, song_of_row, len(songs))
    classes, counts = np.unique(labels, return_counts=True)
    for label, count in zip(classes.tolist(), counts, strict=True):
        if count < 2:
            raise ValueError(
                f"validation_fraction={fraction} needs at least two {unit}s of each class; "
                f"class {label!r} has {count}."
            )
    if not len(classes) <= np.ceil(fraction * len(songs)) <= len(songs) - len(classes):
        raise ValueError(
            f"validation_fraction={fraction} of {len(songs)} {unit}s leaves one part without "
            f"some of the {len(classes)} classes."
        )
    _, held_out_songs = train_test_split(
        np.arange(len(songs)), test_size=fraction, stratify=labels, random_state=seed
    )
    return np.isin(song_of_row, held_out_songs)


def _label_by_song(y, song_of_row, n_songs):
    """Find the commonest label of each song, the first in sorted order where two are even."""
    classes, codes = np.unique(y, return_inverse=True)
    counts = np.zeros((n_songs, len(classes)), dtype=np.int64)
    np.add.at(counts, (song_of_row, codes), 1)
    return classes[counts.argmax(axis=1)]
