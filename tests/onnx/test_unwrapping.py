"""What scikit-learn builds of classifiers: exported rightly, or refused with the true reason."""

from functools import partial

import numpy as np
import onnxruntime
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_selection import RFE, SelectKBest
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier, OutputCodeClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler

from skgenre import SongClassifier, WaveformScaler, export_onnx, load_onnx
from skgenre.datasets import make_genre_excerpts
from tests.helpers.small_networks import tiny_cnn

N_TIMESTEPS = 30


def noisy_excerpts(n_classes):
    """Make excerpts of which a small network is not sure."""
    X, y = make_genre_excerpts(60, n_classes=n_classes, n_timesteps=N_TIMESTEPS, random_state=0)
    noise = np.random.default_rng(0).normal(0, 0.3, X.shape).astype(np.float32)
    return X + noise, np.array(["a", "b", "c"])[y]


def pipeline():
    return make_pipeline(WaveformScaler(), tiny_cnn())


def linear():
    return LogisticRegression(solver="newton-cg")


def frozen(estimator, n_classes=2):
    return FrozenEstimator(estimator.fit(*noisy_excerpts(n_classes)))


def two():
    return [("a", pipeline()), ("b", linear())]


def search(estimator):
    return GridSearchCV(estimator, {}, cv=2)


def songs(estimator):
    return SongClassifier(estimator, excerpt_seconds=N_TIMESTEPS / 400)


soft_vote = partial(VotingClassifier, voting="soft")
tuned = partial(TunedThresholdClassifierCV, cv=2)
calibrated = partial(CalibratedClassifierCV, cv=2)
slow = partial(pytest.param, marks=pytest.mark.slow)

EXPORTED = {
    "frozen within a pipeline": lambda: make_pipeline(frozen(WaveformScaler()), frozen(tiny_cnn())),
    "usual threshold": lambda: FixedThresholdClassifier(frozen(pipeline())),
    "soft vote without one": lambda: soft_vote([*two(), ("c", "drop")], weights=[1, 3, 9]),
    "bag": lambda: BaggingClassifier(pipeline(), n_estimators=2, max_features=20, random_state=0),
    "calibrated and frozen": lambda: CalibratedClassifierCV(frozen(pipeline())),
    "search over songs": lambda: search(songs(pipeline())),
}
EXPORTED_SLOWLY = {
    "frozen": lambda: frozen(pipeline()),
    "threshold in a vote of probabilities": lambda: soft_vote(
        [("a", FixedThresholdClassifier(frozen(tiny_cnn()), threshold=0.9))]
    ),
    "threshold of one half": lambda: FixedThresholdClassifier(frozen(pipeline()), threshold=0.5),
    "passthrough": lambda: make_pipeline("passthrough", tiny_cnn()),
    "soft vote": lambda: soft_vote(two(), weights=[1, 3]),
    "stack": lambda: StackingClassifier(two(), tiny_cnn(), cv=2, passthrough=True),
    "calibrated": lambda: calibrated(pipeline()),
    "frozen songs": lambda: frozen(songs(pipeline())),
    "songs of a vote": lambda: songs(soft_vote(two())),
    "calibrated once": lambda: calibrated(pipeline(), ensemble=False),
    "search over a calibrated": lambda: search(calibrated(pipeline())),
    "calibrated search": lambda: calibrated(search(pipeline())),
    "search over a search": lambda: search(search(pipeline())),
    "pipeline of a vote": lambda: make_pipeline(
        WaveformScaler(), soft_vote([("a", tiny_cnn()), ("b", linear())])
    ),
    "pipeline of pipelines": lambda: make_pipeline(
        WaveformScaler(), make_pipeline(StandardScaler(), search(tiny_cnn()))
    ),
    "stack without networks on top": lambda: StackingClassifier(two(), cv=2),
    "stack of a bag": lambda: StackingClassifier(
        [("a", BaggingClassifier(pipeline(), n_estimators=2, random_state=0))], cv=2
    ),
    "bag of searches": lambda: BaggingClassifier(
        search(tiny_cnn()), n_estimators=2, random_state=0
    ),
    "one against the rest": lambda: OneVsRestClassifier(pipeline()),
    "union": lambda: make_pipeline(
        FeatureUnion([("a", WaveformScaler()), ("b", StandardScaler())]), tiny_cnn()
    ),
    "columns": lambda: make_pipeline(
        ColumnTransformer([("a", WaveformScaler(), slice(20)), ("b", "passthrough", [20, 21])]),
        tiny_cnn(),
    ),
    "selection": lambda: make_pipeline(WaveformScaler(), SelectKBest(k=20), tiny_cnn()),
    "songs of a calibrated": lambda: songs(calibrated(pipeline())),
}
THRESHOLD = "its labels come from a threshold of 0\\.9, "
REFUSED = {
    "fixed threshold": (
        lambda: FixedThresholdClassifier(frozen(pipeline()), threshold=0.9),
        f"FixedThresholdClassifier: {THRESHOLD}",
    ),
    "tuned threshold": (
        lambda: tuned(pipeline(), thresholds=3),
        "TunedThresholdClassifierCV: its labels come from a threshold of 0",
    ),
    "threshold within a pipeline": (
        lambda: make_pipeline(
            WaveformScaler(), FixedThresholdClassifier(frozen(tiny_cnn()), threshold=0.9)
        ),
        f"FixedThresholdClassifier: {THRESHOLD}",
    ),
    "threshold within a search": (
        lambda: search(FixedThresholdClassifier(frozen(pipeline()), threshold=0.9)),
        f"FixedThresholdClassifier: {THRESHOLD}",
    ),
    "threshold of songs": (
        lambda: FixedThresholdClassifier(frozen(songs(pipeline())), threshold=0.9),
        f"FixedThresholdClassifier: {THRESHOLD}",
    ),
    "elimination": (
        lambda: RFE(linear(), n_features_to_select=10, step=10),
        "RFE: sklearn-onnx does not convert it",
    ),
    "elimination within a pipeline": (
        lambda: make_pipeline(RFE(linear(), n_features_to_select=10, step=10), linear()),
        "Pipeline: sklearn-onnx does not convert it .*RFE",
    ),
    "several labels": (
        lambda: MultiOutputClassifier(linear()),
        "MultiOutputClassifier: it gives several labels",
    ),
    "hard vote": (lambda: VotingClassifier(two()), "VotingClassifier: it has no predict_proba"),
    "one against one": (
        lambda: OneVsOneClassifier(frozen(tiny_cnn())),
        "OneVsOneClassifier: it has no predict_proba",
    ),
    "codes": (
        lambda: OutputCodeClassifier(frozen(tiny_cnn())),
        "OutputCodeClassifier: it has no predict_proba",
    ),
    "isotonic calibration": (
        lambda: CalibratedClassifierCV(frozen(pipeline()), method="isotonic"),
        "CalibratedClassifierCV: .*method='sigmoid', got 'isotonic'",
    ),
    "isotonic calibration within a pipeline": (
        lambda: make_pipeline(
            WaveformScaler(), CalibratedClassifierCV(frozen(tiny_cnn()), method="isotonic")
        ),
        "CalibratedClassifierCV: .*method='sigmoid', got 'isotonic'",
    ),
    "calibrated songs": (
        lambda: CalibratedClassifierCV(frozen(songs(pipeline()))),
        "CalibratedClassifierCV: .*export the SongClassifier inside it",
    ),
}


