"""Pipelines as ONNX models: sklearn-onnx's converters, and files that need no TensorFlow."""

import json
import pickle

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest
import skl2onnx
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import skgenre.onnx  # noqa: F401  registers the converters
from skgenre import (
    CNNGenreClassifier,
    MLPGenreClassifier,
    SongClassifier,
    WaveformScaler,
    export_onnx,
    load_onnx,
)
from skgenre.datasets import load_genre_excerpts, make_genre_excerpts
from skgenre.songs._onnx_songs import song_classifier_of
from tests.helpers.interpreter import run_python

SMALL = {"filters": (4, 6), "kernel_sizes": (9, 4), "strides": (2, 3), "dense_units": 8}
LABELS = {
    "texts": np.array(["", "b", "ccé"]),
    "numbers": np.array([-7, 0, 2**40]),
    "truths": np.array([False, True, True]),
    "floats": np.array([0.0, 1.0, 2.0]),
}


def cnn(**params):
    return CNNGenreClassifier(**{**SMALL, "epochs": 1, "random_state": 0, **params})


OBJECTS = {
    "object": lambda labels: labels.astype(object),
    "string": lambda labels: pd.Series(labels, dtype="string"),
    "category": lambda labels: pd.Series(labels, dtype="category"),
}


def run(model, X):
    session = onnxruntime.InferenceSession(model.SerializeToString())
    return session.run(None, {session.get_inputs()[0].name: X})


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.onnx"


# --- sklearn-onnx's own way


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("target_opset", [13, 17, 18, None])
def test_sklearn_onnx_converts_a_pipeline(labels, n_classes, target_opset):
    X, y = make_genre_excerpts(40, n_classes=n_classes, n_timesteps=30, random_state=0)
    pipeline = make_pipeline(WaveformScaler(), cnn()).fit(X, LABELS[labels][y])
    model = skl2onnx.to_onnx(pipeline, X[:1], target_opset=target_opset)
    found, maps = run(model, X)
    assert found.tolist() == pipeline.predict(X).tolist()
    assert list(maps[0]) == pipeline.classes_.tolist()
    assert_allclose([list(row.values()) for row in maps], pipeline.predict_proba(X), atol=1e-6)


@pytest.fixture(scope="module")
def fitted(three_classes):
    X, y = three_classes
    return make_pipeline(WaveformScaler(), cnn()).fit(X, np.array(["a", "b", "c"])[y])


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_sklearn_onnx_without_maps(fitted, three_classes, dtype):
    X = (three_classes[0] * 1000).astype(dtype)
    model = skl2onnx.to_onnx(fitted, X[:1], options={id(fitted[-1]): {"zipmap": False}})
    labels, probabilities = run(model, X)
    assert_array_equal(labels, fitted.predict(X))
    assert_allclose(probabilities, fitted.predict_proba(X), atol=1e-6)


def test_sklearn_onnx_with_a_column_for_each_class(fitted, three_classes):
    X = three_classes[0]
    model = skl2onnx.to_onnx(fitted, X[:1], options={id(fitted[-1]): {"zipmap": "columns"}})
    assert_allclose(np.stack(run(model, X)[1:], axis=1), fitted.predict_proba(X), atol=1e-6)


def test_sklearn_onnx_with_and_without_class_names(fitted, three_classes):
    X = three_classes[0]
    options = {"zipmap": False, "output_class_labels": True}
    named = skl2onnx.to_onnx(fitted, X[:1], options={id(fitted[-1]): options})
    assert run(named, X)[2].tolist() == ["a", "b", "c"]
    options = {"zipmap": False, "nocl": True}
    numbered = skl2onnx.to_onnx(fitted, X[:1], options={id(fitted[-1]): options})
    assert_array_equal(run(numbered, X)[0], fitted.predict_proba(X).argmax(axis=1))


