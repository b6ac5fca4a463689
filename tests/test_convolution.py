"""Convolutions whose kernels' gradients are convolutions."""

import numpy as np
import pytest
import tensorflow as tf
from numpy.testing import assert_allclose

from skgenre._convolution import speed_up_convolutions
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
    plain = build_cnn(n_timesteps, **settings, seed=0)
    other = build_cnn(n_timesteps, **settings, seed=0)
    speed_up_convolutions(other)
    X = np.random.RandomState(0).randn(4, n_timesteps).astype(np.float32)
    outputs, gradients = zip(
        *(_outputs_and_gradients(model, X) for model in (plain, other)), strict=True
    )
    assert_allclose(outputs[1], outputs[0], atol=1e-6)
    for ours, theirs in zip(gradients[1], gradients[0], strict=True):
        assert_allclose(ours, theirs, atol=1e-5)


def _outputs_and_gradients(model, X):
    with tf.GradientTape() as tape:
        outputs = model(X)
        loss = tf.reduce_sum(outputs**2)
    return outputs, tape.gradient(loss, model.trainable_variables)


def test_a_network_without_convolutions_is_left_alone():
    model = build_mlp(5, seed=0)
    before = model.predict(np.ones((2, 5)), verbose=0)
    speed_up_convolutions(model)
    assert_allclose(model.predict(np.ones((2, 5)), verbose=0), before)
