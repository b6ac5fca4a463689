"""Songs in, labels out."""

import os
import pickle
import warnings
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
from joblib import Memory
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    HistGradientBoostingClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import RFE
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    GroupKFold,
    TunedThresholdClassifierCV,
    cross_val_score,
    cross_validate,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.svm import LinearSVC
from sklearn.utils import estimator_html_repr
from sklearn.utils.estimator_checks import parametrize_with_checks

from skgenre import CNNGenreClassifier, FilterbankGenreClassifier, SongClassifier, WaveformScaler
from skgenre.audio import read_audio
from skgenre.classifiers._held_out import hold_out
from skgenre.songs import DuplicateSongWarning, UnreadableSongWarning
from tests.helpers.powerless import without_rights

PITCHES = {"low": 20, "high": 150}
# The default one of scikit-learn 1.6 has SciPy warn of its options.
SOLVER = "newton-cg"


NOISE = np.random.default_rng(0).standard_normal(400)
TABLE = pd.DataFrame({"bpm": [120, 90], "path": ["a.wav", "b.wav"]})


@pytest.fixture(params=[False, True], ids=["unrouted", "routed"], autouse=True)
def routing(request):
    """All holds with scikit-learn's metadata routing and without."""
    with config_context(enable_metadata_routing=request.param):
        yield request.param


def song(label, seconds, seed, rate=400):
    """Make a noisy tone."""
    times = np.arange(round(seconds * rate)) / rate
    rng = np.random.default_rng(seed)
    return np.sin(2 * np.pi * PITCHES[label] * times) + rng.normal(0, 0.3, len(times))


@pytest.fixture(scope="module")
def songs():
    """Twelve waveforms of unequal length and their labels."""
    labels = np.array(["low", "high"] * 6)
    return [song(label, 2 + seed % 5, seed) for seed, label in enumerate(labels)], labels