@pytest.mark.parametrize("scale", ["rms", "std", "peak", None])
@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("per_excerpt", [True, False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("target_opset", [17, 18])
def test_sklearn_onnx_converts_the_scaler(scale, center, per_excerpt, dtype, target_opset):
    rng = np.random.default_rng(0)
    X = rng.normal(3, 2, (20, 50)).astype(dtype)
    X[:4] = [[0], [7], [1e-20], [-1e20]]
    X[4] *= 1e-30
    scaler = WaveformScaler(scale=scale, center=center, per_excerpt=per_excerpt).fit(X)
    model = skl2onnx.to_onnx(scaler, X[:1], target_opset={"": target_opset, "ai.onnx.ml": 3})
    [scaled] = run(model, X)
    assert scaled.dtype == dtype
    assert_allclose(scaled, scaler.transform(X), rtol=1e-5, atol=1e-6)


# --- files


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_file_predicts_as_its_pipeline(path, labels, n_classes):
    X, y = make_genre_excerpts(40, n_classes=n_classes, n_timesteps=30, random_state=0)
    y = LABELS[labels][y]
    pipeline = make_pipeline(WaveformScaler(per_excerpt=True), cnn()).fit(X, y)
    export_onnx(pipeline, path, X)
    loaded = load_onnx(path)
    assert loaded.classes_.tolist() == pipeline.classes_.tolist()
    assert loaded.predict(X).tolist() == pipeline.predict(X).tolist()
    assert_allclose(loaded.predict_proba(X), pipeline.predict_proba(X), atol=1e-6)
    assert loaded.score(X, y) == pipeline.score(X, y)
    weights = np.arange(40)
    assert loaded.score(X, y, weights) == pytest.approx(pipeline.score(X, y, weights))


@pytest.mark.parametrize("genres", [("classical", "rock", "electronic")])
@pytest.mark.parametrize("make", [CNNGenreClassifier, MLPGenreClassifier])
def test_the_lessons_networks_agree_on_real_music(path, genres, make):
    X, y = load_genre_excerpts(genres, return_X_y=True)
    pipeline = make_pipeline(WaveformScaler(), make(epochs=1, random_state=0)).fit(X, y)
    export_onnx(pipeline, path, X)
    difference = np.abs(load_onnx(path).predict_proba(X) - pipeline.predict_proba(X)).max()
    print(f"largest difference on {len(X)} excerpts: {difference:.2g}")
    assert difference < 1e-5


@pytest.mark.parametrize(
    "make",
    [
        cnn,
        lambda: MLPGenreClassifier(hidden_units=(8, 4), epochs=1),
        lambda: make_pipeline(StandardScaler(), cnn()),
        lambda: make_pipeline(make_pipeline(WaveformScaler()), cnn()),
        lambda: GridSearchCV(make_pipeline(WaveformScaler(), cnn()), {}, cv=2),
        lambda: make_pipeline(WaveformScaler(), GridSearchCV(cnn(), {}, cv=2)),
        lambda: make_pipeline(WaveformScaler(), LogisticRegression(solver="newton-cg")),
        lambda: cnn(kernel_sizes=(3, 300), strides=(7, 1)),
    ],
)
def test_what_can_be_exported(make, excerpts, path):
    X, y = excerpts
    estimator = make().fit(X, y)
    export_onnx(estimator, path, X)
    assert_allclose(load_onnx(path).predict_proba(X), estimator.predict_proba(X), atol=1e-5)


@pytest.mark.parametrize("n_timesteps", [1, 2, 7])
def test_short_excerpts(n_timesteps, path):
    X, y = make_genre_excerpts(20, n_timesteps=n_timesteps, random_state=0)
    export_onnx(cnn().fit(X, y), path)
    assert load_onnx(path).predict_proba(X).shape == (20, 2)


@pytest.mark.parametrize("n_rows", [1, 2, 479, 480, 481, 1000])
def test_batches_of_any_size(fitted, path, n_rows):
    export_onnx(fitted, path)
    X, _ = make_genre_excerpts(n_rows, n_timesteps=60, random_state=1)
    assert_allclose(load_onnx(path).predict_proba(X), fitted.predict_proba(X), atol=1e-6)


def test_songs_are_told_by_metadata(excerpts, path):
    X, y = excerpts
    songs = SongClassifier(
        make_pipeline(WaveformScaler(), cnn()),
        sample_rate=800,
        excerpt_seconds=0.05,
        hop_seconds=0.025,
        max_excerpts=3,
        aggregate="vote",
    ).fit(list(X), y)
    export_onnx(songs, path)
    loaded = load_onnx(path)
    assert (loaded.n_features_in_, loaded.sample_rate) == (40, 800)
    assert loaded.song_settings == {
        "excerpt_seconds": 0.05,
        "hop_seconds": 0.025,
        "max_excerpts": 3,
        "aggregate": "vote",
    }
    assert_array_equal(loaded.class_prior_, songs.class_prior_)


def test_calibrated_songs_are_predicted_alike(excerpts, path):
    X, y = excerpts
    songs = SongClassifier(
        cnn(), excerpt_seconds=0.05, aggregate="geometric_mean", calibration="temperature"
    ).fit(list(X), y)
    assert songs.temperature_ != 1
    export_onnx(songs, path)
    exported = song_classifier_of(load_onnx(path))
    assert exported.sample_rate_ == songs.sample_rate_
    assert_allclose(exported.predict_proba(X), songs.predict_proba(X), atol=1e-5)


def test_numbers_of_numpy_are_numbers(excerpts, path):
    X, y = excerpts
    songs = SongClassifier(
        cnn(),
        sample_rate=np.int64(400),
        excerpt_seconds=np.float32(0.125),
        max_excerpts=np.int32(2),
    ).fit(list(X), y)
    export_onnx(songs, path, sample_rate=np.int64(400))
    loaded = load_onnx(path)
    assert (loaded.n_features_in_, loaded.sample_rate) == (50, 400)
    assert loaded.song_settings["max_excerpts"] == 2
    with pytest.raises(ValueError, match="sample_rate=800, but the songs were learned at 400 Hz"):
        export_onnx(songs, path, sample_rate=800)


def test_metadata_for_other_programs(fitted, path):
    export_onnx(fitted, path, sample_rate=8000)
    model = onnx.load(path)
    found = {entry.key: json.loads(entry.value) for entry in model.metadata_props}
    assert found["skgenre.classes"] == ["a", "b", "c"]
    assert found["skgenre.n_timesteps"] == 60
    assert found["skgenre.sample_rate"] == 8000
    assert model.producer_name == "skgenre"


def test_scikit_learn_takes_it_for_a_classifier(fitted, path):
    export_onnx(fitted, path)
    loaded = load_onnx(path)
    assert is_classifier(loaded)
    assert repr(loaded) == (
        "ONNXClassifier(classes=['a', 'b', 'c'], n_timesteps=60, sample_rate=400)"
    )


def test_pickled_it_brings_its_model_along(fitted, three_classes, path):
    export_onnx(fitted, path)
    loaded = load_onnx(path)
    path.unlink()
    copy = pickle.loads(pickle.dumps(loaded))
    assert_array_equal(copy.predict_proba(three_classes[0]), loaded.predict_proba(three_classes[0]))


def test_data_frames_and_lists_are_excerpts_too(fitted, three_classes, path):
    export_onnx(fitted, path)
    X, loaded = three_classes[0], load_onnx(path)
    for others in (pd.DataFrame(X), X.tolist(), X.astype(np.float64), np.asfortranarray(X)):
        assert_array_equal(loaded.predict(others), loaded.predict(X))


# --- what is refused


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X: X[:, :-1], "60 time steps, one in each row, got an array of shape"),
        (lambda X: X[0], "60 time steps"),
        (lambda X: X[:0], "60 time steps"),
        (lambda X: X * np.nan, "contains NaN, infinity"),
        (lambda X: X * 1e300, "too large for float32"),
        (lambda X: X.astype(str)[:, :1].repeat(60, axis=1) + "x", "could not convert"),
    ],
)
def test_excerpts_that_are_none(fitted, three_classes, path, change, message):
    export_onnx(fitted, path)
    with pytest.raises(ValueError, match=message):
        load_onnx(path).predict(change(three_classes[0].astype(np.float64)))


