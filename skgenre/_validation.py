"""Arrays from outside, checked once: clear errors first, then what training works on."""

import numpy as np
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    _check_sample_weight,
    check_array,
    check_consistent_length,
    column_or_1d,
    validate_data,
)

from skgenre._samples import make_samples

DTYPE = np.float32


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
    X, y, sample_weight, groups : ndarray or None
        Checked arrays; `X` is float32.
    """
    # Values beyond float32 become infinite, which the check names right away.
    with np.errstate(over="ignore"):
        X, y = validate_data(estimator, X, y, reset=reset, dtype=DTYPE)
    check_classification_targets(y)
    if groups is not None:
        groups = column_or_1d(check_array(groups, ensure_2d=False, dtype=None, input_name="groups"))
    check_consistent_length(X, groups)
    if sample_weight is None:
        return X, y, None, groups
    weights = _check_sample_weight(sample_weight, X, ensure_non_negative=True)
    if not weights.any():
        raise ValueError("sample_weight has only zeros: there is nothing to train on.")
    if weights.all():
        return X, y, weights, groups
    used = weights > 0
    return X[used], y[used], weights[used], None if groups is None else groups[used]


def check_excerpts(estimator, X):
    """Check excerpts against what the estimator was fitted on; float32."""
    with np.errstate(over="ignore"):
        return validate_data(estimator, X, reset=False, dtype=DTYPE)


def check_labels(y, classes, name):
    """Refuse labels that are not among the classes."""
    unknown = np.setdiff1d(y, classes)
    if len(unknown):
        raise ValueError(
            f"{name} has labels that training has not seen: {unknown.tolist()}; "
            f"known are {classes.tolist()}."
        )


def check_validation(estimator, X_val, y_val, class_weights):
    """Check validation data against a fitted estimator and make samples of it."""
    try:
        X_val = check_excerpts(estimator, X_val)
    except ValueError as error:
        raise ValueError(f"X_val: {error}") from error
    y_val = column_or_1d(y_val, warn=True)
    check_consistent_length(X_val, y_val)
    check_labels(y_val, estimator.classes_, "y_val")
    return make_samples(X_val, y_val, estimator.classes_, class_weights)


def at_least_two(classes):
    """Refuse fewer than two classes."""
    if len(classes) < 2:
        raise ValueError(
            f"The classifier needs at least two classes; the labels have {len(classes)} class: "
            f"{classes.tolist()}."
        )
    return classes
