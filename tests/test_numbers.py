"""Amplitudes at the ends of floating point, and numbers of classes at both ends."""

import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone

from skgenre import CNNGenreClassifier, MLPGenreClassifier, SongClassifier, WaveformScaler
from tests.helpers.interpreter import run_python

FLOAT32 = np.finfo(np.float32)
WAVES = np.random.default_rng(0).uniform(-1, 1, (60, 40)).astype(np.float32)

HARMLESS = {
    "silence": 0 * WAVES,
    "silence among sound": np.where(np.arange(60)[:, np.newaxis] % 3, WAVES, 0),
    "constants": 0 * WAVES + 7,
    "float32's smallest": WAVES * 0 + FLOAT32.smallest_subnormal,
    "subnormals": WAVES * FLOAT32.tiny,
}
LOUD = {
    "1e30": WAVES * np.float32(1e30),
    "1e30 for ever": WAVES * 0 + np.float32(1e30),
    "1e30 among sound": np.vstack([WAVES[:-1], WAVES[-1:] * np.float32(1e30)]),
}
TOO_LOUD = WAVES * FLOAT32.max

CNN = CNNGenreClassifier(filters=(4, 6), kernel_sizes=(9, 5), strides=2, dense_units=8)
MLP = MLPGenreClassifier(hidden_units=(6, 4))
both_kinds = pytest.mark.parametrize("kind", [CNN, MLP], ids=["cnn", "mlp"])
# Two classes share a sigmoid, more have a softmax; compiling them all takes a while.
every_network = pytest.mark.parametrize(
    ("kind", "n_classes"),
    [
        pytest.param(CNN, 2, id="cnn-2"),
        pytest.param(MLP, 3, id="mlp-3"),
        pytest.param(CNN, 3, id="cnn-3", marks=pytest.mark.slow),
        pytest.param(MLP, 2, id="mlp-2", marks=pytest.mark.slow),
    ],
)


def fresh(kind):
    return clone(kind).set_params(epochs=2, random_state=0)


def fitted_on(kind, X, n_classes):
    return fresh(kind).fit(X, np.arange(len(X)) % n_classes)


def assert_probabilities(probabilities, shape):
    assert probabilities.shape == shape
    assert probabilities.dtype == np.float32
    assert np.isfinite(probabilities).all()
    assert probabilities.min() >= 0
    assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)


# --- amplitudes


@every_network
@pytest.mark.parametrize("name", [*HARMLESS, "one time step"])
def test_what_is_not_loud_trains_and_gives_probabilities(kind, n_classes, name):
    X = HARMLESS.get(name, WAVES[:, :1])
    fitted = fitted_on(kind, X, n_classes)
    assert_probabilities(fitted.predict_proba(X), (60, n_classes))
    assert_probabilities(fitted.predict_proba(X[:1]), (1, n_classes))
    assert np.isfinite(fitted.history_["loss"]).all()


@every_network
@pytest.mark.parametrize("name", [*HARMLESS, *LOUD])
def test_a_network_for_sound_gives_probabilities_of_anything_finite(kind, n_classes, name):
    X = (HARMLESS | LOUD)[name]
    fitted = fitted_on(kind, WAVES, n_classes)
    assert_probabilities(fitted.predict_proba(X), (60, n_classes))
    for row in X[:2]:
        assert_probabilities(fitted.predict_proba([row]), (1, n_classes))


@pytest.mark.parametrize("kind", [pytest.param(CNN, marks=pytest.mark.slow), MLP])
@pytest.mark.parametrize("name", LOUD)
def test_training_on_loudness_gives_probabilities_or_says_that_it_diverged(kind, name):
    # The slope of a sigmoid out there is nothing at all.
    fitted = fitted_on(kind, LOUD[name], 2)
    assert_probabilities(fitted.predict_proba(LOUD[name]), (60, 2))
    with pytest.raises(ValueError, match=r"diverged.*scale the excerpts"):
        fitted_on(kind, LOUD[name], 3)


