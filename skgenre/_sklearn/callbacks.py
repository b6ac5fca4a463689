"""scikit-learn's callbacks, which watch fits: `set_callbacks`, new in scikit-learn 1.9.

With older versions nothing can be set, and `CallbackSupportMixin` and the context that it gives to
a fit stand in for scikit-learn's own: nobody watches.
"""

from contextlib import nullcontext
from typing import NamedTuple

try:
    from sklearn.callback import CallbackSupportMixin
except ModuleNotFoundError:  # pragma: no cover  (scikit-learn 1.9 has it)

    class CallbackSupportMixin:
        """Of scikit-learn's mixin, what fits call."""

        def _init_callback_context(self, **settings):
            return _Unwatched()

    class _Unwatched:
        """Of `sklearn.callback.CallbackContext`, what fits call."""

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
