"""The first convolution as a matrix product."""

import numpy as np
import pytest
import tensorflow as tf
from numpy.testing import assert_allclose

from skgenre._convolution import unfold_first_convolution
from skgenre.networks import build_cnn, build_mlp


@pytest.mark.parametrize("n_timesteps", [1, 2, 7, 30, 31, 60, 1199])
@pytest.mark.parametrize("size", [1, 2, 5, 31])
@pytest.mark.parametrize("stride", [1, 2, 3, 7, 40])
def test_outputs_and_gradients_are_those_of_the_convolution(n_timesteps, size, stride):
    settings = {"filters": (3,), "kernel_sizes": (size,), "strides": (stride,), "dense_units": 2}
    plain = build_cnn(n_timesteps, **settings, seed=0)
    unfolded = build_cnn(n_timesteps, **settings, seed=0)
    unfold_first_convolution(unfolded)
    X = np.random.RandomState(0).randn(4, n_timesteps).astype(np.float32)
    outputs, gradients = zip(
        *(_outputs_and_gradients(m, X) for m in (plain, unfolded)), strict=True
    )
    assert_allclose(outputs[1], outputs[0], atol=1e-6)
    for ours, theirs in zip(gradients[1], gradients[0], strict=True):
        assert_allclose(ours, theirs, atol=1e-5)


def _outputs_and_gradients(model, X):
    with tf.GradientTape() as tape:
        outputs = model(X)
        loss = tf.reduce_sum(outputs**2)
    return outputs, tape.gradient(loss, model.trainable_variables)


@pytest.mark.skipif(
    bool(tf.config.list_physical_devices("GPU")), reason="on a GPU the convolution stays as it is"
)
def test_only_the_first_convolution_is_replaced():
    model = build_cnn(60, filters=(3, 3), kernel_sizes=(5, 5), strides=(2, 2))
    unfold_first_convolution(model)
    replaced = ["call" in vars(layer) for layer in model.layers]
    names = [
        layer.name for layer, is_replaced in zip(model.layers, replaced, strict=True) if is_replaced
    ]
    assert names == ["conv1d_1"]


def test_a_network_without_convolutions_is_left_alone():
    model = build_mlp(5, seed=0)
    before = model.predict(np.ones((2, 5)), verbose=0)
    unfold_first_convolution(model)
    assert_allclose(model.predict(np.ones((2, 5)), verbose=0), before)
