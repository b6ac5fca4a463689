"""Networks as functions of their weights, and their gradients."""

import numpy as np
import pytest
import tensorflow as tf
from numpy.testing import assert_allclose

from skgenre._engine.network_run import NetworkRun
from skgenre.networks import build_cnn, build_mlp


@pytest.mark.parametrize("n_timesteps", [1, 2, 7, 30, 31, 60, 1199])
@pytest.mark.parametrize("size", [1, 2, 5, 31])
@pytest.mark.parametrize("stride", [1, 2, 3, 7, 40])
def test_outputs_and_gradients_are_those_of_the_convolution(n_timesteps, size, stride):
    settings = {
        "filters": (3, 2),
        "kernel_sizes": (size, size + 1),
        "strides": (stride, 2),
        "dense_units": 2,
    }
    model = build_cnn(n_timesteps, **settings, seed=0)
    X = np.random.RandomState(0).randn(4, n_timesteps).astype(np.float32)
    weights = [tf.convert_to_tensor(variable) for variable in model.weights]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(weights)
        run = NetworkRun(model, weights, X)
        expected_outputs = model.stateless_call(weights, [], X)[0]
        loss, expected_loss = tf.reduce_sum(run.outputs**2), tf.reduce_sum(expected_outputs**2)
    assert_allclose(run.outputs, expected_outputs, atol=1e-6)
    expected = tape.gradient(expected_loss, weights)
    for ours, theirs in zip(run.gradients(tape, loss), expected, strict=True):
        assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("build", [build_cnn, build_mlp])
def test_gradients_are_multiplied_with_slopes(build):
    model = build(20, seed=0)
    X = np.random.RandomState(0).randn(3, 20).astype(np.float32)
    slopes = tf.constant([[0.5], [-1.0], [2.0]])
    weights = [tf.convert_to_tensor(variable) for variable in model.weights]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(weights)
        run = NetworkRun(model, weights, X)
        total = tf.reduce_sum(run.outputs * slopes)
    with_slopes = run.gradients(tape, run.outputs, slopes)
    for ours, theirs in zip(with_slopes, run.gradients(tape, total), strict=True):
        assert_allclose(ours, theirs, atol=1e-6)


def test_weights_are_those_given():
    model, other = build_cnn(50, seed=0), build_cnn(50, seed=1)
    X = np.random.RandomState(0).randn(3, 50).astype(np.float32)
    run = NetworkRun(model, [tf.convert_to_tensor(variable) for variable in other.weights], X)
    assert_allclose(run.outputs, other.predict(X, verbose=0), atol=1e-6)
