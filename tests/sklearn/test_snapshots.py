"""While one thread fits an estimator anew, others have the former one until the new is whole."""

import copy
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skgenre import SongClassifier, WaveformScaler
from skgenre.datasets import make_genre_excerpts
from tests.helpers.small_networks import tiny_cnn


def watched(estimator, method, X, seen):
    """Have a callback keep what the estimator itself answers during a fit."""

    def look(*arguments):
        seen.append(getattr(estimator, method)(X))

    names = ("on_train_begin", "on_epoch_end", "on_train_batch_end")
    numbered = {name: lambda number, logs: look() for name in names[1:]}
    return keras.callbacks.LambdaCallback(on_train_begin=look, **numbered)


def refit(estimator, X, y):
    return estimator.fit(X, y)


def continue_fit(estimator, X, y):
    return estimator.set_params(warm_start=True).fit(X, y)


def fit_a_part(estimator, X, y):
    return estimator.partial_fit(X, y)


def fit_other_classes(estimator, X, y):
    return estimator.fit(X[:, :30], np.where(np.arange(len(y)) % 3, y, "third"))


@pytest.mark.parametrize("method", ["predict", "predict_proba"])
@pytest.mark.parametrize("again", [refit, continue_fit, fit_a_part, fit_other_classes])
def test_a_classifier_predicts_as_before_while_it_is_fitted_again(excerpts, method, again):
    X, y = excerpts
    estimator, seen = tiny_cnn(epochs=1).fit(X, y), []
    before = getattr(estimator, method)(X)
    estimator.set_params(
        learning_rate=0.1, epochs=2, callbacks=[watched(estimator, method, X, seen)]
    )
    again(estimator, X, y)
    assert len(seen) > 2
    for answer in seen:
        assert_array_equal(answer, before)
    assert not np.array_equal(estimator.predict_proba(X[:, : estimator.n_features_in_]), before)


def test_a_network_built_during_a_refit_is_not_kept_for_the_new_one(excerpts):
    X, y = excerpts
    estimator, seen = tiny_cnn(epochs=1).fit(X, y), []

    def look(epoch, logs):
        seen.append(estimator.model_.get_weights())

    before = copy.deepcopy(estimator).model_.get_weights()
    watcher = keras.callbacks.LambdaCallback(on_epoch_end=look)
    estimator.set_params(callbacks=[watcher], learning_rate=0.1)
    estimator.fit(X[:, :30], y)
    for ours, others in zip(seen[0], before, strict=True):
        assert_array_equal(ours, others)
    assert estimator.model_.input_shape == (None, 30)


def test_what_is_set_during_a_fit_is_kept(excerpts):
    estimator = tiny_cnn()

    def set_others(epoch, logs):
        estimator.set_params(epochs=7)
        estimator.note = "mine"

    estimator.set_params(callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=set_others)])
    estimator.fit(*excerpts)
    assert (estimator.epochs, estimator.note, estimator.n_iter_) == (7, "mine", 2)


def test_a_pickle_leaves_the_network_where_it_is(excerpts):
    estimator = tiny_cnn(epochs=1).fit(*excerpts)
    network = estimator.model_
    pickle.dumps(estimator)
    assert estimator.model_ is network


@pytest.mark.slow
def test_threads_that_ask_for_the_network_get_the_fitted_one(excerpts):
    X, y = excerpts
    for seed in range(10):
        estimator = tiny_cnn(epochs=1, random_state=seed).fit(X, y)
        expected = copy.deepcopy(estimator).model_.get_weights()
        with ThreadPoolExecutor(4) as threads:
            found = threads.map(lambda _, own=estimator: own.model_.get_weights(), range(4))
            for arrays in found:
                for ours, others in zip(arrays, expected, strict=True):
                    assert_array_equal(ours, others)


def test_a_failed_fit_leaves_the_former_model(excerpts):
    X, y = excerpts
    estimator = tiny_cnn(epochs=1).fit(X, y)
    before = estimator.predict_proba(X)
    with pytest.raises(ValueError, match="diverged"):
        estimator.set_params(learning_rate=1e30, optimizer="sgd").fit(X, y)
    assert_array_equal(estimator.predict_proba(X), before)


@pytest.mark.slow
def test_threads_see_the_former_model_or_the_new_one(excerpts):
    X, y = excerpts
    others = np.where(np.arange(len(y)) % 3, y, "third")
    estimator = tiny_cnn(epochs=1)
    wanted = {estimator.fit(X, labels).predict(X).tobytes() for labels in (y, others)}
    fitting, seen = True, set()

    def predict():
        while fitting:
            seen.add(estimator.predict(X).tobytes())

    threads = [threading.Thread(target=predict) for _ in range(3)]
    for thread in threads:
        thread.start()
    for labels in [y, others] * 20:
        estimator.fit(X, labels)
    fitting = False
    for thread in threads:
        thread.join()
    assert seen <= wanted


def test_a_scaler_scales_as_before_while_it_is_fitted_again():
    X = np.random.default_rng(0).standard_normal((4, 100))
    scaler, seen = WaveformScaler().fit(X), []
    before = scaler.transform(X)

    class Watching:
        """Rows that show, once they are looked at, what the scaler does meanwhile."""

        def __array__(self, dtype=None, copy=None):
            seen.append(scaler.transform(X))
            return 3 * X

    scaler.fit(Watching())
    assert_array_equal(seen[0], before)
    assert not np.array_equal(scaler.transform(X), before)


def test_a_song_classifier_predicts_as_before_while_it_is_fitted_again():
    songs, labels = make_genre_excerpts(8, n_timesteps=2400, random_state=0)
    classifier, seen = SongClassifier(tiny_cnn(epochs=1)).fit(songs, labels.astype(str)), []
    before = classifier.predict(songs)
    classifier.estimator.set_params(callbacks=[watched(classifier, "predict", songs, seen)])
    classifier.fit(songs, [f"another {label}" for label in labels])
    for answer in seen:
        assert_array_equal(answer, before)
    assert set(classifier.predict(songs)) <= {"another 0", "another 1"}
