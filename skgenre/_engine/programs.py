"""Compiled training and prediction programs, one per architecture, reused by every fit.

Building, compiling and tracing a network costs seconds, a fit of a few hundred excerpts costs
tenths of one. So a program is built once per architecture (and loss and optimizer), kept in the
process, and given fresh weights and optimizer state by each fit. It never owns a fitted
estimator's weights: they go in as arrays before training and come out as arrays after it.
"""

import threading
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache

import numpy as np
import tensorflow as tf
from sklearn.utils import gen_batches

from skgenre._arrays.dtype import DTYPE
from skgenre._arrays.memory_maps import large_array, release_pages
from skgenre._engine.architecture import (
    PROGRAMS_KEPT,
    blank_model,
    front_end_layers,
    leading_part,
    trained_part,
)
from skgenre._engine.compiled import compiled
from skgenre._engine.computations import Itself
from skgenre._engine.network_run import NetworkRun
from skgenre._engine.recipe_keys import recipe_key
from skgenre._engine.training import TrainingProgram
from skgenre._engine.weights import pack_weights, split_weights, unpack_weights
from skgenre._keras.initial_weights import initial_weights
from skgenre._keras.layers import Standardization
from skgenre._tensorflow.memory import release_freed
from skgenre._tensorflow.process import prepare_process
from skgenre._tensorflow.shards import ROWS_PER_PREDICTION_CALL, ROWS_PER_PREDICTION_SHARD, map_rows

# Enough for means and deviations, few enough to look at in no time and in little memory.
ROWS_TO_ADAPT_TO = 1024


class _ProgramPool:
    """Idle training programs; one that is out belongs to the thread that took it."""

    def __init__(self):
        self._lock = threading.Lock()
        self._idle = OrderedDict()

    @contextmanager
    def borrow(self, recipe):
        key = recipe_key(recipe)
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


def train(recipe, state, training, validation, schedule):
    """Train a network; see `TrainingProgram.train`.

    What its front end makes of the excerpts is computed once.
    """
    prepare_process()
    architecture = recipe.architecture
    part = trained_part(architecture)
    if part is not architecture:
        recipe = recipe._replace(architecture=part)
        training = _behind_front_end(architecture, state.weights, training)
        if validation is not None:
            validation = _behind_front_end(architecture, state.weights, validation)
    with _POOL.borrow(recipe) as program:
        trained = program.train(recipe, state, training, validation, schedule)
    release_freed()
    return trained


def _behind_front_end(architecture, weights, labelled):
    """Put what a front end makes of excerpts in their place; read and computed block by block."""
    n_layers = len(front_end_layers(blank_model(architecture)))
    shape = (len(labelled), *trained_part(architecture).input_shape)
    outputs = large_array(shape)
    for positions in gen_batches(len(labelled), ROWS_PER_PREDICTION_CALL):
        X = labelled.take(positions).excerpts()
        outputs[positions] = run_layers(architecture, weights, X, n_layers)
        release_pages(outputs)
    return replace(labelled, X=outputs, rows=np.arange(len(labelled)))


def adapted_weights(architecture, weights, labelled):
    """Standardise what reaches certain layers of a network, before it is trained.

    Parameters
    ----------
    architecture : Architecture
        The network.
    weights : ndarray of shape (n_parameters,), float32
        Its weights, packed.
    labelled : LabelledExcerpts
        Excerpts, of which some are looked at, evenly spread.

    Returns
    -------
    weights : ndarray of shape (n_parameters,), float32
        Packed, those of `Standardization` layers replaced; the first layers come first.
    """
    model = blank_model(architecture)
    layers = {
        n: layer for n, layer in enumerate(model.layers) if isinstance(layer, Standardization)
    }
    if not layers:
        return weights
    n_rows = min(len(labelled), ROWS_TO_ADAPT_TO)
    X = labelled.take(np.linspace(0, len(labelled) - 1, n_rows).astype(int)).excerpts()
    arrays = unpack_weights(model.weights, weights)
    places = {id(variable): place for place, variable in enumerate(model.weights)}
    for n_layers, layer in layers.items():
        inputs = run_layers(architecture, pack_weights(arrays), X, n_layers)
        for variable, values in zip(layer.weights, layer.adapted(inputs), strict=True):
            arrays[places[id(variable)]] = values
    return pack_weights(arrays)


def run_layers(architecture, weights, X, n_layers):
    """Run excerpts through the first layers of a network; see `predict`."""
    forward = _leading_program(leading_part(architecture, n_layers))
    weights = tf.constant(weights)
    return np.concatenate(
        [
            forward(weights, X[rows], np.int32(ROWS_PER_PREDICTION_SHARD))
            for rows in gen_batches(len(X), ROWS_PER_PREDICTION_CALL)
        ]
    )


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
    prepare_process()
    forward = _forward_program(architecture)
    weights = _on_device(Itself(weights))
    # One row has no place among others, and should be quick.
    rows_per_shard = np.int32(1 if len(X) == 1 else ROWS_PER_PREDICTION_SHARD)
    outputs = np.empty((len(X), architecture.n_outputs), np.float32)
    for rows in gen_batches(len(X), rows_per_call):
        outputs[rows] = forward(weights, X[rows], rows_per_shard)
        release_pages(X)
    return outputs


# Handing the weights over at each prediction would take as long as a network takes for one row.
@lru_cache(maxsize=PROGRAMS_KEPT)
def _on_device(weights):
    return tf.constant(weights.thing)


@lru_cache(maxsize=PROGRAMS_KEPT)
def _forward_program(architecture):
    return _compile_forward(architecture)


# A fit needs up to three of them for one network.
@lru_cache(maxsize=3 * PROGRAMS_KEPT)
def _leading_program(part):
    return _compile_forward(part)


def _compile_forward(architecture):
    model = blank_model(architecture)

    def forward(weights, X, rows_per_shard):
        layer_weights = split_weights(model.weights, weights)
        return map_rows(
            lambda rows: NetworkRun(model, layer_weights, rows).outputs,
            [X],
            rows_per_shard,
        )

    signature = [
        tf.TensorSpec((None,), DTYPE),
        tf.TensorSpec((None, *architecture.input_shape), DTYPE),
        tf.TensorSpec((), tf.int32),
    ]
    return compiled(forward, signature)


def fresh_weights(architecture, seed):
    """Draw a network's initial weights from a seed, packed."""
    prepare_process()
    return pack_weights(initial_weights(blank_model(architecture), seed))
