"""Fits that end before their time: the estimator stays as it was, and the next fit is whole."""

import pickle
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT

import keras
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

import skgenre
from skgenre import SongClassifier, WaveformScaler
from tests.helpers.small_networks import tiny_cnn as small_cnn

PACKAGE = str(Path(skgenre.__file__).parent)
EVENTS = ["on_train_begin", "on_epoch_begin", "on_train_batch_end", "on_epoch_end", "on_train_end"]


class OfTheUser(Exception):
    """Whatever a callback may raise."""


class Interrupt(keras.callbacks.Callback):
    """Leaves a mess in the Keras model and raises an error at an event."""

    def __init__(self, event, error):
        super().__init__()
        setattr(self, event, self._interrupt)
        self._error = error

    def _interrupt(self, *arguments, **logs):
        self.model.set_weights([np.ones_like(array) for array in self.model.get_weights()])
        self.model.optimizer.learning_rate = 7.0
        self.model.stop_training = True
        raise self._error


def pipeline(**params):
    return make_pipeline(WaveformScaler(), small_cnn(**params))


def song_classifier(**params):
    return SongClassifier(small_cnn(**params), excerpt_seconds=0.05)


def assert_same_fit(ours, others, X):
    assert_array_equal(ours.predict_proba(X), others.predict_proba(X))
    assert ours.history_ == others.history_


every_error = pytest.mark.parametrize("error", [KeyboardInterrupt, OfTheUser])
every_way = pytest.mark.parametrize(
    ("method", "warm_start"), [("fit", False), ("fit", True), ("partial_fit", False)]
)


# --- by callbacks


@every_way
@pytest.mark.parametrize(
    ("event", "error"),
    [*((event, KeyboardInterrupt) for event in EVENTS), ("on_epoch_end", OfTheUser)],
)
def test_an_interrupted_classifier_goes_on_as_if_nothing_had_been(
    excerpts, method, warm_start, event, error
):
    X, y = excerpts
    fitted, twin = (small_cnn(warm_start=warm_start).fit(X, y) for _ in range(2))
    before = pickle.dumps(fitted)
    fitted.set_params(callbacks=Interrupt(event, error()))
    with pytest.raises(error):
        getattr(fitted, method)(X[::2], y[::2])
    assert pickle.dumps(fitted.set_params(callbacks=None)) == before
    assert_array_equal(fitted.predict_proba(X), twin.predict_proba(X))
    assert_same_fit(getattr(fitted, method)(X, y), getattr(twin, method)(X, y), X)


@every_error
@pytest.mark.parametrize("warm_start", [False, True])
def test_an_interrupted_pipeline_goes_on_as_if_nothing_had_been(excerpts, error, warm_start):
    X, y = excerpts
    fitted, twin = (pipeline(warm_start=warm_start).fit(X, y) for _ in range(2))
    before = pickle.dumps(fitted[-1])
    fitted.set_params(cnngenreclassifier__callbacks=Interrupt("on_epoch_end", error()))
    with pytest.raises(error):
        fitted.fit(X, y)
    assert pickle.dumps(fitted[-1].set_params(callbacks=None)) == before
    assert_array_equal(fitted.predict_proba(X), twin.predict_proba(X))
    assert_same_fit(fitted.fit(X, y)[-1], twin.fit(X, y)[-1], X)


@every_error
@pytest.mark.parametrize("warm_start", [False, True])
def test_an_interrupted_song_classifier_goes_on_as_if_nothing_had_been(excerpts, error, warm_start):
    songs, labels = excerpts[0][:12], excerpts[1][:12]
    fitted, twin = (song_classifier(warm_start=warm_start).fit(songs, labels) for _ in range(2))
    before = pickle.dumps(fitted)
    fitted.set_params(estimator__callbacks=Interrupt("on_epoch_end", error()))
    with pytest.raises(error):
        fitted.fit(songs[::2], labels[::2])
    assert pickle.dumps(fitted.set_params(estimator__callbacks=None)) == before
    assert_array_equal(fitted.predict_proba(songs), twin.predict_proba(songs))
    again, never_interrupted = (each.fit(songs, labels).estimator_ for each in (fitted, twin))
    assert_same_fit(again, never_interrupted, songs[:, :20])


