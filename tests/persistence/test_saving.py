"""Saved estimators: round trips, what is refused, versions, files of former releases."""

import json
import os
import pickle
import re
import zipfile
from importlib.metadata import version
from io import BytesIO

import joblib
import keras
import numpy as np
import pytest
import skops.io
from numpy.testing import assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.pipeline import make_pipeline

import skgenre
from skgenre import CNNGenreClassifier, MLPGenreClassifier, SongClassifier, WaveformScaler
from skgenre.persistence import TRUSTED_TYPES, load, save
from tests.helpers.interpreter import run_python
from tests.helpers.small_networks import SMALL


def cnn(**params):
    return CNNGenreClassifier(**SMALL, **{"epochs": 1, "random_state": 0, **params})


def pipeline(**params):
    return make_pipeline(WaveformScaler(), cnn(**params))


def search(**params):
    grid = {"cnngenreclassifier__epochs": [1, 2]}
    return GridSearchCV(pipeline(), grid, **{"cv": 2, **params})


def songs(estimator=None, **params):
    return SongClassifier(estimator or pipeline(), excerpt_seconds=0.05, **params)


ESTIMATORS = {
    "classifier": cnn,
    "baseline": lambda: MLPGenreClassifier(hidden_units=4, epochs=1),
    "pipeline": pipeline,
    "pipeline per excerpt": lambda: make_pipeline(WaveformScaler(per_excerpt=True), cnn()),
    "continued": lambda: cnn(warm_start=True, class_weight={"0": 1, "1": 2}),
    "validated": lambda: cnn(validation_fraction=0.2, early_stopping=True, patience=1),
    "routed": lambda: cnn(optimizer="sgd", optimizer__momentum=0.9, fit__epochs=2),
    "search": search,
    "search by songs": lambda: search(scoring=["accuracy", "neg_log_loss"], refit="accuracy"),
    "search by roc": lambda: search(scoring="roc_auc"),
    "songs": lambda: songs(aggregate="vote", max_excerpts=2),
    "calibrated songs": lambda: songs(calibration="temperature", aggregate="geometric_mean"),
    "songs of a search": lambda: songs(search(cv=StratifiedGroupKFold(2))),
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.skops"


@pytest.fixture(scope="module", params=ESTIMATORS)
def fitted(request, excerpts):
    X, y = excerpts
    estimator = ESTIMATORS[request.param]()
    return estimator.fit(list(X) if isinstance(estimator, SongClassifier) else X, y)


def test_an_estimator_comes_back_as_it_was(fitted, excerpts, path):
    X = excerpts[0]
    save(fitted, path)
    loaded = load(path)
    assert type(loaded) is type(fitted)
    assert repr(loaded) == repr(fitted)
    assert_array_equal(loaded.classes_, fitted.classes_)
    assert_array_equal(loaded.predict_proba(X), fitted.predict_proba(X))


def test_skops_itself_loads_a_saved_file(fitted, excerpts, path):
    save(fitted, path)
    loaded = skops.io.load(path, trusted=list(TRUSTED_TYPES))
    assert_array_equal(loaded.predict(excerpts[0]), fitted.predict(excerpts[0]))


def test_skops_alone_dumps_and_loads_with_the_types_that_are_published(fitted, excerpts):
    loaded = skops.io.loads(skops.io.dumps(fitted), trusted=list(TRUSTED_TYPES))
    assert_array_equal(loaded.predict(excerpts[0]), fitted.predict(excerpts[0]))


def test_pickle_and_joblib_keep_working(fitted, excerpts, tmp_path):
    joblib.dump(fitted, tmp_path / "model.joblib")
    for copy in (pickle.loads(pickle.dumps(fitted)), joblib.load(tmp_path / "model.joblib")):
        assert_array_equal(copy.predict_proba(excerpts[0]), fitted.predict_proba(excerpts[0]))


def test_one_estimator_gives_the_same_bytes_each_time(fitted, path):
    save(fitted, path)
    first = path.read_bytes()
    save(load(path), path)
    save(fitted, path)
    assert path.read_bytes() == first


def test_a_search_with_a_splitter_that_knows_songs(excerpts, path):
    X, y = excerpts
    by_song = GridSearchCV(pipeline(), {}, cv=StratifiedGroupKFold(2), scoring="f1_macro")
    by_song.fit(X, y, groups=np.arange(len(y)) // 3)
    save(by_song, path)
    assert_array_equal(load(path).predict(X), by_song.predict(X))


def test_a_loaded_classifier_goes_on_learning_like_the_one_that_was_saved(excerpts, path):
    X, y = excerpts
    original = cnn(warm_start=True).fit(X, y)
    save(original, path)
    loaded = load(path).fit(X, y)
    assert_array_equal(loaded.predict_proba(X), original.fit(X, y).predict_proba(X))
    assert loaded.n_iter_ == 2


def test_estimators_that_are_not_fitted_are_saved_too(excerpts, path):
    save(pipeline(), path)
    with pytest.raises(NotFittedError):
        load(path)[-1].predict(excerpts[0])


def test_the_top_level_has_both():
    assert skgenre.save is save
    assert skgenre.load is load


def test_paths_are_taken_as_they_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save(WaveformScaler(), "no suffix")
    assert isinstance(load("no suffix"), WaveformScaler)


# --- what save refuses


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (cnn(callbacks=[keras.callbacks.EarlyStopping()]), "not trusted: .*EarlyStopping"),
        (cnn(loss=lambda *_: 0), "not trusted: .*lambda"),
        (cnn(optimizer=keras.optimizers.Adam()), "."),
        (songs(memory="cache"), "memory=None before saving"),
        (make_pipeline(pipeline(), memory="cache"), "memory=None before saving"),
    ],
)
def test_what_load_would_refuse_is_not_saved(estimator, message, path):
    path.write_bytes(b"old")
    name = type(estimator).__name__
    with pytest.raises(ValueError, match=f"Cannot save {name}: .*{message}"):
        save(estimator, path)
    assert path.read_bytes() == b"old"


