"""Networks that predict by numpy: as Keras has them."""

import inspect
import pickle

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skgenre.networks import _layers, _numpy_layers, build_cnn, build_filterbank, build_mlp
from skgenre.networks._numpy_network import NumpyNetwork

BUILDERS = {"cnn": build_cnn, "mlp": build_mlp, "filterbank": build_filterbank}


def cnn(filters=(3, 5), kernel_sizes=(5, 4), strides=(2, 3), dense_units=6):
    return {
        "filters": filters,
        "kernel_sizes": kernel_sizes,
        "strides": strides,
        "dense_units": dense_units,
    }


def filterbank(**settings):
    return {
        "sample_rate": 400,
        "window": 64,
        "hop": 32,
        "n_bands": 10,
        "filters": (6,),
        "kernel_sizes": (5,),
        "dense_units": 7,
        "dropout": 0.3,
        "level_noise": 0.2,
    } | settings


# A network, time steps, settings.
CASES = {
    "the lesson's": (
        "cnn",
        1200,
        cnn((32, 32, 48, 48), (31, 31, 15, 15), (4, 3, 2, 2), dense_units=64),
    ),
    "cnn": ("cnn", 60, cnn()),
    "cnn of one step": ("cnn", 1, cnn()),
    "kernels longer than excerpts": ("cnn", 10, cnn(kernel_sizes=(40, 1), strides=(1, 20))),
    "strides longer than kernels": ("cnn", 77, cnn(kernel_sizes=(2, 1), strides=(7, 3))),
    "one convolution": ("cnn", 61, cnn((4,), (8,), (3,))),
    "windows in several products": ("cnn", 9000, cnn((2, 2), (301, 3), (1, 50))),
    "mlp": ("mlp", 50, {"hidden_units": (8, 4)}),
    "mlp of one step": ("mlp", 1, {"hidden_units": (3,)}),
    "filterbank": ("filterbank", 600, filterbank()),
    "filterbank of one step": ("filterbank", 1, filterbank()),
    "two frames": ("filterbank", 96, filterbank()),
    "frames apart": ("filterbank", 1000, filterbank(hop=200)),
    "default frames": ("filterbank", 8000, filterbank(sample_rate=8000, window=None, hop=None)),
    "convolutions": ("filterbank", 600, filterbank(filters=(6, 3, 4), kernel_sizes=(3, 1, 40))),
    "few bands": ("filterbank", 600, filterbank(n_bands=1)),
    "no noise": ("filterbank", 600, filterbank(dropout=0.0, level_noise=0.0)),
}


def pair(case, n_outputs):
    """Build a network in Keras, with weights of any size, and the same one in numpy."""
    name, n_timesteps, settings = CASES[case]
    model = BUILDERS[name](n_timesteps, n_outputs, **settings, seed=0)
    rng = np.random.default_rng(0)
    weights = [
        (weight + rng.normal(0, 0.1, weight.shape)).astype(np.float32)
        for weight in model.get_weights()
    ]
    model.set_weights(weights)
    vector = np.concatenate([weight.ravel() for weight in weights])
    return model, NumpyNetwork(name, n_timesteps, n_outputs, settings, vector)


def sound(n_samples, n_timesteps):
    return np.random.default_rng(1).normal(0, 0.2, (n_samples, n_timesteps)).astype(np.float32)


@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("case", CASES)
def test_outputs_are_those_of_keras(case, n_outputs):
    model, network = pair(case, n_outputs)
    X = sound(5, CASES[case][1])
    X[0] = 0
    outputs = network.predict(X)
    assert outputs.dtype == np.float32
    assert_allclose(outputs, keras.ops.convert_to_numpy(model(X)), rtol=0, atol=1e-5)


@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("case", ["the lesson's", "mlp", "filterbank", "convolutions"])
def test_no_bit_depends_on_other_excerpts(case, n_outputs):
    _, network = pair(case, n_outputs)
    X = sound(300, CASES[case][1])
    together = network.predict(X)
    assert_array_equal(together[7:40], network.predict(X[7:40]))
    assert_array_equal(together[299:], network.predict(X[299:]))


@pytest.mark.parametrize("case", ["cnn", "mlp", "filterbank"])
def test_extremes_give_probabilities(case):
    _, network = pair(case, 1)
    X = np.full((2, CASES[case][1]), 1e6, np.float32)
    X[1, ::2] *= -1
    outputs = network.predict(X)
    assert ((outputs >= 0) & (outputs <= 1)).all()


def test_what_is_written_for_keras_is_written_for_numpy():
    def functions(module):
        return {
            name: list(inspect.signature(value).parameters)
            for name, value in vars(module).items()
            if inspect.isfunction(value)
            and value.__module__ == module.__name__
            and not name.startswith("_")
        }

    ours, theirs = functions(_numpy_layers), functions(_layers)
    # The first runs a stack, the second makes a model of one.
    del ours["run"], theirs["sequential"]
    assert ours == theirs


def test_a_network_can_be_pickled():
    _, network = pair("filterbank", 3)
    X = sound(2, 600)
    assert_array_equal(pickle.loads(pickle.dumps(network)).predict(X), network.predict(X))


@pytest.mark.parametrize(
    ("name", "n_timesteps", "settings", "message"),
    [
        ("cnn", 60, cnn(strides=(2, -3)), "sizes are integers from 1 on, got -"),
        ("cnn", 60, cnn(strides=(2, 1.5)), r"sizes are integers from 1 on, got \d+.0"),
        ("cnn", 60, cnn(filters=(-3, 5)), "sizes are integers from 1 on, got -3"),
        ("cnn", 60, cnn(kernel_sizes=(5.0, 4)), r"sizes are integers from 1 on, got 5\.0"),
        ("mlp", 60, {"hidden_units": (0,)}, "sizes are integers from 1 on, got 0"),
        ("mlp", 60, {"hidden_units": (10**6,)}, "more than 50,000,000"),
        ("filterbank", 60, filterbank(window=-1), "window must be an integer"),
        ("filterbank", 60, filterbank(filters=(-3,)), "sizes are integers from 1 on, got -3"),
    ],
)
def test_settings_that_are_none_are_refused(name, n_timesteps, settings, message):
    with pytest.raises(ValueError, match=message):
        NumpyNetwork(name, n_timesteps, 1, settings, np.zeros(10, np.float32))
