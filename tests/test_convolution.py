"""Gradients of convolutions' kernels, taken as convolutions."""

import numpy as np
import pytest
import tensorflow as tf
from numpy.testing import assert_allclose

from skgenre._convolution import GradientTaker
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
    plain, heard = (build_cnn(n_timesteps, **settings, seed=0) for _ in range(2))
    taker = GradientTaker(heard)
    X = np.random.RandomState(0).randn(4, n_timesteps).astype(np.float32)
    expected_outputs, expected = _outputs_and_gradients(plain, X, tf.GradientTape.gradient)
    outputs, gradients = _outputs_and_gradients(heard, X, taker.gradients)
    assert_allclose(outputs, expected_outputs, atol=1e-6)
    for ours, theirs in zip(gradients, expected, strict=True):
        assert_allclose(ours, theirs, atol=1e-5)


def _outputs_and_gradients(model, X, gradients):
    weights = [tf.convert_to_tensor(variable) for variable in model.weights]
    with tf.GradientTape() as tape:
        tape.watch(weights)
        outputs = model.stateless_call(weights, [], X)[0]
        loss = tf.reduce_sum(outputs**2)
    return outputs, gradients(tape, loss, weights)


@pytest.mark.parametrize("build", [build_cnn, build_mlp])
def test_gradients_are_multiplied_with_slopes(build):
    model = build(20, seed=0)
    X = np.random.RandomState(0).randn(3, 20).astype(np.float32)
    slopes = tf.constant([[0.5], [-1.0], [2.0]])
    taker, weights = GradientTaker(model), [tf.convert_to_tensor(v) for v in model.weights]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(weights)
        outputs = model.stateless_call(weights, [], X)[0]
        total = tf.reduce_sum(outputs * slopes)
    with_slopes = taker.gradients(tape, outputs, weights, slopes)
    for ours, theirs in zip(with_slopes, tape.gradient(total, weights), strict=True):
        assert_allclose(ours, theirs, atol=1e-6)


def test_a_network_computes_what_it_did():
    model = build_cnn(50, seed=0)
    X = np.random.RandomState(0).randn(3, 50).astype(np.float32)
    before = model.predict(X, verbose=0)
    GradientTaker(model)
    assert_allclose(model(X), before, atol=1e-6)