@pytest.fixture(scope="module")
def files(songs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("songs")
    paths = [folder / f"{number}.{'wav' if number % 2 else 'flac'}" for number in range(12)]
    for number, (path, label) in enumerate(zip(paths, songs[1], strict=True)):
        soundfile.write(path, song(label, 3 + number % 4, number, rate=8000) / 4, 8000)
    return [str(path) for path in paths], songs[1]


def spectrum(X):
    return np.abs(np.fft.rfft(X))


def quick(**params):
    """Make a classifier of spectra, which trains in no time."""
    inner = make_pipeline(
        WaveformScaler(), FunctionTransformer(spectrum), LogisticRegression(solver=SOLVER)
    )
    return SongClassifier(inner, **{"excerpt_seconds": 0.5, **params})


class Remembers(LogisticRegression):
    """Keeps what `fit` was given."""

    def fit(self, X, y, sample_weight=None, groups=None):
        self.seen_ = X, y, sample_weight, groups
        return super().fit(X, y)


def test_paths_in_labels_out(files):
    paths, labels = files
    classifier = quick().fit(paths[:8], labels[:8])
    assert_array_equal(classifier.predict(paths[8:]), labels[8:])
    assert classifier.score(paths[8:], labels[8:]) == 1
    assert_allclose(classifier.predict_proba(paths[8:]).sum(axis=1), 1, rtol=1e-6)
    assert_array_equal(classifier.classes_, ["high", "low"])
    assert is_classifier(classifier)


@pytest.mark.parametrize(
    "collect",
    [list, tuple, np.array, pd.Series, lambda paths: np.array(paths, dtype=object)],
    ids=["list", "tuple", "array", "series", "objects"],
)
def test_any_collection_of_paths(files, collect):
    paths, labels = files
    classifier = quick().fit(collect(paths), labels)
    assert_array_equal(classifier.predict(collect(paths)), labels)


def test_waveforms_of_any_length(songs):
    X, y = songs
    classifier = quick().fit(X, y)
    assert_array_equal(
        classifier.predict([song("low", 0.1, 50), song("high", 9, 51)]), ["low", "high"]
    )


def test_rows_of_a_matrix_are_songs():
    labels = ["low", "high"] * 4
    X = np.stack([song(label, 2, seed) for seed, label in enumerate(labels)])
    for data in (X, pd.DataFrame(X)):
        assert_array_equal(quick().fit(data, labels).predict(data), labels)


def test_the_estimator_sees_excerpts_songs_and_weights():
    X = [song("low", 1.5, 0), song("high", 0.5, 1)]
    classifier = SongClassifier(Remembers(solver=SOLVER), excerpt_seconds=0.5).fit(
        X, ["low", "high"]
    )
    excerpts, labels, weights, groups = classifier.estimator_.seen_
    assert_allclose(excerpts, np.concatenate([X[0], X[1]]).reshape(4, 200), rtol=1e-6)
    assert_array_equal(labels, ["low"] * 3 + ["high"])
    assert_array_equal(groups, [0, 0, 0, 1])
    assert_allclose(weights, [2 / 3] * 3 + [2])
    assert_array_equal(classifier.n_excerpts_, [3, 1])


def test_song_weight_by_length_leaves_excerpts_alone():
    X = [song("low", 1.5, 0), song("high", 0.5, 1)]
    classifier = SongClassifier(Remembers(solver=SOLVER), excerpt_seconds=0.5, song_weight="length")
    assert classifier.fit(X, ["low", "high"]).estimator_.seen_[2] is None


def test_weights_of_songs_reach_their_excerpts():
    X = [song("low", 1, 0), song("high", 0.5, 1)]
    classifier = SongClassifier(Remembers(solver=SOLVER), excerpt_seconds=0.5, song_weight="length")
    classifier.fit(X, ["low", "high"], sample_weight=[1, 5])
    assert_allclose(classifier.estimator_.seen_[2], [1, 1, 5])


def test_hop_and_max_excerpts():
    X = [np.arange(1000.0), -np.arange(1000.0)]
    fitted = SongClassifier(Remembers(solver=SOLVER), excerpt_seconds=0.5, hop_seconds=0.25).fit(
        X, [0, 1]
    )
    assert_array_equal(fitted.n_excerpts_, [9, 9])
    few = fitted.set_params(max_excerpts=3).fit(X, [0, 1])
    assert_array_equal(few.estimator_.seen_[0][:3, 0], [100, 400, 700])
    course = few.predict_excerpts(X[:1])[0]
    assert_allclose(course.seconds, [0.25, 1, 1.75])


def test_the_course_of_a_song():
    labels = ["low", "high"] * 3
    X = [song(label, 3, seed) for seed, label in enumerate(labels)]
    classifier = quick().fit(X, labels)
    mixed = np.concatenate([song("low", 2, 9), song("high", 1, 10)])
    [course] = classifier.predict_excerpts([mixed])
    assert_allclose(course.seconds, np.arange(0, 3, 0.5))
    assert_array_equal(course.labels, ["low"] * 4 + ["high"] * 2)
    assert course.probabilities.shape == (6, 2)


class Fixed(LogisticRegression):
    """Says of each excerpt what its first amplitudes are."""

    def predict_proba(self, X):
        return X[:, :2].astype(float)


@pytest.mark.parametrize(
    ("aggregate", "expected"),
    [
        ("mean", [0.5, 0.5]),
        ("geometric_mean", np.cbrt([0.081, 0.049]) / np.cbrt([0.081, 0.049]).sum()),
        ("vote", [1 / 3, 2 / 3]),
        ("max", [0.9 / 1.6, 0.7 / 1.6]),
    ],
)
def test_aggregates(aggregate, expected):
    course = [0.9, 0.1, 0.3, 0.7, 0.3, 0.7]
    classifier = SongClassifier(
        Fixed(solver=SOLVER), sample_rate=2, excerpt_seconds=1, aggregate=aggregate
    )
    classifier.fit([course, course], [0, 1])
    assert_allclose(classifier.predict_proba([course])[0], expected, rtol=1e-6)


@pytest.mark.parametrize(("n_others", "label"), [(3, 0), (9, 1)])
def test_what_one_excerpt_excludes_others_may_outvote(n_others, label):
    course = [1.0, 0.0, *[0.1, 0.9] * n_others]
    classifier = SongClassifier(
        Fixed(solver=SOLVER), sample_rate=2, excerpt_seconds=1, aggregate="geometric_mean"
    )
    probabilities = classifier.fit([course, course], [0, 1]).predict_proba([course])[0]
    assert_allclose(probabilities.sum(), 1)
    assert probabilities.argmax() == label


def test_the_default_hears_the_whole_band_with_balanced_classes(songs):
    X, y = songs
    classifier = SongClassifier(excerpt_seconds=0.025).fit(X[:4], y[:4])
    network = classifier.estimator_
    assert isinstance(network, FilterbankGenreClassifier)
    assert network.class_weight == "balanced"
    assert network.sample_rate == classifier.sample_rate_ == 8000
    assert network.n_features_in_ == 200
    assert classifier.predict(X).shape == y.shape


def test_the_default_at_another_rate(songs):
    X, y = songs
    classifier = SongClassifier(sample_rate=400, excerpt_seconds=0.25).fit(X, y)
    assert classifier.estimator_.sample_rate == classifier.sample_rate_ == 400
    assert classifier.estimator_.n_features_in_ == 100


RATES = {
    "the estimator's": (FilterbankGenreClassifier(sample_rate=800, epochs=1), 800),
    "a pipeline's": (make_pipeline(FilterbankGenreClassifier(sample_rate=800, epochs=1)), 800),
    "a search's": (
        GridSearchCV(
            make_pipeline(WaveformScaler(), FilterbankGenreClassifier(sample_rate=800, epochs=1)),
            {},
            cv=2,
        ),
        800,
    ),
    "of none": (make_pipeline(WaveformScaler(), LogisticRegression(solver=SOLVER)), 400),
}


@pytest.mark.parametrize("name", RATES)
def test_the_rate_is_that_of_the_estimator(songs, name):
    X, y = songs
    estimator, rate = RATES[name]
    classifier = SongClassifier(estimator, excerpt_seconds=0.125).fit(X, y)
    assert classifier.sample_rate is None
    assert classifier.sample_rate_ == rate
    [course] = classifier.predict_excerpts([X[0][:rate]])
    assert_allclose(course.seconds, np.arange(0, 1, 0.125))


def test_another_rate_than_the_estimators_is_refused(songs):
    network = FilterbankGenreClassifier(sample_rate=800)
    with pytest.raises(ValueError, match=r"sample_rate=400, but its .* sample_rate=800"):
        SongClassifier(make_pipeline(network), sample_rate=400).fit(*songs)


def test_the_rate_of_the_fit_counts_in_predictions(files):
    paths, labels = files
    classifier = quick().fit(paths, labels)
    expected = classifier.predict_proba(paths)
    classifier.set_params(sample_rate=8000)
    assert_array_equal(classifier.predict_proba(paths), expected)


def test_a_classifier_of_a_former_version(songs):
    X, y = songs
    classifier = quick(sample_rate=400).fit(X, y)
    state = dict(classifier.__getstate__())
    for name in ("calibration", "sample_rate_", "temperature_"):
        del state[name]
    former = SongClassifier.__new__(SongClassifier)
    former.__setstate__(state)
    assert_array_equal(former.predict_proba(X), classifier.predict_proba(X))
    assert repr(former) == repr(classifier)
    assert clone(former).fit(X, y).sample_rate_ == 400


def test_whole_songs_are_held_out_for_validation(songs):
    X, y = songs
    network = CNNGenreClassifier(epochs=2, validation_fraction=0.5, random_state=0)
    fitted = SongClassifier(make_pipeline(WaveformScaler(), network), excerpt_seconds=0.25).fit(
        X, y
    )
    assert "val_loss" in fitted.estimator_[-1].history_
    few = X[:2] + X[:1]
    with pytest.raises(ValueError, match="needs at least two songs of each class"):
        clone(fitted).fit(few, ["low", "high", "low"])


def test_cross_validation_is_by_song(files):
    paths, labels = files
    scores = cross_val_score(quick(n_jobs=2), paths, labels, cv=3)
    assert_array_equal(scores, [1, 1, 1])


def test_search_over_the_inner_estimator(songs):
    X, y = songs
    classifier = quick(excerpt_seconds=0.25)
    grid = {"estimator__logisticregression__C": [1e-6, 1.0], "excerpt_seconds": [0.25, 0.5]}
    found = GridSearchCV(classifier, grid, cv=3, n_jobs=2, scoring="neg_log_loss").fit(X, y)
    assert found.best_params_["estimator__logisticregression__C"] == 1.0


def test_a_search_inside_keeps_songs_together(songs):
    X, y = songs
    inner = GridSearchCV(make_pipeline(LogisticRegression(solver=SOLVER)), {}, cv=GroupKFold(3))
    assert_array_equal(
        SongClassifier(inner, excerpt_seconds=0.5).fit(X, y).classes_, ["high", "low"]
    )


def test_metadata_routing(songs):
    X, y = songs
    with config_context(enable_metadata_routing=True):
        inner = Remembers(solver=SOLVER).set_fit_request(sample_weight=True, groups=True)
        classifier = SongClassifier(inner, excerpt_seconds=0.5)
        classifier.set_fit_request(sample_weight=True).set_score_request(sample_weight=False)
        found = cross_validate(
            classifier,
            X,
            y,
            cv=3,
            params={"sample_weight": np.arange(1, 13)},
            return_estimator=True,
        )
        _, _, weights, groups = found["estimator"][0].estimator_.seen_
        assert len(np.unique(groups)) == 8
        assert np.ptp(weights) > 0
        with pytest.raises(ValueError, match="does not request it"):
            SongClassifier(Remembers(solver=SOLVER).set_fit_request(sample_weight=False)).fit(X, y)


class HoldsOut(Remembers):
    """Would hold out a part of what it is given, if it could."""

    validation_fraction = 0.25


def pipeline(last):
    return make_pipeline(WaveformScaler(), last)


NESTED = {
    "itself": lambda last: last,
    "pipeline": pipeline,
    "pipelines": lambda last: pipeline(pipeline(last)),
    "search": lambda last: GridSearchCV(pipeline(last), {}, cv=GroupKFold(3)),
    "metric": lambda last: GridSearchCV(last, {}, cv=GroupKFold(3), scoring="roc_auc"),
    "scorer": lambda last: GridSearchCV(
        last, {}, cv=GroupKFold(3), scoring=make_scorer(accuracy_score)
    ),
    "named metrics": lambda last: GridSearchCV(
        last, {}, cv=GroupKFold(3), scoring={"right": "accuracy"}, refit="right"
    ),
    "metrics": lambda last: GridSearchCV(
        last, {}, cv=GroupKFold(3), scoring=["accuracy", "roc_auc"], refit="accuracy"
    ),
    "candidates": lambda last: GridSearchCV(
        pipeline(HoldsOut()), {"holdsout": [last]}, cv=GroupKFold(3)
    ),
    "bagging": lambda last: BaggingClassifier(pipeline(last), n_estimators=2, random_state=0),
    "voting": lambda last: VotingClassifier([("a", pipeline(last)), ("b", last)], voting="soft"),
    "one for each class": OneVsRestClassifier,
}


@pytest.mark.parametrize("nested", NESTED.values(), ids=NESTED.keys())
def test_songs_and_weights_reach_what_learns(songs, nested):
    X, y = songs
    seen = []

    class Reports(HoldsOut):
        def fit(self, X, y, sample_weight=None, groups=None):
            seen.append((sample_weight, groups))
            return super().fit(X, y)

    estimator = nested(Reports(solver=SOLVER))
    requests = repr(estimator.get_metadata_routing())
    classifier = SongClassifier(estimator, excerpt_seconds=0.5).fit(X, y)
    assert classifier.predict(X).shape == y.shape
    for weights, groups in seen:
        assert len(weights) == len(groups)
        # In a bootstrap of rows, those of a song need not add up to a whole one.
        if not isinstance(estimator, BaggingClassifier):
            totals = np.bincount(groups, weights)
            assert_allclose(totals[totals > 0], totals.max())
    assert repr(estimator.get_metadata_routing()) == requests


class Wraps(ClassifierMixin, BaseEstimator):
    """A classifier of somebody else's, which knows of neither weights nor groups."""

    def __init__(self, inner=None, kind=None):
        self.inner = inner
        self.kind = kind

    def fit(self, X, y):
        self.inner_ = clone(self.inner).fit(X, y)
        return self

    def predict(self, X):
        return self.inner_.predict(X)

    def predict_proba(self, X):
        return self.inner_.predict_proba(X)

    @property
    def classes_(self):
        return self.inner_.classes_


def test_what_is_wrapped_by_somebody_else(songs):
    X, y = songs
    wraps = Wraps(LogisticRegression(solver=SOLVER), kind=LogisticRegression)
    classifier = SongClassifier(wraps, excerpt_seconds=0.5)
    with pytest.raises(ValueError, match="Wraps hands no sample_weight on to LogisticRegression"):
        classifier.fit(X, y)
    classifier.set_params(song_weight="length").fit(X, y)
    assert classifier.predict(X).shape == y.shape


class Foreign:
    """A classifier that has nothing of scikit-learn's."""

    def get_params(self, deep=True):
        return {}

    def fit(self, X, y, sample_weight=None, groups=None):
        self.classes_, self.seen_ = np.unique(y), (sample_weight, groups)
        return self

    def predict(self, X):
        return self.classes_[[0] * len(X)]

    def predict_proba(self, X):
        return np.full((len(X), len(self.classes_)), 1 / len(self.classes_))


def test_estimators_that_have_nothing_of_scikit_learn(songs):
    X, y = songs
    for nested in (lambda last: last, lambda last: Wraps(last).set_params()):
        estimator = nested(Foreign())
        classifier = SongClassifier(estimator, excerpt_seconds=0.5)
        if isinstance(estimator, Foreign):
            weights, groups = classifier.fit(X, y).estimator_.seen_
            assert len(weights) == len(groups)
        else:
            with pytest.raises(ValueError, match="Wraps hands no sample_weight on to Foreign"):
                classifier.fit(X, y)


def test_songs_are_held_out_whole_with_or_without_routing(songs):
    X, y = songs
    seen = []
    network = CNNGenreClassifier(epochs=1, validation_fraction=0.25, random_state=0)
    classifier = SongClassifier(network, excerpt_seconds=0.25)

    def remember(y, groups, fraction, seed):
        held_out = hold_out(y, groups, fraction, seed)
        seen.append(set(groups[held_out]) & set(groups[~held_out]))
        return held_out

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("skgenre.classifiers._base.hold_out", remember)
        classifier.fit(X, y)
        classifier.set_params(estimator=GridSearchCV(network, {}, cv=GroupKFold(2))).fit(X, y)
    assert seen == [set()] * 4


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (pipeline(KNeighborsClassifier()), "KNeighborsClassifier's fit takes no sample_weight"),
        (
            VotingClassifier(
                [("a", LogisticRegression()), ("b", KNeighborsClassifier())], voting="soft"
            ),
            "KNeighborsClassifier's fit takes no sample_weight",
        ),
        (
            AdaBoostClassifier(HoldsOut(solver=SOLVER)),
            "HoldsOut holds out a part .* AdaBoostClassifier does not hand it `groups`",
        ),
        (
            StackingClassifier([("a", HoldsOut(solver=SOLVER))]),
            "HoldsOut holds out a part .* StackingClassifier does not hand it `groups`",
        ),
        (
            GridSearchCV(
                pipeline(LogisticRegression()), {"logisticregression": [HoldsOut()]}, cv=2
            ),
            "HoldsOut holds out a part .* GridSearchCV does not hand it `groups`",
        ),
        (
            GridSearchCV(AdaBoostClassifier(HoldsOut(solver=SOLVER)), {}, cv=GroupKFold(2)),
            "HoldsOut holds out a part .* GridSearchCV does not hand it `groups`",
        ),
    ],
    ids=["pipeline", "voting", "boosting", "stacking", "candidates", "boosted candidates"],
)
def test_what_does_not_get_weights_or_songs_is_named(songs, estimator, message):
    with pytest.raises(ValueError, match=message):
        SongClassifier(estimator, excerpt_seconds=0.5).fit(*songs)