def test_labels_that_are_too_few(fitted, three_classes, path):
    export_onnx(fitted, path)
    with pytest.raises(ValueError, match=r"y must have 90 labels, got an array of \(3,\)"):
        load_onnx(path).score(three_classes[0], ["a", "b", "c"])


def test_probabilities_that_are_not_finite(path):
    X, y = make_genre_excerpts(20, n_classes=3, n_timesteps=30, random_state=0)
    export_onnx(cnn().fit(X, y), path)
    with pytest.raises(ValueError, match="not finite: scale the excerpts"):
        load_onnx(path).predict(np.full((1, 30), 3e38))


def test_a_pipeline_that_is_not_fitted(path):
    with pytest.raises(NotFittedError):
        export_onnx(cnn(), path)
    assert not path.exists()


@pytest.mark.parametrize(
    "params", [{"path": 3}, {"sample_rate": 0}, {"estimator": WaveformScaler()}]
)
def test_parameters_of_the_wrong_kind(fitted, path, params):
    with pytest.raises(ValueError, match=f"'{next(iter(params))}' parameter of export_onnx"):
        export_onnx(**{"estimator": fitted, "path": path, **params})


@pytest.mark.parametrize("around", [lambda inner: inner, SongClassifier], ids=["alone", "songs"])
@pytest.mark.parametrize("kind", OBJECTS)
def test_labels_of_tables_are_text(excerpts, path, kind, around):
    X, y = excerpts
    classifier = around(cnn())
    if isinstance(classifier, SongClassifier):
        classifier.set_params(excerpt_seconds=X.shape[1] / 400)
    classifier.fit(list(X), OBJECTS[kind](y))
    inner = getattr(classifier, "estimator_", classifier)
    export_onnx(classifier, path, X)
    assert_array_equal(load_onnx(path).predict(X), inner.predict(X))
    assert_array_equal(run(onnx.load(path), X)[0], inner.predict(X))