def fit(estimator, X, y):
    if isinstance(estimator, MultiOutputClassifier):
        y = np.stack([y, y], axis=1)
    return estimator.fit(list(X) if "SongClassifier" in repr(estimator) else X, y)


def exported(make, n_classes, path):
    X, y = noisy_excerpts(n_classes)
    estimator = fit(make(), X, y)
    export_onnx(estimator, path, X)
    loaded = load_onnx(path)
    assert_allclose(loaded.predict_proba(X), estimator.predict_proba(X), atol=1e-5)
    assert_array_equal(loaded.predict(X), estimator.predict(X))
    session = onnxruntime.InferenceSession(path)
    assert_array_equal(session.run(["label"], {"X": X})[0], estimator.predict(X))


@pytest.mark.parametrize("name", [*EXPORTED, *map(slow, EXPORTED_SLOWLY)])
def test_what_is_built_of_classifiers_of_two_genres_is_exported(name, tmp_path):
    exported((EXPORTED | EXPORTED_SLOWLY)[name], 2, tmp_path / "model.onnx")


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        name
        for name in (*EXPORTED, *EXPORTED_SLOWLY)
        if not {"frozen", "threshold"} & {*name.split()}
    ],
)
def test_what_is_built_of_classifiers_of_three_genres_is_exported(name, tmp_path):
    exported((EXPORTED | EXPORTED_SLOWLY)[name], 3, tmp_path / "model.onnx")


def test_boosting_is_exported(tmp_path):
    X, y = make_genre_excerpts(60, n_timesteps=N_TIMESTEPS, random_state=0)
    boosted = AdaBoostClassifier(linear(), n_estimators=2).fit(X, y)
    export_onnx(boosted, tmp_path / "model.onnx", X)
    assert_array_equal(load_onnx(tmp_path / "model.onnx").predict(X), boosted.predict(X))


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_exported_is_refused_with_the_reason(name, tmp_path):
    make, message = REFUSED[name]
    estimator = fit(make(), *noisy_excerpts(2))
    with pytest.raises(ValueError, match=f"^cannot export a {message}"):
        export_onnx(estimator, tmp_path / "model.onnx", noisy_excerpts(2)[0])
    assert not (tmp_path / "model.onnx").exists()


def test_an_estimator_is_not_changed_by_its_export(tmp_path):
    X, y = noisy_excerpts(2)
    vote = soft_vote([("a", FixedThresholdClassifier(linear()))], weights=[2]).fit(X, y)
    before = repr(vote), vars(vote).copy()
    export_onnx(vote, tmp_path / "model.onnx", X)
    assert (repr(vote), vars(vote)) == before
    assert isinstance(vote.estimators_[0], FixedThresholdClassifier)
