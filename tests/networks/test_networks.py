"""The lesson's networks, layer by layer and number by number."""

import random
from dataclasses import FrozenInstanceError

import keras
import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from numpy.testing import assert_allclose, assert_array_equal

from skgenre import CNNGenreClassifier, MLPGenreClassifier
from skgenre._engine.architecture import Architecture
from skgenre._keras.initial_weights import initial_weights
from skgenre.networks import (
    Parameter,
    build_cnn,
    build_mlp,
    format_parameter_table,
    parameter_table,
)
from skgenre.networks._cnn import cnn_parameters
from skgenre.networks._mlp import mlp_parameters
from skgenre.networks._parameters import count_numbers

# Layer, output shape, filters or units, kernel size, stride, activation, kernel shape.
CNN_LAYERS = [
    ("Reshape", (1200, 1), None, None, None, None, None),
    ("Conv1D", (300, 32), 32, 31, 4, "relu", (31, 1, 32)),
    ("Conv1D", (100, 32), 32, 31, 3, "relu", (31, 32, 32)),
    ("Conv1D", (50, 48), 48, 15, 2, "relu", (15, 32, 48)),
    ("Conv1D", (25, 48), 48, 15, 2, "relu", (15, 48, 48)),
    ("Flatten", (1200,), None, None, None, None, None),
    ("Dense", (64,), 64, None, None, "relu", (1200, 64)),
    ("Dense", (1,), 1, None, None, "sigmoid", (64, 1)),
]
MLP_LAYERS = [
    ("Dense", (256,), 256, None, None, "relu", (1200, 256)),
    ("Dense", (64,), 64, None, None, "relu", (256, 64)),
    ("Dense", (1,), 1, None, None, "sigmoid", (64, 1)),
]

SMALL = {"filters": (3, 4), "kernel_sizes": (5, 3), "strides": (2, 1), "dense_units": 6}
N_TIMESTEPS = [1, 2, 3, 30, 1199, 1200, 1201]

both_networks = pytest.mark.parametrize("build", [build_cnn, build_mlp])


def noise(n_timesteps, n_samples=3):
    return np.random.default_rng(0).standard_normal((n_samples, n_timesteps)).astype(np.float32)


def probabilities(model, X):
    return keras.ops.convert_to_numpy(model(X))


def to_bytes(weights):
    return b"".join(weight.tobytes() for weight in weights)


# --- the lesson's tables


@pytest.mark.parametrize(("build", "expected"), [(build_cnn, CNN_LAYERS), (build_mlp, MLP_LAYERS)])
def test_every_layer_is_the_lessons(build, expected):
    model = build(1200)
    assert model.input_shape == (None, 1200)
    assert len(model.layers) == len(expected)
    for layer, row in zip(model.layers, expected, strict=True):
        kind, shape, width, size, stride, activation, kernel = row
        config = layer.get_config()
        assert type(layer).__name__ == kind
        assert layer.output.shape == (None, *shape)
        assert config.get("filters", config.get("units")) == width
        assert config.get("kernel_size") == (size and (size,))
        assert config.get("strides") == (stride and (stride,))
        assert config.get("padding") == ("same" if kind == "Conv1D" else None)
        assert config.get("activation") == activation
        assert [tuple(weight.shape) for weight in layer.weights] == (
            [kernel, (width,)] if kernel else []
        )
        assert layer.trainable


@pytest.mark.parametrize(("build", "total"), [(build_cnn, 167_425), (build_mlp, 323_969)])
def test_the_lessons_number_of_parameters(build, total):
    model = build(1200)
    assert model.count_params() == total
    assert sum(weight.size for weight in model.get_weights()) == total
    assert sum(np.prod(weight.shape) for weight in model.trainable_weights) == total


def test_parameter_table():
    rows = [row for row in CNN_LAYERS if row[-1]]
    names = ["conv1d_1", "conv1d_2", "conv1d_3", "conv1d_4", "dense_1", "dense_2"]
    expected = []
    for name, (_, _, width, *_, kernel) in zip(names, rows, strict=True):
        expected.append(Parameter(layer=name, parameter="kernel", dtype="float32", shape=kernel))
        expected.append(Parameter(layer=name, parameter="bias", dtype="float32", shape=(width,)))
    assert parameter_table(build_cnn(1200)) == expected


@both_networks
def test_parameter_table_follows_the_order_of_weights(build):
    model = build(30, 3)
    shapes = [row.shape for row in parameter_table(model)]
    assert shapes == [weight.shape for weight in model.get_weights()]


