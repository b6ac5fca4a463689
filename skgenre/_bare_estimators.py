"""Estimators without the callbacks that watch their fits, for files."""

from copy import copy

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.metrics._scorer import _PassthroughScorer

# Where scikit-learn keeps callbacks, and what else they need while an estimator is fitted.
_ATTRIBUTES = (
    "_skl_callbacks",
    "_skl_callbacks_to_teardown",
    "_callback_fit_ctx",
    "_parent_callback_ctx",
)


def without_callbacks(value):
    """Copy estimators, and those inside them, without the callbacks set on them.

    Parameters
    ----------
    value : object
        An estimator, or a list, tuple, dict or array with estimators in it; anything else is
        returned as it is.

    Returns
    -------
    value : object
        The same, of shallow copies where estimators are.
    """
    if type(value) in (list, tuple):
        return type(value)(map(without_callbacks, value))
    if type(value) is dict:
        return {key: without_callbacks(item) for key, item in value.items()}
    if isinstance(value, np.ndarray) and value.dtype == object:
        return _each_without_callbacks(value)
    # A fitted search's scorer holds the search's estimator.
    if not isinstance(value, BaseEstimator | _PassthroughScorer):
        return value
    bare = copy(value)
    kept = {name: item for name, item in vars(bare).items() if name not in _ATTRIBUTES}
    vars(bare).clear()
    vars(bare).update(without_callbacks(kept))
    return bare


def _each_without_callbacks(array):
    bare = array.copy()
    # A masked array keeps its mask where its data are written to.
    entries = np.asarray(bare)
    for place, item in np.ndenumerate(entries):
        entries[place] = without_callbacks(item)
    return bare
