"""Parameters of estimators as plain values."""

import math
from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator


def as_json(value):
    """Turn a value into one that JSON has; what JSON does not have is named.

    Parameters
    ----------
    value : object
        Any.

    Returns
    -------
    value : None, bool, int, float, str, list or dict
        An estimator becomes the name of its class, and another object its `repr`.

    Examples
    --------
    >>> import numpy as np
    >>> as_json({"filters": (np.int64(4), 6), "rate": np.float32(0.5)})
    {'filters': [4, 6], 'rate': 0.5}
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        # JSON has neither infinity nor NaN.
        return float(value) if math.isfinite(value) else repr(float(value))
    if isinstance(value, dict):
        return {str(as_json(key)): as_json(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [as_json(entry) for entry in value]
    return type(value).__name__ if isinstance(value, BaseEstimator) else repr(value)


def describe_evaluation(classifier, cv, groups, random_state):
    """Put what an evaluation depends on, besides the songs, into one dict.

    Parameters
    ----------
    classifier : SongClassifier
        What is evaluated.
    cv : int, splitter or iterable
        As it was given.
    groups : array-like or None
        As it was given; counted.
    random_state : int, RandomState instance or None
        As it was given.

    Returns
    -------
    parameters : dict
        "classifier", "cv", "groups" and "random_state", as values that JSON has.
    """
    is_known = isinstance(cv, Integral) or hasattr(cv, "split")
    return {
        "classifier": as_json(classifier.get_params(deep=True)),
        "cv": as_json(cv) if is_known else "splits that were given",
        "groups": None if groups is None else len(np.unique(groups)),
        "random_state": as_json(random_state),
    }
