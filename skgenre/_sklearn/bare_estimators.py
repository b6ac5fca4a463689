"""Estimators without the callbacks that watch their fits, for files."""

from copy import copy

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.metrics._scorer import _PassthroughScorer
from sklearn.utils import Bunch

# Where scikit-learn keeps callbacks, and what else they need while an estimator is fitted.
_ATTRIBUTES = (
    "_skl_callbacks",
    "_skl_callbacks_to_teardown",
    "_callback_fit_ctx",
    "_parent_callback_ctx",
)


def without_callbacks(value, exchange=lambda item: item):
    """Copy estimators, and those inside them, without the callbacks set on them.

    Parameters
    ----------
    value : object
        An estimator, or a list, tuple, dict or array with estimators in it; anything else is
        returned as it is.
    exchange : callable
        Takes what is neither an estimator nor holds any, and returns what is to stand there.

    Returns
    -------
    value : object
        The same, of shallow copies where estimators are.
    """
    if type(value) in (list, tuple):
        return type(value)(without_callbacks(item, exchange) for item in value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)._make(without_callbacks(item, exchange) for item in value)
    if type(value) in (dict, Bunch):
        bare = type(value)()
        bare.update((key, without_callbacks(item, exchange)) for key, item in value.items())
        return bare
    if isinstance(value, np.ndarray) and value.dtype == object:
        return _each_without_callbacks(value, exchange)
    if not isinstance(value, BaseEstimator) and not _holds_estimator(value):
        return exchange(value)
    bare = copy(value)
    kept = {name: item for name, item in vars(bare).items() if name not in _ATTRIBUTES}
    vars(bare).clear()
    vars(bare).update(without_callbacks(kept, exchange))
    return bare


def _holds_estimator(value):
    """Return whether it is a part of scikit-learn's that is no estimator and has one.

    A fitted search's scorer holds the search's, a fitted calibration one for each fold.
    """
    return isinstance(value, _PassthroughScorer) or isinstance(
        getattr(value, "estimator", None), BaseEstimator
    )


def _each_without_callbacks(array, exchange):
    bare = array.copy()
    # A masked array keeps its mask where its data are written to.
    entries = np.asarray(bare)
    for place, item in np.ndenumerate(entries):
        entries[place] = without_callbacks(item, exchange)
    return bare
