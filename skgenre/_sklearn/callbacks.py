"""scikit-learn's callbacks, which watch fits: `set_callbacks`, new in scikit-learn 1.9.

With older versions nothing can be set, and `CallbackSupportMixin` and the context that it gives to
a fit stand in for scikit-learn's own: nobody watches.
"""

from contextlib import nullcontext
from copy import copy
from typing import NamedTuple

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.metrics._scorer import _PassthroughScorer
from sklearn.utils import Bunch

try:
    from sklearn.callback import CallbackSupportMixin
except ModuleNotFoundError:  # pragma: no cover  (scikit-learn 1.9 has it)

    class CallbackSupportMixin:  # type: ignore[no-redef]  # the older versions'
        """What fits call of scikit-learn's mixin."""

        def _init_callback_context(self, **settings):
            return _Unwatched()

    class _Unwatched:
        """What fits call of `sklearn.callback.CallbackContext`."""

        def subcontext(self, **settings):
            return self

        def call_on_fit_task_begin(self, **settings):
            return self

        def call_on_fit_task_end(self, **settings):
            return False

        def propagate_callback_context(self, sub_estimator):
            return nullcontext()


class FitTask(NamedTuple):
    """A fit that is watched: the callbacks' context, and the estimator that they know."""

    context: object
    estimator: object


class EpochTasks:
    """One task of scikit-learn's callbacks for each epoch of a fit.

    Parameters
    ----------
    context : sklearn.callback.CallbackContext
        The fit.
    attributes : callable
        Makes fitted attributes of a training's course: a function of its state and history.
    **watched : dict
        `estimator`, `X`, `y` and `metadata` for the callbacks; values, or functions that make them
        once a callback asks for them.
    """

    def __init__(self, context, attributes, **watched):
        self._context, self._attributes, self._watched = context, attributes, watched

    def begin(self, course):
        """Begin an epoch's task; `course` tells state and history once it is asked for."""
        self._epoch = self._context.subcontext(task_name="epoch")
        self._epoch.call_on_fit_task_begin(**self._watched, **self._as_of(course))

    def end(self, course):
        """End the epoch's task; returns whether a callback wants no other."""
        return self._epoch.call_on_fit_task_end(**self._watched, **self._as_of(course))

    def _as_of(self, course):
        return {"reconstruction_attributes": lambda: self._attributes(*course())}


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