# A stack's own final estimator has the solver of which SciPy warns beside scikit-learn 1.6.
@pytest.mark.filterwarnings("ignore:scipy.optimize:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:Unknown solver options:scipy.optimize.OptimizeWarning")
def test_estimators_that_know_of_no_routing_get_weights(songs):
    X, y = songs
    boosted = AdaBoostClassifier(Remembers(solver=SOLVER), n_estimators=1)
    fitted = SongClassifier(pipeline(boosted), excerpt_seconds=0.5).fit(X, y)
    _, _, weights, groups = fitted.estimator_[-1].estimators_[0].seen_
    assert np.ptp(weights) > 0
    assert groups is None
    stack = StackingClassifier([("a", Remembers(solver=SOLVER))])
    fitted = SongClassifier(stack, excerpt_seconds=0.5).fit(X, y)
    assert np.ptp(fitted.estimator_.estimators_[0].seen_[2]) > 0


def test_metrics_of_an_estimators_own(songs):
    boosting = HistGradientBoostingClassifier(max_iter=2, max_leaf_nodes=3)
    bagging = BaggingClassifier(boosting, n_estimators=2)
    assert SongClassifier(bagging, excerpt_seconds=0.5).fit(*songs).predict(songs[0]).shape == (12,)


@pytest.mark.parametrize("name", ["search", "bagging", "boosting"])
def test_a_fit_leaves_no_requests_behind(songs, name):
    nested = {**NESTED, "boosting": lambda last: AdaBoostClassifier(last, n_estimators=2)}[name]
    estimator = nested(Remembers(solver=SOLVER))
    classifier = SongClassifier(estimator, excerpt_seconds=0.5).fit(*songs)
    assert b"_metadata_request" not in pickle.dumps(classifier)


