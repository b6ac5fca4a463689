"""What is settled in a process before TensorFlow computes in it for the first time.

Forks of a process in which TensorFlow has run are refused: they have its memory but not its
threads, on whose work they would wait for ever. A worker of a search or a cluster takes the
threads that it was given and leaves the other cores to the other workers.
"""

import multiprocessing
import os
import sys
from contextlib import suppress

import tensorflow as tf
from tensorflow.python.eager import context

from skgenre._tensorflow.memory import reuse_freed

_has_lost_threads = False
_has_taken_share = False


def prepare_process():
    """Make sure that TensorFlow can compute here, on no more threads than are meant for it.

    Raises
    ------
    RuntimeError
        If a computation would never end, or would become part of another one.
    """
    global _has_taken_share
    _check_context()
    if _has_lost_threads:
        raise RuntimeError(
            "This process was forked after TensorFlow had run in its parent, whose threads it "
            "lacks: nothing can be computed here. Start workers with joblib's 'loky', or with "
            "multiprocessing's 'spawn' or 'forkserver'."
        )
    if not _has_taken_share:
        _has_taken_share = True
        n_threads = _loky_threads() or _dask_threads() or _ray_threads()
        if n_threads is not None:
            _settle_into_worker(n_threads)


def _check_context():
    if not tf.executing_eagerly():
        raise RuntimeError(
            "Networks of skgenre compute at once, and cannot become part of a graph: fit and "
            "predict outside of tf.function and tf.Graph."
        )
    if tf.distribute.has_strategy():
        raise RuntimeError(
            "Networks of skgenre train on one device: fit and predict outside of the scope of "
            f"{type(tf.distribute.get_strategy()).__name__}."
        )


def _settle_into_worker(n_threads):
    # dask's setting is passed on to the processes of loky that are started after its own.
    reuse_freed()
    # Fails if other code has already put TensorFlow to work: then its threads stay as they are.
    with suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(n_threads)
        tf.config.threading.set_inter_op_parallelism_threads(n_threads)


def _loky_threads():
    # In loky's processes this variable holds their share of the cores. Elsewhere it speaks of
    # other libraries.
    share = os.environ.get("OMP_NUM_THREADS", "").split(",")[0]
    is_loky = multiprocessing.current_process().name.startswith("LokyProcess")
    return int(share) if is_loky and share.isdigit() else None


def _dask_threads():
    if "distributed" not in sys.modules:
        return None
    from distributed import get_worker

    # Known while a task runs, and not yet when its arguments are unpickled.
    with suppress(ValueError):
        return get_worker().state.nthreads


def _ray_threads():
    if "ray" not in sys.modules:
        return None
    import ray

    if not ray.is_initialized():
        return None
    context = ray.get_runtime_context()
    # The process that started Ray keeps all cores.
    if context.worker.mode != ray.WORKER_MODE:
        return None
    # The share is less than one where tasks share a core.
    return max(1, int(context.get_assigned_resources().get("CPU", 1)))


def _look_back():
    global _has_lost_threads
    _has_lost_threads = _tensorflow_has_run()


def _tensorflow_has_run():
    # TensorFlow's public functions would start it, or look for devices, to answer this.
    found = context.context_safe()
    return found is not None and found._context_handle is not None


if hasattr(os, "register_at_fork"):  # pragma: no branch  (there are no forks on Windows)
    os.register_at_fork(after_in_child=_look_back)