class Stranger(LogisticRegression):
    """A type of the user's own."""


def test_types_of_ones_own_are_trusted_on_request(excerpts, path):
    X, y = excerpts
    stranger = Stranger(solver="newton-cg").fit(X, y)
    name = f"{Stranger.__module__}.Stranger"
    with pytest.raises(ValueError, match=re.escape(repr([name]))):
        save(stranger, path)
    save(stranger, path, trusted=[name])
    with pytest.raises(ValueError, match=re.escape(repr([name]))):
        load(path)
    assert_array_equal(load(path, trusted=[name]).predict(X), stranger.predict(X))


@pytest.mark.parametrize("call", [lambda: save(cnn(), 3), lambda: load(None)])
def test_paths_must_be_paths(call):
    with pytest.raises(ValueError, match="'path' parameter"):
        call()


def test_places_where_no_file_can_be(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        save(cnn(), tmp_path / "nowhere" / "model")
    with pytest.raises(ValueError, match=r"Cannot load a model from '.*nowhere': No such file"):
        load(tmp_path / "nowhere")


# --- versions


def with_versions(path, versions):
    """Write a saved file that tells of other versions."""
    save(WaveformScaler(), path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["versions.json"] = json.dumps(versions).encode()
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    path.write_bytes(file.getvalue())


HERE = {"skgenre": version("skgenre"), "keras": version("keras")}


@pytest.mark.parametrize(
    "versions", [HERE, HERE | {"skgenre": "0.0.1"}, HERE | {"keras": "3.0"}, HERE | {"zlib": None}]
)
def test_older_versions_are_read(path, versions):
    with_versions(path, versions)
    assert isinstance(load(path), WaveformScaler)


@pytest.mark.parametrize(
    ("versions", "message"),
    [
        (
            HERE | {"skgenre": "99.0"},
            "written by skgenre 99.0, which is newer than skgenre .*updat",
        ),
        (HERE | {"keras": "2.15.0"}, "written with Keras 2.15.0, and Keras 3.* is installed"),
        (HERE | {"keras": "4.0"}, "written with Keras 4.0"),
        (HERE | {"keras": 3}, "does not tell the versions"),
        ({"skgenre": "0.0.1"}, "does not tell the versions"),
        (HERE | {"skgenre": "nonsense"}, "nonsense"),
        ([], "must hold an object, got list"),
    ],
)
def test_versions_that_are_not_understood_are_told(path, versions, message):
    with_versions(path, versions)
    with pytest.raises(ValueError, match=f"Cannot load a model from .*{message}"):
        load(path)


# --- a killed process

N_KILLS = 200
KILLED = """
import os, random, signal, sys, time
import numpy as np
from skgenre import WaveformScaler, load, save

path, n_kills = sys.argv[1], int(sys.argv[2])
rng = random.Random(0)
# Large enough for the kill to fall into the writing.
scalers = [WaveformScaler().fit([[0.0, number]]) for number in (1, 2)]
for number, scaler in enumerate(scalers, 1):
    scaler.ballast_ = np.full(2**20, float(number))
save(scalers[0], path)
found = []
read, write = os.pipe()
for first in range(n_kills):
    process = os.fork()
    if not process:
        save(scalers[first % 2], path)
        os.write(write, b"!")
        for turn in range(first + 1, 10**9):
            save(scalers[turn % 2], path)
    os.read(read, 1)
    time.sleep(rng.uniform(0, 0.1))
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    loaded = load(path)
    number = int(loaded.mean_ * 2)
    assert (loaded.ballast_ == number).all() and len(loaded.ballast_) == 2**20
    found.append(number)
print(found.count(1), found.count(2))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Processes are forked to be killed.")
@pytest.mark.slow
def test_a_process_killed_while_it_saves_leaves_a_whole_file(path):
    printed = run_python("-c", KILLED, path, str(N_KILLS))
    first, second = map(int, printed.split())
    assert first + second == N_KILLS
    assert min(first, second) > 0