def test_a_frozen_estimator_needs_no_weights(songs):
    X, y = songs
    inner = quick().fit(X, y).estimator_
    for frozen in (FrozenEstimator(inner), make_pipeline(FrozenEstimator(inner))):
        requests = repr(inner.get_metadata_routing())
        fitted = SongClassifier(frozen, excerpt_seconds=0.5).fit(X[:3], y[:3])
        assert_array_equal(fitted.predict(X), quick().fit(X, y).predict(X))
        assert repr(inner.get_metadata_routing()) == requests
    search = GridSearchCV(CHECKED.estimator, {}, cv=2, scoring="accuracy")
    frozen = FrozenEstimator(search.fit(np.reshape(NOISE, (8, 50)), ["low", "high"] * 4))
    calibrated = CalibratedClassifierCV(frozen, cv=3)
    SongClassifier(calibrated, excerpt_seconds=50 / 400).fit(X, y)
    assert search.scoring == "accuracy"
    assert vars(frozen) == {"estimator": search}
    with pytest.raises(ValueError, match=r"labels \['jazz'\], which are no classes"):
        SongClassifier(frozen, excerpt_seconds=0.5).fit(X[:2], ["jazz", "low"])


def test_a_frozen_estimator_knows_its_classes():
    X = [song(label, 2, seed) for seed, label in enumerate(["low", "high"] * 3)]
    inner = quick().fit(X, ["a", "b", "a", "b", "c", "c"]).estimator_
    fitted = SongClassifier(FrozenEstimator(inner), excerpt_seconds=0.5).fit(X[:3], ["b", "c", "c"])
    assert_array_equal(fitted.classes_, ["a", "b", "c"])
    assert_allclose(fitted.class_prior_, [0, 1 / 3, 2 / 3])
    assert fitted.predict_proba(X).shape == (6, 3)


