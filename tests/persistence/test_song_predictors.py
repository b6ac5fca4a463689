"""Models of songs that predict without TensorFlow: as the classifiers that were saved."""

import io
import pickle
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skgenre import (
    FilterbankGenreClassifier,
    MLPGenreClassifier,
    SongClassifier,
    WaveformScaler,
    load,
    save,
)
from skgenre.persistence._song_predictors import load_predictor
from tests.helpers.hostile import mutate
from tests.helpers.small_networks import small_cnn, tiny_cnn

RNG = np.random.default_rng(0)
SONGS = [RNG.normal(0, 0.3, n).astype(np.float32) for n in (250, 100, 90, 310, 20, 200) * 3]
LABELS = {2: ["pop", "rock"] * 9, 3: ["folk", "pop", "rock"] * 6}
TINY_MLP = {"hidden_units": 4, "epochs": 1, "random_state": 0}

ESTIMATORS = {
    "cnn": lambda: small_cnn(epochs=1),
    "mlp": lambda: MLPGenreClassifier(**TINY_MLP),
    "filterbank": lambda: FilterbankGenreClassifier(
        sample_rate=100, filters=4, dense_units=4, epochs=2, batch_size=8, random_state=0
    ),
    "pipeline": lambda: make_pipeline(WaveformScaler(), tiny_cnn()),
    "peak of each": lambda: make_pipeline(
        WaveformScaler(scale="peak", per_excerpt=True), "passthrough", tiny_cnn()
    ),
    "off centre": lambda: Pipeline(
        [
            ("first", WaveformScaler(scale="std", center=False, per_excerpt=True)),
            ("none", None),
            ("second", WaveformScaler(scale=None)),
            ("network", MLPGenreClassifier(class_weight={"pop": 2, "rock": 1}, **TINY_MLP)),
        ]
    ),
}
SETTINGS = {
    "end to end": {},
    "calibrated": {"calibration": "temperature", "aggregate": "geometric_mean"},
    "few": {"hop_seconds": 0.2, "max_excerpts": 3, "aggregate": "max"},
    "vote": {"aggregate": "vote", "hop_seconds": np.float64(0.25)},
}


def fit(estimator, n_classes=2, **settings):
    classifier = SongClassifier(estimator, sample_rate=100, excerpt_seconds=0.5, **settings)
    return classifier.fit(SONGS, LABELS[n_classes])


def check_agreement(predictor, classifier):
    probabilities = predictor.predict_proba(SONGS)
    expected = classifier.predict_proba(SONGS)
    assert_allclose(probabilities, expected, rtol=0, atol=1e-5)
    labels = predictor.classes_[probabilities.argmax(axis=1)]
    assert_array_equal(labels, classifier.predict(SONGS))
    for course, other in zip(
        predictor.predict_excerpts(SONGS), classifier.predict_excerpts(SONGS), strict=True
    ):
        assert_array_equal(course.seconds, other.seconds)
        assert_allclose(course.probabilities, other.probabilities, rtol=0, atol=1e-5)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("name", ESTIMATORS)
def test_it_predicts_as_what_was_saved(name, n_classes, tmp_path):
    classifier = fit(ESTIMATORS[name](), n_classes)
    save(classifier, tmp_path / "model")
    check_agreement(load_predictor(tmp_path / "model"), classifier)


@pytest.mark.parametrize("settings", SETTINGS)
def test_settings_of_songs_come_along(settings, tmp_path):
    classifier = fit(ESTIMATORS["mlp"](), 3, **SETTINGS[settings])
    save(classifier, tmp_path / "model")
    predictor = load_predictor(tmp_path / "model")
    assert predictor.temperature_ == classifier.temperature_
    check_agreement(predictor, classifier)


def test_files_of_former_versions_have_no_temperature(tmp_path):
    classifier = fit(ESTIMATORS["mlp"]())
    del classifier.temperature_
    save(classifier, tmp_path / "model")
    check_agreement(load_predictor(tmp_path / "model"), classifier)


def test_excerpts_stay_as_they_are(tmp_path):
    save(fit(ESTIMATORS["pipeline"]()), tmp_path / "model")
    predictor = load_predictor(tmp_path / "model")
    X = RNG.normal(0, 1, (4, 50)).astype(np.float32)
    before = X.copy()
    predictor.estimator_.predict_proba(X)
    assert_array_equal(X, before)