@every_error
@pytest.mark.parametrize(
    ("make", "callbacks"),
    [
        (small_cnn, "callbacks"),
        (pipeline, "cnngenreclassifier__callbacks"),
        (song_classifier, "estimator__callbacks"),
    ],
)
def test_an_interrupted_first_fit_leaves_nothing_fitted(excerpts, error, make, callbacks):
    X, y = excerpts[0][:12], excerpts[1][:12]
    estimator = make().set_params(**{callbacks: Interrupt("on_epoch_end", error())})
    with pytest.raises(error):
        estimator.fit(X, y)
    with pytest.raises(NotFittedError):
        estimator.predict(X)
    estimator.set_params(**{callbacks: None}).fit(X, y)
    assert_array_equal(estimator.predict_proba(X), make().fit(X, y).predict_proba(X))


# --- at any moment


class Calls:
    """Counts the calls of this package's functions, and interrupts one of them."""

    def __init__(self, interrupted=None):
        self.number = 0
        self._interrupted = interrupted

    @contextmanager
    def watched(self):
        former = sys.getprofile()
        sys.setprofile(self._hear)
        try:
            yield
        finally:
            sys.setprofile(former)

    def _hear(self, frame, event, argument):
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
            self.number += 1
            if self.number == self._interrupted:
                raise KeyboardInterrupt


@every_way
@pytest.mark.parametrize("n_moments", [10, pytest.param(None, marks=pytest.mark.slow)])
def test_an_interruption_at_any_call_leaves_no_trace(excerpts, method, warm_start, n_moments):
    X, y = excerpts
    fitted, twin = (small_cnn(warm_start=warm_start).fit(X, y) for _ in range(2))
    before = pickle.dumps(fitted)
    calls = Calls()
    with calls.watched():
        getattr(twin, method)(X, y)
    step = 1 if n_moments is None else calls.number // n_moments
    for moment in range(1, calls.number, step):
        with pytest.raises(KeyboardInterrupt), Calls(interrupted=moment).watched():
            getattr(fitted, method)(X, y)
        assert pickle.dumps(fitted) == before
    assert_same_fit(getattr(fitted, method)(X, y), twin, X)


@pytest.mark.slow
def test_an_interruption_while_a_network_is_compiled_leaves_no_trace(excerpts):
    X, y = excerpts
    estimators = (small_cnn(epochs=1, dense_units=width) for width in range(9, 50))
    calls, undisturbed = Calls(), next(estimators)
    with calls.watched():
        undisturbed.fit(X, y)
    for moment in range(1, calls.number, calls.number // 20):
        estimator = next(estimators)
        with pytest.raises(KeyboardInterrupt), Calls(interrupted=moment).watched():
            estimator.fit(X, y)
        assert not hasattr(estimator, "classes_")
        assert_same_fit(estimator.fit(X, y), clone(estimator).fit(X, y), X)


# --- by a signal

WAITS_FOR_SIGNALS = """
import pickle, signal
import keras
import numpy as np
from skgenre import CNNGenreClassifier
from skgenre.datasets import make_genre_excerpts

def network(**params):
    settings = {"filters": 4, "kernel_sizes": 3, "strides": 2, "dense_units": 4, "batch_size": 2}
    return CNNGenreClassifier(random_state=0, epochs=1, **settings, **params)

class Announce(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 0:
            print("training", flush=True)

# A process that would wait for ever ends.
signal.alarm(100)
# What starts this process may have told it to ignore the signal.
signal.signal(signal.SIGINT, signal.default_int_handler)
X, y = make_genre_excerpts(20, n_timesteps=8, random_state=0)
endless = np.tile(X, (200_000, 1)), np.tile(y, 200_000)
for method, warm_start in [("fit", False), ("fit", True), ("partial_fit", False)]:
    fitted, twin = (network(warm_start=warm_start).fit(X, y) for _ in range(2))
    before = pickle.dumps(fitted)
    try:
        getattr(fitted.set_params(callbacks=Announce()), method)(*endless)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
    assert pickle.dumps(fitted.set_params(callbacks=None)) == before
    again, never_interrupted = (getattr(each, method)(X, y) for each in (fitted, twin))
    assert np.array_equal(again.predict_proba(X), never_interrupted.predict_proba(X))
    print("as before", flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process.")
def test_ctrl_c_in_the_midst_of_training():
    command = [sys.executable, "-c", WAITS_FOR_SIGNALS]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as run:
        heard = []
        for line in run.stdout:
            heard.append(line.strip())
            if heard[-1] == "training":
                run.send_signal(SIGINT)
        assert run.wait(60) == 0, run.stderr.read()
    assert heard == ["training", "interrupted", "as before"] * 3