def test_a_class_of_which_no_song_has_weight():
    X = [song(label, 2, seed) for seed, label in enumerate(["low", "high"] * 3)]
    network = CNNGenreClassifier(epochs=1, random_state=0)
    classifier = SongClassifier(network, excerpt_seconds=0.25)
    classifier.fit(X, ["a", "b", "a", "b", "c", "c"], sample_weight=[1, 1, 1, 1, 0, 0])
    assert classifier.predict_proba(X).shape == (6, len(classifier.classes_))
    assert_array_equal(classifier.classes_, classifier.estimator_.classes_)


THRESHOLDS = {
    "fixed": lambda inner: FixedThresholdClassifier(inner, threshold=0.999),
    "tuned": lambda inner: TunedThresholdClassifierCV(inner, cv=2),
}


@pytest.mark.parametrize("threshold", THRESHOLDS.values(), ids=THRESHOLDS.keys())
@pytest.mark.parametrize(
    "around",
    [
        lambda inner: inner,
        pipeline,
        lambda inner: GridSearchCV(inner, {}, cv=2),
        FrozenEstimator,
        lambda inner: StackingClassifier([("a", LogisticRegression())], inner, cv=2),
        lambda inner: StackingClassifier(
            [("a", LogisticRegression())], SelfTrainingClassifier(pipeline(inner))
        ),
        SelfTrainingClassifier,
        RFE,
        lambda inner: FrozenEstimator(RFE(inner)),
    ],
    ids=[
        *("itself", "pipeline", "search", "frozen", "stack", "self-training in a stack"),
        *("self-training", "elimination", "frozen elimination"),
    ],
)
def test_thresholds_belong_around_songs(songs, threshold, around):
    estimator = around(threshold(LogisticRegression(solver=SOLVER)))
    message = r"ThresholdClassifier.*: its threshold is for labels of excerpts.*Put .* around"
    with pytest.raises(ValueError, match=message):
        SongClassifier(estimator, excerpt_seconds=0.5).fit(*songs)


@pytest.mark.parametrize(
    "around",
    [
        lambda inner: VotingClassifier([("a", inner)], voting="soft"),
        lambda inner: StackingClassifier([("a", inner)], LogisticRegression(solver=SOLVER), cv=2),
        lambda inner: BaggingClassifier(inner, n_estimators=2),
        lambda inner: CalibratedClassifierCV(inner, cv=2),
        OneVsRestClassifier,
    ],
    ids=["vote", "stack", "bag", "calibrated", "one against the rest"],
)
def test_thresholds_of_members_decide_on_nothing(songs, around):
    X, y = songs
    inner = around(FixedThresholdClassifier(LogisticRegression(solver=SOLVER), threshold=0.999))
    # Without weights, in which scikit-learn 1.6 does not calibrate excerpts of float32.
    fitted = SongClassifier(inner, excerpt_seconds=0.5, song_weight="length").fit(X, y)
    assert set(fitted.predict(X)) == set(y)


def test_thresholds_around_songs_decide(songs):
    X, y = songs
    inner = quick()
    for threshold, expected in ((0, "low"), (1.1, "high")):
        fixed = FixedThresholdClassifier(inner, threshold=threshold, pos_label="low").fit(X, y)
        assert set(fixed.predict(X)) == {expected}
    assert_array_equal(TunedThresholdClassifierCV(inner, cv=2).fit(X, y).predict(X), y)


@pytest.mark.parametrize(
    ("estimator", "reason"),
    [
        (VotingClassifier([("a", LogisticRegression())]), "not available when voting='hard'"),
        (
            StackingClassifier([("a", LogisticRegression())], final_estimator=LinearSVC()),
            "'LinearSVC' object has no attribute 'predict_proba'",
        ),
        (pipeline(LinearSVC()), "'LinearSVC' object has no attribute 'predict_proba'"),
    ],
    ids=["voting", "stacking", "pipeline"],
)
def test_why_there_are_no_probabilities(songs, estimator, reason):
    message = f"The 'estimator' parameter of SongClassifier must have 'predict_proba'.*{reason}"
    with pytest.raises(ValueError, match=message):
        SongClassifier(estimator).fit(*songs)


def test_recordings_that_occur_twice_are_named(files, songs):
    paths, labels = files
    with pytest.warns(DuplicateSongWarning) as warned:
        quick().fit([*paths, paths[3]], [*labels, "low"])
    message = f"{paths[3]!r} and {paths[3]!r} (labelled 'high' and 'low')"
    assert str(warned[0].message) == f"Songs that are the same recording: {message}."
    assert warned[0].filename == __file__
    X, y = songs
    with pytest.warns(DuplicateSongWarning, match=r"recording: song 0 and song 12\.$"):
        quick().fit([*X, X[0]], [*y, y[0]])


class Counts(LogisticRegression):
    """Counts the rows of each call."""

    def predict_proba(self, X):
        self.n_rows_ = [*getattr(self, "n_rows_", []), len(X)]
        return super().predict_proba(X)