def test_parameter_table_of_any_keras_model():
    inputs = keras.Input((4,))
    hidden = keras.layers.BatchNormalization(name="norm")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(2, dtype="float64", name="out")(hidden))
    assert parameter_table(model) == [
        ("norm", "gamma", "float32", (4,)),
        ("norm", "beta", "float32", (4,)),
        ("norm", "moving_mean", "float32", (4,)),
        ("norm", "moving_variance", "float32", (4,)),
        ("out", "kernel", "float64", (4, 2)),
        ("out", "bias", "float64", (2,)),
    ]


def test_format_parameter_table():
    assert format_parameter_table(build_cnn(1200)).splitlines() == [
        "layer     parameter  dtype    shape",
        "conv1d_1  kernel     float32  31 x 1 x 32",
        "conv1d_1  bias       float32  32",
        "conv1d_2  kernel     float32  31 x 32 x 32",
        "conv1d_2  bias       float32  32",
        "conv1d_3  kernel     float32  15 x 32 x 48",
        "conv1d_3  bias       float32  48",
        "conv1d_4  kernel     float32  15 x 48 x 48",
        "conv1d_4  bias       float32  48",
        "dense_1   kernel     float32  1200 x 64",
        "dense_1   bias       float32  64",
        "dense_2   kernel     float32  64 x 1",
        "dense_2   bias       float32  1",
        "167,425 parameters",
    ]
    assert format_parameter_table(build_mlp(1200)).endswith("\n323,969 parameters")


# --- settings


def test_settings_of_the_cnn():
    model = build_cnn(12, **SMALL)
    first, second = model.layers[1:3]
    assert first.output.shape == (None, 6, 3)
    assert second.output.shape == (None, 6, 4)
    shapes = [weight.shape for weight in model.get_weights()]
    assert shapes == [(5, 1, 3), (3,), (3, 3, 4), (4,), (24, 6), (6,), (6, 1), (1,)]


@pytest.mark.parametrize(
    ("hidden_units", "shapes"),
    [
        ((5,), [(12, 5), (5,), (5, 1), (1,)]),
        ((5, 4, 3), [(12, 5), (5,), (5, 4), (4,), (4, 3), (3,), (3, 1), (1,)]),
    ],
)
def test_settings_of_the_mlp(hidden_units, shapes):
    model = build_mlp(12, hidden_units=hidden_units)
    assert [weight.shape for weight in model.get_weights()] == shapes


@pytest.mark.parametrize("name", ["filters", "kernel_sizes", "strides"])
@pytest.mark.parametrize("length", [1, 3])
def test_tuples_of_unequal_length_are_refused(name, length):
    with pytest.raises(ValueError, match="must be of equal length"):
        build_cnn(30, **{**SMALL, name: (3,) * length})


# --- what the networks compute


