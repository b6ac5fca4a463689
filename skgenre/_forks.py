"""Processes forked after TensorFlow has run are refused, where they would wait for ever.

A fork copies TensorFlow's memory but not its threads, on whose work the copy waits.
"""

import os

from tensorflow.python.eager import context

_has_lost_threads = False


def refuse_fork():
    """Raise an error where a computation would never end."""
    if _has_lost_threads:
        raise RuntimeError(
            "This process was forked after TensorFlow had run in its parent, whose threads it "
            "lacks: nothing can be computed here. Start workers with joblib's 'loky', or with "
            "multiprocessing's 'spawn' or 'forkserver'."
        )


def _look_back():
    global _has_lost_threads
    _has_lost_threads = _tensorflow_has_run()


def _tensorflow_has_run():
    # TensorFlow's public functions would start it, or look for devices, to answer this.
    found = context.context_safe()
    return found is not None and found._context_handle is not None


if hasattr(os, "register_at_fork"):  # pragma: no branch  (there are no forks on Windows)
    os.register_at_fork(after_in_child=_look_back)