def test_many_short_songs_are_predicted_at_once():
    X = np.random.default_rng(0).standard_normal((960, 200))
    classifier = SongClassifier(Counts(solver=SOLVER), excerpt_seconds=0.5)
    classifier.fit(X[:4], [0, 1, 0, 1])
    expected = LogisticRegression(solver=SOLVER).fit(X[:4], [0, 1, 0, 1]).predict_proba(X)
    assert_allclose(classifier.predict_proba(X), expected, atol=1e-5)
    assert classifier.estimator_.n_rows_ == [480, 480]


def test_what_is_gathered_is_bounded(monkeypatch):
    monkeypatch.setattr("skgenre.songs._batches.BYTES_PER_CALL", 10_000)
    X = np.random.default_rng(0).standard_normal((30, 800))
    classifier = SongClassifier(Counts(solver=SOLVER), excerpt_seconds=0.5).fit(X[:2], [0, 1])
    classifier.predict(X)
    assert max(classifier.estimator_.n_rows_) * 200 * 4 < 10_000 + 800 * 4


def test_a_song_has_the_same_bits_whatever_its_neighbours_are():
    rng = np.random.default_rng(0)
    X = [rng.standard_normal(100 * n) for n in (1, 3, 1, 30, 1, 2, 24, 1)]
    network = CNNGenreClassifier(epochs=1, random_state=0)
    classifier = SongClassifier(pipeline(network), excerpt_seconds=0.25).fit(X, [0, 1] * 4)
    together = classifier.predict_proba(X)
    alone = np.concatenate([classifier.predict_proba([waveform]) for waveform in X])
    assert_array_equal(together, alone)
    assert_array_equal(classifier.predict_proba(X[::-1]), together[::-1])


def test_an_estimator_without_weights(songs):
    X, y = songs
    with pytest.raises(
        ValueError, match=r"KNeighborsClassifier's fit takes no.*song_weight='length'"
    ):
        SongClassifier(KNeighborsClassifier(), excerpt_seconds=0.5).fit(X, y)
    SongClassifier(KNeighborsClassifier(), excerpt_seconds=0.5, song_weight="length").fit(X, y)
    even = [waveform[:400] for waveform in X]
    SongClassifier(KNeighborsClassifier(), excerpt_seconds=0.5).fit(even, y)


def test_balanced_classes_count_songs_not_excerpts():
    X = [song("low", 4, 0), song("low", 4, 1), song("high", 1, 2), song("high", 1, 3)]
    y = ["low", "low", "high", "high"]
    plain, balanced = (
        SongClassifier(
            CNNGenreClassifier(class_weight=weight, random_state=0, epochs=1), excerpt_seconds=0.25
        ).fit(X, y)
        for weight in (None, "balanced")
    )
    assert_allclose(plain.predict_proba(X), balanced.predict_proba(X), atol=1e-6)


@pytest.fixture
def broken(files, tmp_path):
    """Eight songs of which two cannot be read."""
    paths, labels = files
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    return [*paths[:6], str(tmp_path / "broken.wav"), str(tmp_path / "missing.ogg")], labels[:8]


def test_an_unreadable_song_is_named(broken):
    paths, labels = broken
    with pytest.raises(ValueError, match=r"Cannot read audio from '.*broken\.wav'"):
        quick().fit(paths, labels)
    fitted = quick().fit(paths[:6], labels[:6])
    with pytest.raises(ValueError, match=r"missing\.ogg': there is no such file"):
        fitted.predict(paths[7:])


def test_unreadable_songs_can_be_left_out(broken):
    paths, labels = broken
    with pytest.warns(
        UnreadableSongWarning, match=r"2 of 8 songs left out.*broken\.wav.*missing\.ogg"
    ):
        classifier = quick(on_error="skip").fit(paths, labels)
    assert_array_equal(classifier.n_excerpts_ > 0, [True] * 6 + [False] * 2)
    assert_allclose(classifier.class_prior_, [0.5, 0.5])
    with pytest.warns(UnreadableSongWarning, match="1 of 2 songs"):
        probabilities = classifier.predict_proba([paths[0], paths[7]])
    assert_allclose(probabilities[1], classifier.class_prior_)
    with pytest.warns(UnreadableSongWarning):
        [course] = classifier.predict_excerpts(paths[7:])
    assert len(course.seconds) == len(course.labels) == 0


def test_one_class_left_is_refused(broken):
    paths, _ = broken
    with (
        pytest.warns(UnreadableSongWarning),
        pytest.raises(ValueError, match=r"only one class.*\['a'\]"),
    ):
        quick(on_error="skip").fit(paths, ["a"] * 6 + ["b"] * 2)


def test_weights_of_unreadable_songs_alone_leave_nothing(broken):
    paths, labels = broken
    with (
        pytest.warns(UnreadableSongWarning),
        pytest.raises(ValueError, match="sample_weight has only zeros"),
    ):
        quick(on_error="skip").fit(paths, labels, sample_weight=[0] * 6 + [1] * 2)


@pytest.mark.parametrize(
    ("make_memory", "kept"), [(str, "*.npy"), (partial(Memory, verbose=0), "output.pkl")]
)
def test_decoded_files_are_remembered_until_they_change(files, tmp_path, make_memory, kept):
    paths, labels = files
    memory = make_memory(str(tmp_path / "memory"))
    first = quick(memory=memory).fit(paths, labels).predict_proba(paths)
    assert len(list(tmp_path.rglob(kept))) == 12
    classifier = quick(memory=memory).fit(paths, labels)
    assert_array_equal(classifier.predict_proba(paths), first)
    assert len(list(tmp_path.rglob(kept))) == 12
    changing = tmp_path / "changing.wav"
    for label, seconds in (("low", 3), ("high", 4)):
        soundfile.write(changing, song(label, seconds, 0, rate=8000) / 4, 8000)
        assert classifier.predict([changing])[0] == label


