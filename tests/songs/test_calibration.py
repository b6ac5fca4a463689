"""Probabilities of songs that are calibrated on songs that were held out."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_validate
from sklearn.utils.validation import check_is_fitted

from skgenre import FilterbankGenreClassifier, SongClassifier
from skgenre.evaluation import evaluate_songs
from skgenre.songs._aggregation import at_temperature


class Says(ClassifierMixin, BaseEstimator):
    """Says of an excerpt the class whose number is its first amplitude, always as surely."""

    def __init__(self, probability=0.98):
        self.probability = probability

    def fit(self, X, y, sample_weight=None):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        check_is_fitted(self)
        n_classes = len(self.classes_)
        others = (1 - self.probability) / (n_classes - 1)
        probabilities = np.full((len(X), n_classes), others)
        probabilities[np.arange(len(X)), X[:, 0].astype(int)] = self.probability
        return probabilities

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


def songs_of(classes, n_right, n_wrong):
    """Make songs that begin with a class, of which some belong to the next one."""
    rng = np.random.default_rng(0)
    X, y = [], []
    for number in range(len(classes)):
        for other in range(n_right + n_wrong):
            X.append(np.concatenate([[number], rng.standard_normal(9)]))
            y.append(classes[(number + (other < n_wrong)) % len(classes)])
    return X, np.array(y)


def make(estimator, **params):
    params = {"calibration": "temperature", **params}
    return SongClassifier(estimator, sample_rate=10, excerpt_seconds=1, **params)


@pytest.mark.parametrize("aggregate", ["mean", "geometric_mean", "max"])
@pytest.mark.parametrize("classes", [["pop", "rock"], ["jazz", "pop", "rock"], [2, 5]])
def test_songs_are_right_as_often_as_they_say(classes, aggregate):
    X, y = songs_of(classes, n_right=24, n_wrong=6)
    classifier = make(Says(), aggregate=aggregate).fit(X, y)
    assert classifier.temperature_ > 1
    assert_allclose(classifier.predict_proba(X).max(axis=1), 0.8, atol=1e-4)
    plain = make(Says(), aggregate=aggregate, calibration=None).fit(X, y)
    assert plain.temperature_ == 1
    assert_array_equal(classifier.predict(X), plain.predict(X))


def test_what_is_too_timid_becomes_surer():
    X, y = songs_of(["pop", "rock"], n_right=27, n_wrong=3)
    classifier = make(Says(0.6)).fit(X, y)
    assert classifier.temperature_ < 1
    assert_allclose(classifier.predict_proba(X).max(axis=1), 0.9, atol=1e-4)


def test_songs_that_are_all_right_leave_a_doubt():
    X, y = songs_of(["pop", "rock"], n_right=3, n_wrong=0)
    probabilities = make(Says(0.6)).fit(X, y).predict_proba(X)
    assert (probabilities.max(axis=1) < 0.99).all()


def test_weights_of_songs_count():
    X, y = songs_of(["pop", "rock"], n_right=24, n_wrong=6)
    wrong = np.arange(60) % 30 < 6
    classifier = make(Says()).fit(X, y, sample_weight=np.where(wrong, 4, 1))
    assert_allclose(classifier.predict_proba(X).max(axis=1), 0.5, atol=0.1)
    unheard = make(Says()).fit(X, y, sample_weight=np.where(wrong, 0, 1))
    assert unheard.temperature_ < classifier.temperature_


class Listens(Says):
    """Keeps what each of its clones learns and is asked."""

    log = None

    def fit(self, X, y, sample_weight=None, groups=None):
        self.log.append((set(X[:, 1]), set()))
        return super().fit(X, y)

    def predict_proba(self, X):
        self.log[-1][1].update(X[:, 1])
        return super().predict_proba(X)


@pytest.fixture
def log(monkeypatch):
    log = []
    monkeypatch.setattr(Listens, "log", log)
    return log


def test_a_song_is_classified_by_what_did_not_hear_it(log):
    X, y = songs_of(["pop", "rock"], n_right=6, n_wrong=1)
    make(Listens()).fit(X, y)
    of_all, *of_folds = log
    assert len(of_all[0]) == 14
    assert len(of_folds) == 3
    assert all(not learned & asked for learned, asked in of_folds)
    assert sorted(amplitude for _, asked in of_folds for amplitude in asked) == sorted(of_all[0])


@pytest.mark.parametrize("kind", [int, str])
def test_songs_of_one_group_are_held_out_together(log, kind):
    X, y = songs_of(["pop", "rock"], n_right=8, n_wrong=0)
    groups = (np.arange(16) // 2).astype(kind)
    group_of = {np.float32(song[1]): group for song, group in zip(X, groups, strict=True)}
    make(Listens()).fit(X, y, groups=groups)
    for learned, asked in log[1:]:
        assert not {group_of[one] for one in learned} & {group_of[one] for one in asked}


def test_an_evaluation_hands_its_groups_on(log):
    X, y = songs_of(["pop", "rock"], n_right=16, n_wrong=0)
    groups = np.arange(32) // 2
    group_of = {np.float32(song[1]): group for song, group in zip(X, groups, strict=True)}
    evaluate_songs(make(Listens()), X, y, groups=groups, cv=2, random_state=0)
    assert len(log) == 2 * (1 + 3)
    for learned, asked in log:
        assert not {group_of[one] for one in learned} & {group_of[one] for one in asked}


def test_networks_hold_out_groups_too():
    rng = np.random.default_rng(0)
    X, y = [rng.standard_normal(400) for _ in range(8)], ["pop", "rock"] * 4
    network = FilterbankGenreClassifier(epochs=1, validation_fraction=0.25, random_state=0)
    classifier = SongClassifier(network, excerpt_seconds=0.5)
    classifier.fit(X, y, groups=np.arange(8) // 2 % 2)
    with pytest.raises(ValueError, match="at least two songs of each class"):
        classifier.fit(X, y, groups=["a", "b"] * 4)


@pytest.mark.parametrize(
    ("y", "params", "message"),
    [
        ([0, 0, 0, 1, 1], {}, r"needs 3 songs or groups of each class, and 1 has 2"),
        (["a", "b", "b", "b", "b"], {}, "and 'a' has 1"),
        ([0, 0, 0, 1, 1, 1], {"groups": [0, 1, 2, 3, 3, 4]}, "and 1 has 2"),
        ([0, 0, 0, 1, 1, 1], {"sample_weight": [1, 1, 1, 1, 1, 0]}, "and 1 has 2"),
        (
            [1, 0, 0, 0, 1, 1, 0, 1, 0, 1, 1],
            {"groups": [4, 0, 0, 1, 5, 5, 0, 4, 3, 3, 1]},
            "a class lies in too few of the groups",
        ),
    ],
)
def test_too_few_songs_to_hold_out(log, y, params, message):
    X = np.random.default_rng(0).standard_normal((len(y), 10))
    with pytest.raises(ValueError, match=f"calibration='temperature' holds out .* {message}"):
        make(Listens()).fit(X, y, **params)
    assert not log


def test_groups_that_are_none(log):
    X, y = songs_of(["pop", "rock"], n_right=4, n_wrong=0)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        make(Listens()).fit(X, y, groups=[1, 2])
    assert not log


def test_fits_are_repeated_and_cloned():
    X, y = songs_of(["pop", "rock"], n_right=12, n_wrong=3)
    classifier = make(LogisticRegression(solver="newton-cg")).fit(X, y)
    first = classifier.temperature_
    assert classifier.fit(X, y).temperature_ == clone(classifier).fit(X, y).temperature_ == first
    assert classifier.set_params(calibration=None).fit(X, y).temperature_ == 1


def test_a_network_is_calibrated_alike_each_time():
    rng = np.random.default_rng(0)
    X = [rng.standard_normal(600) * scale for scale in [1, 1.5] * 6]
    y = ["soft", "loud"] * 6
    network = FilterbankGenreClassifier(epochs=2, random_state=0)
    classifier = SongClassifier(network, excerpt_seconds=0.5, calibration="temperature")
    first = classifier.fit(X, y).predict_proba(X)
    assert_array_equal(clone(classifier).fit(X, y).predict_proba(X), first)


@pytest.mark.parametrize("temperature", [0.1, 0.5, 2, 10])
def test_a_temperature_keeps_the_order(temperature):
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(4), 1000).astype(np.float32)
    probabilities[:2] = [0.97, 0.01, 0.01, 0.01], [0.25, 0.25, 0.25, 0.25]
    found = at_temperature(probabilities, temperature)
    assert_array_equal(found.argmax(axis=1), probabilities.argmax(axis=1))
    assert_allclose(found.sum(axis=1), 1)
    expected = probabilities.astype(float) ** (1 / temperature)
    assert_allclose(found, expected / expected.sum(axis=1, keepdims=True), atol=1e-4)


def test_groups_are_routed(log):
    X, y = songs_of(["pop", "rock"], n_right=12, n_wrong=0)
    groups = np.arange(24) // 2
    group_of = {np.float32(song[1]): group for song, group in zip(X, groups, strict=True)}
    with config_context(enable_metadata_routing=True):
        classifier = make(Listens()).set_fit_request(groups=True)
        cross_validate(classifier, X, y, cv=GroupKFold(2), params={"groups": groups})
    assert len(log) == 2 * (1 + 3)
    for learned, asked in log:
        assert not {group_of[one] for one in learned} & {group_of[one] for one in asked}
