"""Arrays from outside, checked once: clear errors first, then what training works on."""

from typing import NamedTuple

import numpy as np
from sklearn.utils import assert_all_finite, gen_batches
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    check_array,
    check_consistent_length,
    column_or_1d,
    validate_data,
)

from skgenre._arrays.chunked import check_chunked, is_chunked
from skgenre._arrays.finite import sums_may_overflow
from skgenre._arrays.labelled_excerpts import label_excerpts
from skgenre._arrays.memory_maps import release_pages
from skgenre._sklearn.private import check_sample_weight

# Values beyond float32 become infinite without a warning: `_check_finite` names them, block by
# block, so that a memory map does not have to be in memory as a whole.
_UNCHECKED_FLOAT32 = {"dtype": np.float32, "ensure_all_finite": False}
ROWS_PER_BLOCK = 4096


class TrainingSet(NamedTuple):
    """The arrays of a training set, checked."""

    X: np.ndarray  # (n_rows, n_timesteps), float32; or ChunkedExcerpts
    rows: np.ndarray  # (n_samples,), rows of X whose weight is not zero
    # For these rows: (n_samples,).
    y: np.ndarray
    sample_weight: np.ndarray | None
    groups: np.ndarray | None

    def labelled(self, classes):
        """Label the excerpts in use; all labels are among the sorted classes."""
        return label_excerpts(self.X, self.rows, self.y, classes, self.sample_weight)


def check_training(estimator, X, y, sample_weight, groups, *, reset):
    """Check a training set and leave out its rows of weight zero.

    Parameters
    ----------
    estimator : estimator
        Remembers the number of time steps and the column names where ``reset=True``, and is
        held to them otherwise.
    X, y, sample_weight, groups : array-like or None
        As in ``fit``.
    reset : bool
        Whether this is the estimator's first sight of data.

    Returns
    -------
    checked : TrainingSet
        The arrays.
    """
    if is_chunked(X):
        X = check_chunked(estimator, X, reset=reset)
        y = validate_data(estimator, y=y, reset=reset)
        check_consistent_length(X, y)
    else:
        with np.errstate(over="ignore"):
            X, y = validate_data(estimator, X, y, reset=reset, **_UNCHECKED_FLOAT32)
    _check_finite(X, estimator)
    check_classification_targets(y)
    if groups is not None:
        groups = column_or_1d(check_array(groups, ensure_2d=False, dtype=None, input_name="groups"))
    check_consistent_length(X, groups)
    rows = np.arange(len(X))
    if sample_weight is None:
        return TrainingSet(X, rows, y, None, groups)
    weights = check_sample_weight(sample_weight, X, ensure_non_negative=True)
    if not weights.any():  # pragma: no cover  (newer versions of scikit-learn have refused them)
        raise ValueError("sample_weight has only zeros: there is nothing to train on.")
    rows = rows[weights > 0]
    groups = None if groups is None else groups[rows]
    return TrainingSet(X, rows, y[rows], weights[rows], groups)


def check_excerpts(estimator, X):
    """Check excerpts against what the estimator was fitted on; float32."""
    if is_chunked(X):
        X = check_chunked(estimator, X, reset=False)
    else:
        with np.errstate(over="ignore"):
            X = validate_data(estimator, X, reset=False, **_UNCHECKED_FLOAT32)
    _check_finite(X, estimator)
    return X


def _check_finite(X, estimator):
    for rows in gen_batches(len(X), ROWS_PER_BLOCK):
        with sums_may_overflow():
            assert_all_finite(X[rows], estimator_name=type(estimator).__name__, input_name="X")
        release_pages(X)


def check_outputs(outputs, X):
    """Refuse what a network made of excerpts if it is not finite."""
    if not np.isfinite(outputs).all():
        largest = max(np.abs(X[rows]).max() for rows in gen_batches(len(X), ROWS_PER_BLOCK))
        raise ValueError(
            f"The network's outputs are not finite; X has amplitudes up to {largest:.3g}. "
            "Scale the excerpts, as WaveformScaler does."
        )


def check_labels(y, classes, name):
    """Refuse labels that are not among the classes."""
    unknown = np.setdiff1d(y, classes)
    if len(unknown):
        raise ValueError(
            f"{name} has labels that training has not seen: {unknown.tolist()}; "
            f"known are {classes.tolist()}."
        )


def check_validation(estimator, X_val, y_val):
    """Check validation data against a fitted estimator, and label its excerpts."""
    try:
        X_val = check_excerpts(estimator, X_val)
    except ValueError as error:
        raise ValueError(f"X_val: {error}") from error
    y_val = column_or_1d(y_val, warn=True)
    check_consistent_length(X_val, y_val)
    check_labels(y_val, estimator.classes_, "y_val")
    rows = np.arange(len(X_val))
    return label_excerpts(X_val, rows, y_val, estimator.classes_)


def at_least_two(classes):
    """Refuse fewer than two classes."""
    if len(classes) < 2:
        raise ValueError(
            f"The classifier needs at least two classes; the labels have {len(classes)} class: "
            f"{classes.tolist()}."
        )
    return classes
