"""Compiled training and prediction programs, one per architecture, reused by every fit.

Building, compiling and tracing a network costs seconds, a fit of a few hundred excerpts costs
tenths of one. So a program is built once per architecture (and loss and optimizer), kept in the
process, and given fresh weights and optimizer state by each fit. It never owns a fitted
estimator's weights: they go in as arrays before training and come out as arrays after it.
"""

import json
import math
import threading
from collections import OrderedDict
from contextlib import contextmanager
from functools import lru_cache

import numpy as np
import tensorflow as tf
from sklearn.utils import gen_batches

from skgenre._architecture import pack_weights
from skgenre._memory import release_pages
from skgenre._training import TrainingProgram, compiled
from skgenre.networks import DTYPE, initial_weights

# Idle programs that a process keeps, the least recently used goes first.
PROGRAMS_KEPT = 8
# TensorFlow's matrix products on a CPU work on a few rows at a time and sum the rows that are
# left over in another order. With whole multiples of this an excerpt's probabilities do not
# depend, to the last bit, on its place among the others.
ROW_MULTIPLE = 24
# Bounds the memory that a prediction's activations take.
ROWS_PER_CALL = 20 * ROW_MULTIPLE


class _ProgramPool:
    """Idle training programs; one that is out belongs to the thread that took it."""

    def __init__(self):
        self._lock = threading.Lock()
        self._idle = OrderedDict()

    @contextmanager
    def borrow(self, recipe):
        key = _program_key(recipe)
        with self._lock:
            program = self._idle.pop(key, None)
        program = program or TrainingProgram(recipe)
        try:
            yield program
        finally:
            with self._lock:
                self._idle[key] = program
                while len(self._idle) > PROGRAMS_KEPT:
                    self._idle.popitem(last=False)


_POOL = _ProgramPool()


def _program_key(recipe):
    settings = recipe.optimizer.get_config()
    # Keras numbers its objects ("adam_7"), which says nothing about what they do.
    del settings["name"]
    if _constant_learning_rate(recipe.optimizer) is not None:
        # A constant rate is a variable: it is set by each training, not compiled in.
        del settings["learning_rate"]
    return (
        recipe.architecture,
        _loss_key(recipe.loss),
        (type(recipe.optimizer), _canonical(settings)),
    )


def _constant_learning_rate(optimizer):
    rate = optimizer.get_config()["learning_rate"]
    return rate if isinstance(rate, float) else None


def _loss_key(loss):
    """Equal for two losses of equal settings; a plain function or a name stands for itself."""
    return (type(loss), _canonical(loss.get_config())) if hasattr(loss, "get_config") else loss


def _canonical(settings):
    return json.dumps(settings, sort_keys=True, default=repr)


def train(recipe, state, training, validation, schedule):
    """Train a network; see `TrainingProgram.train` for all but the first argument."""
    learning_rate = _constant_learning_rate(recipe.optimizer)
    with _POOL.borrow(recipe) as program:
        return program.train(state, training, validation, schedule, learning_rate)


def predict(architecture, weights, X, rows_per_call):
    """Run excerpts through a network with the given weights.

    Parameters
    ----------
    architecture : Architecture
        The network.
    weights : ndarray of shape (n_parameters,), float32
        Its weights, packed.
    X : ndarray of shape (n_samples, n_timesteps), float32
        Excerpts.
    rows_per_call : int
        Excerpts that go through the network at once.

    Returns
    -------
    probabilities : ndarray of shape (n_samples, n_outputs), float32
        The network's outputs.
    """
    forward = _forward_program(architecture)
    if len(X) == 1:  # has no place among others, and should be quick
        return forward(weights, X).numpy()
    outputs = []
    for rows in gen_batches(len(X), rows_per_call):
        block = X[rows]
        outputs.append(forward(weights, _filled_up(block)).numpy()[: len(block)])
        release_pages(X)
    return np.concatenate(outputs)


def _filled_up(block):
    """Put silent excerpts below a block, up to a multiple of `ROW_MULTIPLE` rows."""
    missing = -len(block) % ROW_MULTIPLE
    return np.pad(block, ((0, missing), (0, 0))) if missing else block


@lru_cache(maxsize=PROGRAMS_KEPT)
def _forward_program(architecture):
    model = _blank_model(architecture)

    shapes = [variable.shape for variable in model.weights]
    sizes = [math.prod(shape) for shape in shapes]

    # One vector: handing each array over by itself would take longer than the network does.
    def forward(weights, X):
        parts = zip(tf.split(weights, sizes), shapes, strict=True)
        return model.stateless_call([tf.reshape(part, shape) for part, shape in parts], [], X)[0]

    signature = [
        tf.TensorSpec((sum(sizes),), DTYPE),
        tf.TensorSpec((None, architecture.n_timesteps), DTYPE),
    ]
    return compiled(forward, signature)


@lru_cache(maxsize=PROGRAMS_KEPT)
def _blank_model(architecture):
    return architecture.build_model(seed=0)


def fresh_weights(architecture, seed):
    """Draw a network's initial weights from a seed, packed."""
    return pack_weights(initial_weights(_blank_model(architecture), seed))
