"""Gradients of a network's log-odds by its input."""

from functools import lru_cache

import keras
import numpy as np
import tensorflow as tf

from skgenre._arrays.dtype import DTYPE
from skgenre._engine.architecture import PROGRAMS_KEPT
from skgenre._engine.compiled import compiled
from skgenre._engine.network_run import NetworkRun
from skgenre._engine.weights import split_weights
from skgenre._tensorflow.process import prepare_process
from skgenre._tensorflow.shards import ROWS_PER_PREDICTION_SHARD, map_rows


def input_gradients(architecture, weights, X, classes):
    """Differentiate the log-odds of a class by each sample of an excerpt.

    Parameters
    ----------
    architecture : Architecture
        The network.
    weights : ndarray of shape (n_parameters,), float32
        Its weights, packed.
    X : ndarray of shape (n_samples, n_timesteps), float32
        Excerpts as the network sees them, all of which go through it at once.
    classes : ndarray of shape (n_samples,), int
        Number of the class for each excerpt.

    Returns
    -------
    gradients : ndarray of shape (n_samples, n_timesteps), float32
        Derivatives of the log-odds, that is of ``log(p / (1 - p))`` of the class' probability p.
    """
    prepare_process()
    return _gradient_program(architecture)(weights, X, classes.astype(np.int32)).numpy()


@lru_cache(maxsize=PROGRAMS_KEPT)
def _gradient_program(architecture):
    model = architecture.build_model(seed=0)
    # Log-odds taken from probabilities would be infinite where those round to 0 or 1.
    model.layers[-1].activation = keras.activations.linear

    def gradients(weights, X, classes):
        layer_weights = split_weights(model.weights, weights)

        def differentiate(rows, classes):
            with tf.GradientTape() as tape:
                tape.watch(rows)
                log_odds = _log_odds(NetworkRun(model, layer_weights, rows).outputs, classes)
            return tape.gradient(log_odds, rows)

        return map_rows(differentiate, [X, classes], ROWS_PER_PREDICTION_SHARD)

    signature = [
        tf.TensorSpec((model.count_params(),), DTYPE),
        tf.TensorSpec((None, architecture.n_timesteps), DTYPE),
        tf.TensorSpec((None,), tf.int32),
    ]
    return compiled(gradients, signature)


def _log_odds(scores, classes):
    """Compute log-odds of a class from the last layer's values before its sigmoid or softmax."""
    n_outputs = scores.shape[1]
    if n_outputs == 1:
        return tf.where(classes == 1, scores[:, 0], -scores[:, 0])
    chosen = tf.one_hot(classes, n_outputs, on_value=True, off_value=False, dtype=tf.bool)
    others = tf.where(chosen, scores.dtype.min, scores)
    score = tf.reduce_sum(tf.where(chosen, scores, 0), axis=1)
    return score - tf.reduce_logsumexp(others, axis=1)