@every_network
def test_amplitudes_beyond_the_network_are_named(kind, n_classes):
    fitted = fitted_on(kind, WAVES, n_classes)
    message = r"outputs are not finite; .* amplitudes up to 3\.4e\+38.*WaveformScaler"
    for method in (fitted.predict, fitted.predict_proba):
        for X in (TOO_LOUD, np.vstack([WAVES, TOO_LOUD, WAVES])):
            with pytest.raises(ValueError, match=message):
                method(X)
    with pytest.raises(ValueError, match="diverged"):
        fitted_on(kind, TOO_LOUD, n_classes)


@pytest.mark.parametrize("name", [*LOUD, "half of float32's largest"])
@pytest.mark.parametrize("per_excerpt", [False, True])
def test_a_scaler_makes_any_loudness_fit_for_training(name, per_excerpt):
    X = LOUD.get(name, TOO_LOUD / 2)
    scaled = WaveformScaler(per_excerpt=per_excerpt).fit_transform(X)
    fitted = fitted_on(MLP, scaled, 3)
    assert_probabilities(fitted.predict_proba(scaled), (60, 3))


def test_sums_that_overflow_go_unnoticed_in_many_excerpts():
    X = np.tile(TOO_LOUD / 2, (100, 1))
    assert np.isfinite(WaveformScaler().fit_transform(X)).all()
    with pytest.raises(ValueError, match=r"e\+308; WaveformScaler takes up to"):
        WaveformScaler().fit(X.astype(np.float64) * 1e270)


# --- classes


@both_kinds
def test_a_single_class_is_named(kind):
    one = ["rock"] * len(WAVES)
    message = r"at least two classes; the labels have 1 class: \['rock'\]"
    for call in (
        lambda: fresh(kind).fit(WAVES, one),
        lambda: fresh(kind).initialize(WAVES, one),
        lambda: fresh(kind).partial_fit(WAVES, one, classes=["rock"]),
    ):
        with pytest.raises(ValueError, match=message):
            call()
    with pytest.raises(ValueError, match=r"one class .*\['rock'\]"):
        SongClassifier(fresh(kind), excerpt_seconds=0.1).fit(WAVES, one)


def test_two_excerpts_of_each_class():
    fitted = fitted_on(MLP, WAVES, 30)
    assert_array_equal(fitted.classes_, np.arange(30))
    assert_probabilities(fitted.predict_proba(WAVES), (60, 30))


MEMORY_OF_MANY_CLASSES = """
import threading
from pathlib import Path
import numpy as np
from skgenre import CNNGenreClassifier

def resident_mib():
    fields = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) / 1024

def watch():
    while not done.wait(0.02):
        peaks.append(resident_mib())

X = np.random.default_rng(0).uniform(-1, 1, (20_000, 8)).astype(np.float32)
y = np.arange(20_000) % 10_000
estimator = CNNGenreClassifier(filters=4, kernel_sizes=3, strides=2, dense_units=4, epochs=1)
estimator.fit(X[:40], y[:40] % 3)
idle, peaks, done = resident_mib(), [], threading.Event()
watcher = threading.Thread(target=watch)
watcher.start()
estimator.fit(X, y)
probabilities = estimator.predict_proba(X[:1000])
done.set()
watcher.join()
assert probabilities.shape == (1000, 10_000)
assert np.isfinite(probabilities).all()
assert np.allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
print(max(peaks) - idle)
"""


@pytest.mark.slow
@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="reads the kernel's account in /proc"
)
def test_ten_thousand_classes_train_in_bounded_memory():
    printed = run_python("-W", "error", "-c", MEMORY_OF_MANY_CLASSES)
    print(f"{float(printed):.0f} MiB over idle")
    # The targets of all excerpts together would take 763 MiB.
    assert float(printed) < 400