def write(path, label, seconds=3):
    soundfile.write(path, song(label, seconds, 0, rate=8000) / 4, 8000)


def exchange(one, other):
    one.rename(one.with_suffix(".tmp"))
    other.rename(one)
    one.with_suffix(".tmp").rename(other)


def overwrite(one, other):
    """Exchange contents, and set back the times."""
    found = [(path, path.read_bytes(), path.stat()) for path in (other, one)]
    for (path, _, state), (_, content, _) in zip(found, found[::-1], strict=True):
        path.write_bytes(content)
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


@pytest.mark.parametrize("swap", [exchange, overwrite])
def test_files_that_change_places_are_told_apart(files, tmp_path, swap):
    classifier = quick(memory=str(tmp_path / "memory")).fit(*files)
    paths = [tmp_path / "0.wav", tmp_path / "1.wav"]
    for path, label in zip(paths, ["low", "high"], strict=True):
        write(path, label)
        os.utime(path, ns=(10**18, 10**18))
    assert paths[0].stat().st_size == paths[1].stat().st_size
    assert_array_equal(classifier.predict(paths), ["low", "high"])
    swap(*paths)
    assert_array_equal(classifier.predict(paths), ["high", "low"])


def test_relative_paths_start_from_the_folder_of_the_moment(files, tmp_path, monkeypatch):
    classifier = quick(memory=str(tmp_path / "memory")).fit(*files)
    for label in PITCHES:
        (tmp_path / label).mkdir()
        write(tmp_path / label / "song.wav", label)
        os.utime(tmp_path / label / "song.wav", ns=(10**18, 10**18))
        monkeypatch.chdir(tmp_path / label)
        assert classifier.predict(["song.wav"]) == [label]


def test_a_file_that_was_moved_is_remembered(files, tmp_path):
    classifier = quick(memory=str(tmp_path / "memory")).fit(*files)
    write(tmp_path / "a.wav", "low")
    classifier.predict([tmp_path / "a.wav"])
    n_kept = len(list(tmp_path.rglob("*.npy")))
    (tmp_path / "a.wav").rename(tmp_path / "b.wav")
    assert classifier.predict([tmp_path / "b.wav"]) == ["low"]
    assert len(list(tmp_path.rglob("*.npy"))) == n_kept


def test_what_changes_while_it_is_read_is_not_remembered(files, tmp_path, monkeypatch):
    classifier = quick(memory=str(tmp_path / "memory")).fit(*files)
    path = tmp_path / "changing.wav"
    write(path, "low")

    def read_late(*arguments, **settings):
        write(path, "high")
        return read_audio(*arguments, **settings)

    with monkeypatch.context() as patch:
        patch.setattr("skgenre._song_files.cache.decode", read_late)
        with pytest.raises(ValueError, match=r"changing\.wav': it changed while it was read"):
            classifier.predict([path])
    write(path, "low")
    assert classifier.predict([path]) == ["low"]


posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no such names or files.")


@posix_only
@pytest.mark.parametrize("memory", [False, True])
def test_what_is_no_file_is_named(files, tmp_path, memory):
    classifier = quick(memory=str(tmp_path / "memory") if memory else None).fit(*files)
    os.mkfifo(tmp_path / "pipe.wav")
    for name in ("pipe.wav", "nowhere.wav", ".", "null\0.wav"):
        with pytest.raises(ValueError, match="Cannot read audio from"):
            classifier.predict([tmp_path / name])


@posix_only
@pytest.mark.parametrize("memory", [False, True])
def test_files_that_may_not_be_read(files, memory):
    with without_rights() as folder:
        classifier = quick(memory=str(folder / "memory") if memory else None)
        (folder / "song.wav").touch(mode=0)
        with pytest.raises(ValueError, match=r"song\.wav': Permission denied"):
            classifier.fit([folder / "song.wav"] * 2, ["low", "high"])