def convolve(x, kernel, bias, stride):
    """Slide a kernel over (time, channels), padded as evenly as can be, the odd step last."""
    n_outputs = -(-len(x) // stride)
    padding = max((n_outputs - 1) * stride + len(kernel) - len(x), 0)
    x = np.pad(x, ((padding // 2, padding - padding // 2), (0, 0)))
    windows = sliding_window_view(x, len(kernel), axis=0)[::stride][:n_outputs]
    return np.einsum("tcs,sco->to", windows, kernel) + bias


def forward(excerpt, weights, strides, n_outputs):
    """Compute the probabilities of one excerpt with nothing but numpy, in float64."""
    layers = [array.astype(np.float64) for array in weights]
    layers = list(zip(layers[::2], layers[1::2], strict=True))
    x = excerpt.astype(np.float64)[:, np.newaxis]
    for stride, (kernel, bias) in zip(strides, layers, strict=False):
        x = np.maximum(convolve(x, kernel, bias, stride), 0)
    x = x.ravel()
    for kernel, bias in layers[len(strides) : -1]:
        x = np.maximum(x @ kernel + bias, 0)
    x = x @ layers[-1][0] + layers[-1][1]
    return 1 / (1 + np.exp(-x)) if n_outputs == 1 else np.exp(x) / np.exp(x).sum()


@pytest.mark.parametrize(("build", "strides"), [(build_cnn, (4, 3, 2, 2)), (build_mlp, ())])
@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("n_timesteps", N_TIMESTEPS)
def test_any_length_gives_the_textbooks_probabilities(n_timesteps, n_outputs, build, strides):
    model = build(n_timesteps, n_outputs, seed=0)
    rng = np.random.default_rng(0)
    # Fresh biases are zero, and would hide a bias left out.
    for layer in model.layers:
        if layer.weights:
            layer.bias.assign(rng.uniform(-1, 1, layer.bias.shape))
    X = noise(n_timesteps)
    actual = probabilities(model, X)
    assert actual.shape == (3, n_outputs)
    assert model.output_shape == (None, n_outputs)
    expected = [forward(x, model.get_weights(), strides, n_outputs) for x in X]
    assert_allclose(actual, expected, rtol=1e-5)


@both_networks
def test_two_classes_share_one_sigmoid(build):
    model = build(30, 1, seed=0)
    assert model.layers[-1].get_config()["activation"] == "sigmoid"
    actual = probabilities(model, noise(30, 50))
    assert actual.shape == (50, 1)
    assert ((actual > 0) & (actual < 1)).all()
    assert len(np.unique(actual)) == 50


@pytest.mark.parametrize("n_classes", [2, 3, 10])
@both_networks
def test_more_classes_have_a_softmax(build, n_classes):
    model = build(30, n_classes, seed=0)
    assert model.layers[-1].get_config()["activation"] == "softmax"
    actual = probabilities(model, noise(30, 50))
    assert actual.shape == (50, n_classes)
    assert ((actual > 0) & (actual < 1)).all()
    assert_allclose(actual.sum(axis=1), 1, rtol=1e-6)
    assert len(np.unique(actual, axis=0)) == 50


# --- number types


@pytest.fixture(params=["float64", "mixed_float16", "mixed_bfloat16", "policy_float64"])
def _other_precision(request):
    floatx, policy = keras.config.floatx(), keras.config.dtype_policy()
    if request.param == "float64":
        keras.config.set_floatx("float64")
    else:
        keras.config.set_dtype_policy(request.param.removeprefix("policy_"))
    yield
    keras.config.set_floatx(floatx)
    keras.config.set_dtype_policy(policy)


@pytest.fixture(scope="module")
def expected_probabilities():
    return {
        build: probabilities(build(30, 2, seed=0), noise(30)) for build in (build_cnn, build_mlp)
    }


@pytest.mark.usefixtures("_other_precision")
@both_networks
def test_networks_are_float32_whatever_keras_is_set_to(build, expected_probabilities):
    model = build(30, 2, seed=0)
    assert {row.dtype for row in parameter_table(model)} == {"float32"}
    assert {weight.dtype for weight in model.get_weights()} == {np.dtype(np.float32)}
    for layer in model.layers:
        assert layer.compute_dtype == layer.variable_dtype == layer.output.dtype == "float32"
    assert model.inputs[0].dtype == "float32"
    actual = probabilities(model, noise(30))
    assert actual.dtype == np.float32
    assert_allclose(actual, expected_probabilities[build], rtol=1e-6)


# --- weights


@both_networks
def test_a_seed_means_the_same_weights(build):
    first, again, other = (to_bytes(build(30, seed=seed).get_weights()) for seed in (3, 3, 4))
    assert first == again
    assert first != other


@both_networks
def test_no_seed_means_fresh_weights(build):
    assert to_bytes(build(30).get_weights()) != to_bytes(build(30, seed=None).get_weights())


@pytest.fixture
def _restored_generators():
    of_python, of_numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    yield
    random.setstate(of_python)
    np.random.set_state(of_numpy)  # noqa: NPY002


@pytest.mark.usefixtures("_restored_generators")
@both_networks
def test_seeds_of_the_global_generators_change_nothing(build):
    def draw(global_seed, seed):
        random.seed(global_seed)
        np.random.seed(global_seed)  # noqa: NPY002
        return to_bytes(build(30, seed=seed).get_weights())

    assert draw(0, seed=3) == draw(1, seed=3)
    assert draw(0, seed=None) != draw(0, seed=None)


@pytest.mark.parametrize("seed", [None, 0])
@both_networks
def test_global_generators_are_left_alone(build, seed):
    of_python, of_numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    initial_weights(build(30, seed=seed), seed)
    assert random.getstate() == of_python
    for before, after in zip(of_numpy, np.random.get_state(), strict=True):  # noqa: NPY002
        assert_array_equal(before, after)


@both_networks
def test_kernels_are_glorot_uniform_and_biases_zero(build):
    for weight in build(1200, 10, seed=0).get_weights():
        assert weight.dtype == np.float32
        if weight.ndim == 1:
            assert not weight.any()
            continue
        *receptive_field, n_in, n_out = weight.shape
        limit = np.sqrt(6 / (np.prod(receptive_field) * (n_in + n_out)))
        assert np.abs(weight).max() <= limit * (1 + np.finfo(np.float32).eps)
        # Among n draws the nearest to a limit is about limit / n off; all chances here are
        # below one in a million, and the seed is fixed.
        assert weight.max() > limit * (1 - 30 / weight.size)
        assert weight.min() < -limit * (1 - 30 / weight.size)
        deviation = limit / np.sqrt(3)
        assert abs(weight.mean()) < 5 * deviation / np.sqrt(weight.size)
        assert weight.std() == pytest.approx(deviation, rel=5 / np.sqrt(weight.size))


def test_the_limits_are_those_of_keras():
    for weight in build_cnn(1200, 10, seed=0).get_weights():
        if weight.ndim > 1:
            of_keras = keras.initializers.GlorotUniform(seed=0)(weight.shape)
            reach = np.abs(keras.ops.convert_to_numpy(of_keras)).max()
            assert np.abs(weight).max() == pytest.approx(reach, rel=60 / weight.size)


def test_layers_do_not_repeat_each_others_draws():
    weights = build_mlp(8, hidden_units=(8, 8), seed=0).get_weights()
    assert not np.isin(weights[0], weights[2]).any()


def test_initial_weights_are_those_of_a_new_network():
    model = build_cnn(30, seed=5)
    before = to_bytes(model.get_weights())
    assert to_bytes(initial_weights(model, 5)) == before
    assert to_bytes(initial_weights(model, 6)) != before
    assert to_bytes(initial_weights(model)) != to_bytes(initial_weights(model))
    assert to_bytes(model.get_weights()) == before


def test_a_seed_may_be_a_sequence():
    model = build_mlp(30)
    drawn = [to_bytes(initial_weights(model, seed)) for seed in ([1, 2], [1, 2], [2, 1])]
    assert drawn[0] == drawn[1] != drawn[2]


# --- architectures

SETTINGS = tuple(SMALL.items())


def test_architectures_are_equal_and_hashable_by_value():
    first = Architecture(build_cnn, 30, 1, SETTINGS)
    same = Architecture(build_cnn, int("30"), 1, tuple(dict(SMALL).items()))
    assert first == same
    assert hash(first) == hash(same)
    assert {first: "found"}[same] == "found"


@pytest.mark.parametrize(
    "other",
    [
        Architecture(build_mlp, 30, 1, SETTINGS),
        Architecture(build_cnn, 31, 1, SETTINGS),
        Architecture(build_cnn, 30, 2, SETTINGS),
        Architecture(build_cnn, 30, 1, SETTINGS[:-1]),
    ],
)
def test_architectures_differ_in_any_of_their_values(other):
    assert Architecture(build_cnn, 30, 1, SETTINGS) != other


def test_architectures_do_not_change():
    with pytest.raises(FrozenInstanceError):
        Architecture(build_cnn, 30, 1, SETTINGS).n_timesteps = 31


def test_architectures_build_their_network():
    architecture = Architecture(build_cnn, 30, 3, SETTINGS)
    model, expected = architecture.build_model(seed=7), build_cnn(30, 3, **SMALL, seed=7)
    assert parameter_table(model) == parameter_table(expected)
    assert to_bytes(model.get_weights()) == to_bytes(expected.get_weights())
    assert to_bytes(architecture.build_model().get_weights()) != to_bytes(expected.get_weights())


# --- size


@pytest.mark.parametrize("n_timesteps", N_TIMESTEPS)
@pytest.mark.parametrize("n_outputs", [1, 3])
def test_parameters_are_counted_without_building(n_timesteps, n_outputs):
    settings = {"filters": (3, 5), "kernel_sizes": (4, 9), "strides": (3, 2), "dense_units": 7}
    model = build_cnn(n_timesteps, n_outputs, **settings)
    parameters = cnn_parameters(n_timesteps, n_outputs, **settings)
    assert count_numbers(parameters) == model.count_params()
    baseline = build_mlp(n_timesteps, n_outputs, hidden_units=(4, 6))
    parameters = mlp_parameters(n_timesteps, n_outputs, hidden_units=(4, 6))
    assert count_numbers(parameters) == baseline.count_params()


@pytest.mark.parametrize(
    ("make", "n_parameters", "remedy"),
    [
        (CNNGenreClassifier, "64,092,673", "greater `strides`"),
        (MLPGenreClassifier, "256,016,769", "fewer `hidden_units`"),
    ],
)
def test_a_million_time_steps_are_refused_by_name(make, n_parameters, remedy):
    X, y = np.zeros((4, 10**6), np.float32), [0, 1, 0, 1]
    message = f"1000000 time steps the network would have {n_parameters} parameters, more than"
    with pytest.raises(ValueError, match=f"{message} 50,000,000: .*{remedy}"):
        make().fit(X, y)


def test_a_million_time_steps_are_learned_with_greater_strides():
    X = np.zeros((4, 10**6), np.float32)
    X[::2] = 1
    cnn = CNNGenreClassifier(filters=4, kernel_sizes=64, strides=1000, epochs=1, batch_size=2)
    assert np.isfinite(cnn.fit(X, [0, 1, 0, 1]).predict_proba(X)).all()
