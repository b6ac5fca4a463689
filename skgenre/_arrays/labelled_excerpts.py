"""Excerpts with their labels and weights, as networks are trained on them and scored."""

from dataclasses import dataclass, replace

import numpy as np
from sklearn.utils import gen_batches

from skgenre._arrays.memory_maps import ROWS_PER_READ, release_pages


@dataclass(frozen=True)
class LabelledExcerpts:
    """Excerpts in use, with a label and a weight each.

    `X` may be a memory map far larger than memory: it is kept whole, and rows are chosen by number.
    """

    X: np.ndarray  # (n_rows, n_timesteps), float32; or ChunkedExcerpts
    rows: np.ndarray  # (n_samples,), row of each excerpt in X
    codes: np.ndarray  # (n_samples,), number of each excerpt's class
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
        """The outputs that the network is trained towards: (n_samples, n_outputs), float32.

        They are made on demand: with many classes they take far more memory than the excerpts.
        """
        return _targets(self.codes, self.n_classes)

    def take(self, positions):
        """Choose some of the excerpts; none is copied."""
        names = ("rows", "codes", "sample_weight", "weights")
        arrays = {name: getattr(self, name) for name in names}
        taken = {name: array[positions] for name, array in arrays.items() if array is not None}
        return replace(self, **taken)

    def arrays(self):
        """Read excerpts, targets and weights."""
        return self.excerpts(), self.targets, self.weights

    def excerpts(self):
        """Read the excerpts alone."""
        if len(self) == len(self.X) and np.array_equal(self.rows, np.arange(len(self))):
            return np.asarray(self.X)
        excerpts = np.empty((len(self), *self.X.shape[1:]), self.X.dtype)
        for part in gen_batches(len(self), ROWS_PER_READ):
            excerpts[part] = self.X[self.rows[part]]
            release_pages(self.X)
        return excerpts


def label_excerpts(X, rows, y, classes, sample_weight=None):
    """Label excerpts; `weigh_relatively` adds the weights.

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
    labelled : LabelledExcerpts
        One target column for two classes, otherwise one per class.
    """
    codes = np.searchsorted(classes, y)
    return LabelledExcerpts(X, rows, codes, len(classes), sample_weight)


def _targets(codes, n_classes):
    if n_classes == 2:
        return codes[:, np.newaxis].astype(np.float32)
    targets = np.zeros((len(codes), n_classes), np.float32)
    targets[np.arange(len(codes)), codes] = 1
    return targets