@posix_only
@pytest.mark.parametrize("memory", [False, True])
def test_names_of_any_bytes(files, tmp_path, memory):
    classifier = quick(memory=str(tmp_path / "memory") if memory else None).fit(*files)
    write(tmp_path / "low.wav", "low")
    name = os.fsencode(tmp_path) + b"/\xff\xe9.wav"
    os.rename(tmp_path / "low.wav", name)
    for path in (name, os.fsdecode(name), Path(os.fsdecode(name))):
        assert classifier.predict([path]) == ["low"]
    assert classifier.predict(np.array([os.fsdecode(name)])) == ["low"]
    os.remove(name)
    with pytest.raises(ValueError, match=r"udcff\\udce9\.wav': there is no such file"):
        classifier.predict([name])


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ("a.wav", ValueError, "single path 'a.wav'"),
        ([], ValueError, "at least one song"),
        (b"a.wav", ValueError, "single path b'a.wav'"),
        (Path("a.wav"), ValueError, "single path"),
        (iter([]), TypeError, "list of paths or waveforms"),
        ((path for path in ["a.wav", "b.wav"]), TypeError, "got generator: pass a list"),
        ({"a.wav", "b.wav"}, TypeError, "got set: pass a list, in the order of the labels"),
        ({"a": "a.wav", "b": "b.wav"}, TypeError, "got dict: pass a list"),
        ({"a": "a.wav"}.values(), TypeError, "got dict_values: pass a list"),
        (3, TypeError, "got int: pass a list"),
        ((np.zeros(5), 22050), ValueError, r"single waveform with its sample rate, 22050"),
        ([(np.zeros(5), 22050)] * 2, ValueError, "song 0 is a waveform with.* alone, at 400 Hz"),
        (["a.wav", None], ValueError, "Cannot read|song 1 is missing"),
        ([NOISE, None], ValueError, "song 1 is missing: .* got None"),
        ([NOISE, np.nan], ValueError, "song 1 is missing: .* got nan"),
        (pd.Series([NOISE, pd.NA]), ValueError, "song 1 is missing: .* got <NA>"),
        ([NOISE, []], ValueError, "song 1 is empty"),
        ([NOISE, np.empty(0)], ValueError, "song 1 is empty"),
        ([NOISE, np.full(9, np.nan)], ValueError, "Input song 1 contains NaN"),
        ([NOISE, ["a.wav"]], ValueError, "song 1 must be one path or a waveform, got a list"),
        ([NOISE, [{}, {}]], ValueError, "song 1 must be a path or a waveform"),
        ([NOISE, [[1], [1, 2]]], ValueError, "song 1 must be a path or a waveform"),
        ([NOISE, np.zeros((2, 9))], ValueError, r"song 1 .* \(2, 9\): mix .*mean\(axis=0\)"),
        ([NOISE, np.zeros((9, 2))], ValueError, r"song 1 .* \(9, 2\): mix .*mean\(axis=1\)"),
        (TABLE[["path"]], ValueError, r"columns \['path'\].* such as X\['path'\]"),
        (TABLE, ValueError, r"columns \['bpm', 'path'\].* such as X\['path'\]"),
        (TABLE[["path"]].to_numpy(), ValueError, r"text of shape \(2, 1\): pass X\[:, 0\]"),
        (TABLE[["path"]].to_numpy().astype(str), ValueError, r"pass X\[:, 0\]"),
        (NOISE, ValueError, "Expected 2D array, got 1D array"),
        (np.zeros((2, 2, 2)), ValueError, "dim 3"),
        ([3.0, 4.0], ValueError, "song 0 must have 1 dimensions, got float"),
        ([np.zeros((2, 2))] * 2, ValueError, r"song 0 must have 1 dimensions.*\(2, 2\)"),
        ([[0.0, np.nan]] * 2, ValueError, "NaN"),
        ([[]] * 2, ValueError, "0 sample"),
        ([{}, {}], (TypeError, ValueError), "."),
    ],
)
def test_bad_songs(X, error, message):
    with pytest.raises(error, match=message):
        quick().fit(X, ["low", "high"])


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"excerpt_seconds": 0.001}, "excerpt_seconds=0.001 is less than one sample"),
        ({"hop_seconds": 0.001}, "hop_seconds=0.001 is less than one sample"),
        ({"aggregate": "median"}, "The 'aggregate' parameter of SongClassifier"),
        ({"calibration": "sigmoid"}, "The 'calibration' parameter of SongClassifier"),
        ({"sample_rate": 0}, "The 'sample_rate' parameter"),
        ({"on_error": "ignore"}, "The 'on_error' parameter"),
        ({"max_excerpts": 0}, "The 'max_excerpts' parameter"),
        ({"estimator": LinearSVC()}, "The 'estimator' parameter"),
        ({"memory": 3}, "The 'memory' parameter"),
    ],
)
def test_bad_parameters(songs, params, message):
    with pytest.raises(ValueError, match=message):
        quick().set_params(**params).fit(*songs)


def test_labels_must_match(songs):
    X, y = songs
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        quick().fit(X, y[:-1])
    with pytest.raises(ValueError, match="Unknown label type"):
        quick().fit(X, np.linspace(0, 1, 12))


def test_weights_of_zero_leave_nothing(songs):
    X, y = songs
    with pytest.raises(ValueError, match=r"only zeros|at least one non-zero"):
        quick().fit(X, y, sample_weight=np.zeros(12))


def test_a_failed_fit_leaves_the_former_one(songs):
    X, y = songs
    classifier = quick().fit(X, y)
    before = classifier.predict_proba(X)
    with pytest.raises(ValueError, match="NaN"):
        classifier.fit([*X[:-1], [np.nan]], y)
    with pytest.raises(ValueError, match="only one class"):
        classifier.fit(X, ["low"] * 12)
    assert_array_equal(classifier.predict_proba(X), before)


def test_not_fitted(songs):
    with pytest.raises(NotFittedError):
        quick().predict(songs[0])


def test_fit_leaves_parameters_and_songs_alone(songs):
    X, y = songs
    copies = [waveform.copy() for waveform in X]
    classifier = quick()
    params = classifier.get_params()
    classifier.fit(X, y)
    assert classifier.get_params() == params
    for waveform, copy in zip(X, copies, strict=True):
        assert_array_equal(waveform, copy)


def test_pickles_and_clones(songs):
    X, y = songs
    classifier = quick().fit(X, y)
    again = pickle.loads(pickle.dumps(classifier))
    assert_array_equal(again.predict_proba(X), classifier.predict_proba(X))
    assert not hasattr(clone(classifier), "classes_")


def test_html_repr_shows_the_parts(songs):
    html = estimator_html_repr(quick().fit(*songs))
    assert "SongClassifier" in html
    assert "LogisticRegression" in html


def test_progress_is_shown_on_standard_error(songs, capsys):
    quick(verbose=1).fit(*songs)
    shown = capsys.readouterr()
    assert "Reading songs" in shown.err
    assert not shown.out
    with warnings.catch_warnings():
        quick().fit(*songs)
    assert capsys.readouterr() == ("", "")


NO_FIXED_LENGTH = "Songs are of any length: there is no number of features to be held to."


# Exact enough for the check that a weight is as good as repetition. A scaler would not hold to it.
CHECKED = SongClassifier(
    make_pipeline(FunctionTransformer(np.float64), LogisticRegression(solver=SOLVER, tol=1e-10)),
    excerpt_seconds=10 / 400,
)


@parametrize_with_checks(
    [CHECKED],
    expected_failed_checks=lambda estimator: {
        "check_n_features_in": NO_FIXED_LENGTH,
        "check_n_features_in_after_fitting": NO_FIXED_LENGTH,
        "check_classifiers_train": NO_FIXED_LENGTH,
    },
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)
