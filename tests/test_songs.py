"""Songs in, labels out."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
import soundfile
from joblib import Memory
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score, cross_validate
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC
from sklearn.utils import estimator_html_repr
from sklearn.utils.estimator_checks import parametrize_with_checks

from skgenre import CNNGenreClassifier, SongClassifier, WaveformScaler
from skgenre.songs import UnreadableSongWarning

PITCHES = {"low": 20, "high": 150}
# The default one of scikit-learn 1.6 has SciPy warn of its options.
SOLVER = "newton-cg"


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
    [("mean", [0.5, 0.5]), ("vote", [1 / 3, 2 / 3]), ("max", [0.9 / 1.6, 0.7 / 1.6])],
)
def test_aggregates(aggregate, expected):
    course = [0.9, 0.1, 0.3, 0.7, 0.3, 0.7]
    classifier = SongClassifier(
        Fixed(solver=SOLVER), sample_rate=2, excerpt_seconds=1, aggregate=aggregate
    )
    classifier.fit([course, course], [0, 1])
    assert_allclose(classifier.predict_proba([course])[0], expected, rtol=1e-6)


def test_the_default_is_the_lessons_network_with_balanced_classes(songs):
    X, y = songs
    classifier = SongClassifier(excerpt_seconds=0.25).fit(X, y)
    scaler, network = classifier.estimator_
    assert isinstance(scaler, WaveformScaler)
    assert isinstance(network, CNNGenreClassifier)
    assert network.class_weight == "balanced"
    assert network.n_features_in_ == 100
    assert classifier.predict(X).shape == y.shape


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


def test_decoded_files_are_remembered_until_they_change(files, tmp_path):
    paths, labels = files
    memory = Memory(str(tmp_path), verbose=0)
    first = quick(memory=memory).fit(paths, labels).predict_proba(paths)
    assert len(list(tmp_path.rglob("output.pkl"))) == 12
    classifier = quick(memory=str(tmp_path)).fit(paths, labels)
    assert_array_equal(classifier.predict_proba(paths), first)
    assert len(list(tmp_path.rglob("output.pkl"))) == 12
    changing = tmp_path / "changing.wav"
    for label, seconds in (("low", 3), ("high", 4)):
        soundfile.write(changing, song(label, seconds, 0, rate=8000) / 4, 8000)
        assert classifier.predict([changing])[0] == label


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ("a.wav", ValueError, "single path 'a.wav'"),
        ([], ValueError, "at least one song"),
        (iter([]), TypeError, "list of paths or waveforms"),
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


def double(X):
    return X.astype(np.float64)


# Exact enough for the check that a weight is as good as repetition. A scaler would not hold to it.
CHECKED = SongClassifier(
    make_pipeline(FunctionTransformer(double), LogisticRegression(solver=SOLVER, tol=1e-10)),
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
