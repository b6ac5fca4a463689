"""What a process has set for Keras, TensorFlow or numpy neither breaks a fit nor changes it."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.testing import assert_array_equal

from skgenre import MLPGenreClassifier, SongClassifier
from skgenre.audio import cut_excerpts, resample
from skgenre.datasets import make_genre_excerpts
from skgenre.leakage import find_leaks
from tests.helpers.small_networks import tiny_cnn


@pytest.fixture
def floatx():
    """Set Keras' default type of numbers, for one test."""
    before = keras.config.floatx()
    yield keras.config.set_floatx
    keras.config.set_floatx(before)


def perceptron(**params):
    return MLPGenreClassifier(**{"hidden_units": 5, "epochs": 2, "random_state": 0, **params})


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"optimizer": "adam", "loss": "binary_crossentropy"},
        {"optimizer": keras.optimizers.AdamW, "loss": keras.losses.Huber, "loss__delta": 0.3},
        {"early_stopping": True, "validation_fraction": 0.3},
    ],
    ids=["sgd", "adam", "classes", "early stopping"],
)
def test_float64_as_keras_default_changes_nothing(excerpts, floatx, params):
    X, y = excerpts
    # Not among the networks that other tests have left compiled.
    params = {**params, "hidden_units": 7}
    floatx("float64")
    there = perceptron(**params).fit(X, y)
    floatx("float32")
    here = perceptron(**params).fit(X, y)
    assert_array_equal(there.predict_proba(X), here.predict_proba(X))
    assert there.history_ == here.history_


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_types_of_few_digits_are_refused_before_training(excerpts, floatx, name):
    floatx(name)
    with pytest.raises(ValueError, match=f"floatx.. is '{name}'"):
        perceptron().fit(*excerpts)


@pytest.mark.parametrize("name", ["float16", "float64"])
def test_a_fitted_classifier_predicts_whatever_the_default(excerpts, floatx, name):
    X, y = excerpts
    fitted = perceptron().fit(X, y)
    before = fitted.predict_proba(X)
    floatx(name)
    assert_array_equal(fitted.predict_proba(X), before)


def test_mixed_precision_changes_nothing(excerpts):
    X, y = excerpts
    early = {"early_stopping": True, "validation_fraction": 0.3, "hidden_units": 6}
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        mixed = perceptron(**early).fit(X, y)
    finally:
        keras.mixed_precision.set_global_policy("float32")
    assert_array_equal(mixed.predict_proba(X), perceptron(**early).fit(X, y).predict_proba(X))


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int64])
def test_integers_of_numpy_count_like_pythons(excerpts, kind):
    X, y = excerpts
    params = {"filters": 4, "kernel_sizes": 9, "strides": 2, "dense_units": 100, "epochs": 2}
    params |= {"batch_size": 100, "patience": 2, "verbose": 0, "random_state": 3}
    params |= {"early_stopping": True, "validation_fraction": 0.3, "predict__batch_size": 100}
    expected = tiny_cnn(**params).fit(X, y)
    ours = tiny_cnn(
        **{
            name: kind(value) if isinstance(value, int) and not isinstance(value, bool) else value
            for name, value in params.items()
        }
    ).fit(X, y)
    assert_array_equal(ours.predict_proba(X), expected.predict_proba(X))
    assert ours.history_ == expected.history_


@pytest.mark.parametrize("batch_size", [2**31, 2**63, 10**30])
def test_a_batch_of_more_rows_than_there_are_has_all_rows(excerpts, batch_size):
    X, y = excerpts
    whole = perceptron(batch_size=len(X)).fit(X, y)
    larger = perceptron(batch_size=batch_size, predict__batch_size=batch_size).fit(X, y)
    assert_array_equal(larger.predict_proba(X), whole.predict_proba(X))


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.uint16])
def test_short_integers_of_numpy_count_songs_and_samples_like_pythons(kind):
    songs, _ = make_genre_excerpts(4, n_timesteps=2500, random_state=0)

    def predict(kind, long_kind):
        params = {"max_excerpts": kind(3), "hop_seconds": kind(1), "n_jobs": kind(2)}
        classifier = SongClassifier(perceptron(), sample_rate=long_kind(400), **params)
        return classifier.fit(songs, [0, 1, 0, 1]).predict_proba(songs)

    assert_array_equal(predict(kind, np.uint16), predict(int, int))
    assert cut_excerpts(songs[0], n_timesteps=kind(100), hop=kind(50)).shape == (49, 100)
    resampled = resample(songs[0], original_rate=kind(100), sample_rate=np.uint16(44_100))
    assert resampled.shape == (2500 * 441,)
    assert find_leaks(songs, [([0, 1], [2, 3])], min_overlap=kind(40)) == []


# --- within graphs and strategies of TensorFlow


def in_graph(call):
    with tf.Graph().as_default():
        call()


def in_function(call):
    @tf.autograph.experimental.do_not_convert
    def function():
        call()
        return 0

    tf.function(function)()


def in_scope(call):
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        call()


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (in_graph, "outside of tf.function and tf.Graph"),
        (in_function, "outside of tf.function and tf.Graph"),
        (in_scope, "outside of the scope of MirroredStrategy"),
    ],
)
@pytest.mark.parametrize("method", ["fit", "partial_fit", "predict", "initialize"])
def test_a_place_where_networks_cannot_compute_is_named(excerpts, place, reason, method):
    X, y = excerpts
    fitted = perceptron().fit(X, y)
    before = fitted.predict_proba(X)
    calls = {
        "fit": lambda: fitted.fit(X, y),
        "partial_fit": lambda: fitted.partial_fit(X, y),
        "initialize": lambda: fitted.initialize(X, y),
        "predict": lambda: fitted.predict(X),
    }
    with pytest.raises(RuntimeError, match=reason):
        place(calls[method])
    assert_array_equal(fitted.predict_proba(X), before)


def test_a_device_and_an_eager_scope_of_tensorflow_change_nothing(excerpts):
    X, y = excerpts
    before = perceptron().fit(X, y).predict_proba(X)
    with tf.device("CPU:0"), tf.init_scope(), keras.name_scope("a scope"):
        assert_array_equal(perceptron().fit(X, y).predict_proba(X), before)