def test_labels_that_are_neither_text_nor_integers_are_refused(excerpts, path):
    X, y = excerpts
    days = np.array(["2020-01-01", "2021-01-01"], "datetime64[D]")
    with pytest.raises(ValueError, match=r"^cannot export a CNN.*must be text or integers.*2020"):
        export_onnx(cnn().fit(X, days[y.astype(int)]), path)
    assert not path.exists()


def test_a_fit_in_another_thread_does_not_change_an_export(excerpts, path):
    X, y = excerpts
    estimators = cnn().fit(X, y), make_pipeline(cnn()).fit(X, y)
    for estimator in estimators:
        before, refitted = estimator.predict_proba(X), []

        class Excerpts:
            """Excerpts that have the estimator fitted anew once they are looked at."""

            def __len__(self):
                return len(X)

            def __array__(self, dtype=None, copy=None):
                refitted.append(estimator.fit(X, np.arange(len(X)) % 3))  # noqa: B023
                return X

        export_onnx(estimator, path, Excerpts())
        assert refitted
        assert_allclose(load_onnx(path).predict_proba(X), before, atol=1e-5)


def test_a_step_that_sklearn_onnx_does_not_know(excerpts, path):
    X, y = excerpts
    pipeline = make_pipeline(FunctionTransformer(np.sign), cnn()).fit(X, y)
    with pytest.raises(ValueError, match=r"^cannot export a Pipeline: .*FunctionTransformer"):
        export_onnx(pipeline, path)
    assert not path.exists()


def test_nothing_is_written_where_onnx_runtime_disagrees(fitted, three_classes, path, monkeypatch):
    path.write_bytes(b"old")
    said = fitted.predict_proba(three_classes[0])
    monkeypatch.setattr(CNNGenreClassifier, "predict_proba", lambda self, X: said[:, ::-1])
    message = r"^cannot export a Pipeline: .*differ from predict_proba by 0\.\d+, more than 1e-05"
    with pytest.raises(ValueError, match=message):
        export_onnx(fitted, path, three_classes[0])
    assert path.read_bytes() == b"old"


def test_nothing_is_written_where_only_the_labels_differ(fitted, three_classes, path, monkeypatch):
    X, said = three_classes[0], fitted.predict(three_classes[0])
    monkeypatch.setattr(CNNGenreClassifier, "predict", lambda self, X: np.roll(said, 1))
    message = f"labels differ from predict in {(said != np.roll(said, 1)).sum()} of 90 excerpts"
    with pytest.raises(ValueError, match=message):
        export_onnx(fitted, path, X)
    assert not path.exists()


def test_labels_of_equal_probabilities_may_differ(excerpts, path, monkeypatch):
    X, y = excerpts
    undecided = LogisticRegression(solver="newton-cg").fit(X, y)
    undecided.coef_[:] = undecided.intercept_[:] = 0
    for label in undecided.classes_:
        monkeypatch.setattr(
            undecided, "predict", lambda X, label=label: np.full(len(X), label), raising=False
        )
        export_onnx(undecided, path, X)


# --- without TensorFlow

SERVICE = """
import json, sys
import numpy as np
from skgenre import load_onnx

classifier = load_onnx(sys.argv[1])
probabilities = classifier.predict_proba(np.load(sys.argv[2]))
loaded = {name.partition(".")[0] for name in sys.modules}
print(json.dumps([probabilities.tolist(), sorted(loaded & {"tensorflow", "keras", "sklearn"})]))
"""


def test_a_service_loads_neither_tensorflow_nor_keras(fitted, three_classes, path):
    X = three_classes[0][:3]
    export_onnx(fitted, path)
    np.save(path.with_name("X.npy"), X)
    printed = run_python("-c", SERVICE, path, path.with_name("X.npy"))
    probabilities, loaded = json.loads(printed)
    assert_allclose(probabilities, fitted.predict_proba(X), atol=1e-6)
    assert loaded == []


WITHOUT_EXTRA = """
import sys
sys.modules["onnx"] = sys.modules["skl2onnx"] = None
from sklearn.dummy import DummyClassifier
from skgenre import *

for attempt in (
    lambda path: export_onnx(DummyClassifier().fit([[0], [1]], [0, 1]), path),
    lambda path: load_onnx(path),
):
    try:
        attempt(sys.argv[1])
    except ModuleNotFoundError as error:
        print(error)
"""


@pytest.mark.slow
def test_a_missing_extra_is_named(path):
    path.touch()
    printed = run_python("-c", WITHOUT_EXTRA, path)
    lines = printed.splitlines()
    assert len(lines) == 2
    assert all("pip install 'skgenre[onnx]'" in line for line in lines)
    assert path.read_bytes() == b""