def test_it_can_be_pickled(tmp_path):
    save(fit(ESTIMATORS["peak of each"]()), tmp_path / "model")
    predictor = load_predictor(tmp_path / "model")
    copy = pickle.loads(pickle.dumps(predictor))
    assert_array_equal(copy.predict_proba(SONGS), predictor.predict_proba(SONGS))


def test_outputs_that_are_not_finite_are_refused_alike(tmp_path):
    classifier = fit(ESTIMATORS["mlp"]())
    loud = [np.full(50, np.finfo(np.float32).max)]
    save(classifier, tmp_path / "model")
    message = r"outputs are not finite; X has amplitudes up to 3\.4e\+38"
    for predictor in (classifier, load_predictor(tmp_path / "model")):
        with pytest.raises(ValueError, match=message):
            predictor.predict_proba(loud)


OTHERS = {
    "other classifier": lambda: fit(LogisticRegression(solver="newton-cg")),
    "other scaler": lambda: fit(make_pipeline(StandardScaler(), tiny_cnn())),
    # The sigmoid of scikit-learn 1.6 refuses float32 probabilities with weights.
    "calibrated": lambda: fit(CalibratedClassifierCV(tiny_cnn(), method="isotonic", cv=2)),
    "random state": lambda: fit(tiny_cnn(random_state=np.random.RandomState(0))),
    "not fitted": lambda: SongClassifier(tiny_cnn()),
    "of excerpts": lambda: fit(tiny_cnn()).estimator_,
}


@pytest.mark.parametrize("name", OTHERS)
def test_all_else_is_left_to_load(name, tmp_path):
    save(OTHERS[name](), tmp_path / "model")
    assert load_predictor(tmp_path / "model") is None


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("sample_rate_", 0),
        ("sample_rate_", "100"),
        ("excerpt_seconds", 0.25),
        ("excerpt_seconds", float("inf")),
        ("hop_seconds", 0),
        ("max_excerpts", 1.5),
        ("aggregate", "sum"),
        ("temperature_", float("nan")),
        ("classes_", np.array(["pop", "soul"])),
        ("class_prior_", np.array([0.5])),
        ("class_prior_", np.array(["a", "b"])),
        ("estimator_", None),
        ("estimator_", 3),
    ],
)
def test_what_no_fit_leaves_behind_is_left_to_load(attribute, value, tmp_path):
    classifier = fit(ESTIMATORS["pipeline"]())
    setattr(classifier, attribute, value)
    save(classifier, tmp_path / "model")
    assert load_predictor(tmp_path / "model") is None


@pytest.mark.parametrize(
    ("attribute", "value"),
    [("mean_", "0"), ("scale", "loud"), ("n_features_in_", 49), ("per_excerpt", None)],
)
def test_scalers_that_no_fit_leaves_behind_are_left_to_load(attribute, value, tmp_path):
    classifier = fit(ESTIMATORS["pipeline"]())
    setattr(classifier.estimator_[0], attribute, value)
    save(classifier, tmp_path / "model")
    assert load_predictor(tmp_path / "model") is None


def test_there_is_no_file(tmp_path):
    assert load_predictor(tmp_path / "nowhere") is None


def outcome(classifier):
    """Return the probabilities of the songs, or why there are none."""
    try:
        return SimpleNamespace(probabilities=classifier.predict_proba(SONGS), error=None)
    except ValueError as error:
        return SimpleNamespace(probabilities=np.empty(0), error=str(error))


def mutate_member(content, rng):
    """Mutate one member of a file and pack it with the right checksum."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice(["schema.json", "schema.json", *members])
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for each, old in members.items():
            archive.writestr(zipfile.ZipInfo(each), mutate(old, rng) if each == name else old)
    return file.getvalue()


@pytest.mark.parametrize(
    "n_mutations", [100, pytest.param(1000, marks=pytest.mark.slow)], ids=["quick", "slow"]
)
def test_of_a_mutated_file_it_takes_nothing_that_load_refuses(n_mutations, tmp_path):
    path, rng = tmp_path / "model", np.random.default_rng(0)
    save(fit(ESTIMATORS["pipeline"]()), path)
    content, n_taken = path.read_bytes(), 0
    for _ in range(n_mutations):
        path.write_bytes(mutate_member(content, rng))
        predictor = load_predictor(path)
        if predictor is not None:
            n_taken += 1
            found, expected = outcome(predictor), outcome(load(path))
            assert found.error == expected.error
            assert_allclose(found.probabilities, expected.probabilities, rtol=0, atol=1e-5)
    print(f"{n_taken} of {n_mutations} taken")
    assert 0 < n_taken < n_mutations / 2
