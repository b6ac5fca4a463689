"""What saved models are, found without TensorFlow."""

import json
import re
import zipfile

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skgenre import (
    CNNGenreClassifier,
    MLPGenreClassifier,
    SongClassifier,
    WaveformScaler,
    export_onnx,
    load,
)
from skgenre.networks import parameter_table
from skgenre.persistence import ModelInfo, model_info, save
from tests.helpers.interpreter import run_python
from tests.helpers.small_networks import TINY, small_cnn, tiny_cnn


@pytest.fixture(scope="module")
def songs():
    return list(np.random.default_rng(0).standard_normal((5, 250), np.float32))


@pytest.fixture(scope="module")
def classifier(songs):
    classifier = SongClassifier(
        make_pipeline(WaveformScaler(), tiny_cnn()), sample_rate=100, excerpt_seconds=0.5
    )
    return classifier.fit(songs, ["pop", "pop", "pop", "rock", "rock"])


@pytest.fixture(scope="module")
def path(classifier, tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "genres.skops"
    save(classifier, path)
    return path


def test_a_model_of_songs(classifier, path):
    info = model_info(path)
    assert (info.path, info.n_bytes) == (str(path), path.stat().st_size)
    assert info.kind == "SongClassifier"
    assert info.parts == ["SongClassifier", "Pipeline", "WaveformScaler", "CNNGenreClassifier"]
    assert info.is_fitted
    assert (info.classes, info.class_prior) == (["pop", "rock"], [0.6, 0.4])
    assert (info.n_songs, info.n_excerpts, info.n_timesteps) == (5, 25, 50)
    assert info.song_settings == {
        "sample_rate": 100,
        "excerpt_seconds": 0.5,
        "hop_seconds": None,
        "max_excerpts": None,
        "aggregate": "mean",
        "calibration": None,
        "song_weight": "equal",
    }
    assert info.temperature == 1
    network = classifier.estimator_[-1]
    assert info.network == "CNNGenreClassifier"
    assert info.network_settings == network.get_params()
    assert info.network_settings.items() >= TINY.items()
    assert info.n_epochs == network.n_iter_ == 2
    assert info.last_epoch == {name: row[-1] for name, row in network.history_.items()}
    assert info.versions.keys() == {"skgenre", "keras", "numpy", "scikit-learn", "skops"}


def test_a_model_whose_songs_are_calibrated(songs, tmp_path):
    classifier = SongClassifier(
        MLPGenreClassifier(hidden_units=4, epochs=1, random_state=0),
        sample_rate=100,
        excerpt_seconds=0.5,
        calibration="temperature",
    )
    save(classifier, tmp_path / "genres.skops")
    assert model_info(tmp_path / "genres.skops").temperature is None
    classifier.fit([*songs, songs[0][::-1]], ["pop", "rock"] * 3)
    save(classifier, tmp_path / "genres.skops")
    export_onnx(classifier, tmp_path / "genres.onnx")
    info = model_info(tmp_path / "genres.skops")
    assert info.song_settings["calibration"] == "temperature"
    assert info.temperature == classifier.temperature_ != 1
    assert info.to_dict()["temperature"] == info.temperature
    assert model_info(tmp_path / "genres.onnx").temperature == info.temperature


def test_files_of_former_versions_have_no_temperature(path, tmp_path):
    former = load(path)
    del former.temperature_
    save(former, tmp_path / "former")
    assert model_info(tmp_path / "former").temperature == 1


@pytest.mark.parametrize(
    "network",
    [
        small_cnn(epochs=1),
        CNNGenreClassifier(epochs=1, strides=3),
        MLPGenreClassifier(epochs=1, hidden_units=(5, 4, 3)),
        MLPGenreClassifier(epochs=1, hidden_units=7),
    ],
    ids=str,
)
def test_parameters_are_those_of_the_network(network, excerpts, three_classes, tmp_path):
    for X, y in (excerpts, three_classes):
        save(network.fit(X, y), tmp_path / "model.skops")
        info = model_info(tmp_path / "model.skops")
        assert info.parameters == parameter_table(network.model_)
        assert info.n_parameters == network.model_.count_params()
        assert info.kind == info.network == type(network).__name__
        assert info.n_timesteps == X.shape[1]
        assert (info.song_settings, info.n_songs) == ({}, None)


def test_an_onnx_model(classifier, path, tmp_path):
    export_onnx(classifier, tmp_path / "genres.ONNX")
    info, saved = model_info(tmp_path / "genres.ONNX"), model_info(path)
    assert info.kind == "ONNX model"
    assert info.n_bytes == (tmp_path / "genres.ONNX").stat().st_size
    assert info.classes == saved.classes
    assert info.class_prior == saved.class_prior
    assert info.n_timesteps == saved.n_timesteps
    assert info.n_parameters == saved.n_parameters
    assert info.song_settings.items() <= saved.song_settings.items()
    assert info.song_settings.keys() >= {"sample_rate", "excerpt_seconds", "aggregate"}
    assert info.versions["skgenre"] == saved.versions["skgenre"]


def test_an_onnx_model_of_excerpts(excerpts, tmp_path):
    X, y = excerpts
    export_onnx(tiny_cnn(epochs=1).fit(X, y), tmp_path / "model.onnx", sample_rate=120)
    info = model_info(tmp_path / "model.onnx")
    assert info.song_settings == {"sample_rate": 120}
    assert (info.class_prior, info.temperature) == ([], None)


def test_models_that_are_not_of_songs(excerpts, tmp_path):
    X, y = excerpts
    search = GridSearchCV(make_pipeline(WaveformScaler(), tiny_cnn()), {}, cv=2).fit(X, y)
    save(search, tmp_path / "search")
    info = model_info(tmp_path / "search")
    assert info.kind == "GridSearchCV"
    assert info.parts == ["GridSearchCV", "Pipeline", "WaveformScaler", "CNNGenreClassifier"]
    assert info.classes == ["0", "1"]
    assert info.n_parameters == search.best_estimator_[-1].model_.count_params()
    save(LogisticRegression(solver="newton-cg").fit(X, y), tmp_path / "linear")
    info = model_info(tmp_path / "linear")
    assert (info.kind, info.parts) == ("LogisticRegression", ["LogisticRegression"])
    assert info.network is None
    assert (info.classes, info.n_timesteps, info.n_parameters) == (["0", "1"], 60, 0)


@pytest.mark.parametrize(
    ("estimator", "parts"),
    [
        (SongClassifier(), ["SongClassifier"]),
        (SongClassifier(tiny_cnn()), ["SongClassifier", "CNNGenreClassifier"]),
        (make_pipeline("passthrough", tiny_cnn()), ["Pipeline", "CNNGenreClassifier"]),
        (WaveformScaler(), ["WaveformScaler"]),
    ],
    ids=str,
)
def test_models_that_are_not_fitted(estimator, parts, tmp_path):
    save(estimator, tmp_path / "model")
    info = model_info(tmp_path / "model")
    assert (info.parts, info.is_fitted, info.classes, info.parameters) == (parts, False, [], [])


def test_parameters_with_values_of_any_kind(excerpts, tmp_path):
    network = tiny_cnn(
        filters=np.array([4]),
        class_weight={"0": np.float64(1.5), "1": 2},
        random_state=np.random.RandomState(0),
        loss="mse",
        optimizer__beta_1=0.8,
    )
    save(network, tmp_path / "model")
    settings = json.loads(json.dumps(model_info(tmp_path / "model").to_dict()))["network_settings"]
    assert settings["filters"] == [4]
    assert settings["class_weight"] == {"0": 1.5, "1": 2}
    assert settings["optimizer__beta_1"] == 0.8
    assert "RandomState" in settings["random_state"]


def test_as_json(path):
    facts = json.loads(json.dumps(model_info(path).to_dict()))
    assert facts["parameters"][0] == {
        "layer": "conv1d_1",
        "parameter": "kernel",
        "dtype": "float32",
        "shape": [9, 1, 4],
    }
    assert facts["n_parameters"] == model_info(path).n_parameters
    assert facts["classes"] == ["pop", "rock"]


LOOK = """
import json, sys
from skgenre.persistence import model_info

kinds = [model_info(path).kind for path in sys.argv[1:]]
print(json.dumps([kinds, list(sys.modules)]))
"""


def test_neither_tensorflow_nor_keras_is_loaded(classifier, path, tmp_path):
    export_onnx(classifier, tmp_path / "genres.onnx")
    printed = run_python("-c", LOOK, path, tmp_path / "genres.onnx")
    kinds, loaded = json.loads(printed)
    assert kinds == ["SongClassifier", "ONNX model"]
    tops = {name.partition(".")[0] for name in loaded}
    assert not tops & {"tensorflow", "keras", "scikeras"}


class Stranger(LogisticRegression):
    pass


def test_what_is_not_trusted_is_refused_until_it_is(tmp_path):
    name = f"{__name__}.Stranger"
    save(SongClassifier(Stranger()), tmp_path / "model", trusted=[name])
    with pytest.raises(ValueError, match=r"types that are not trusted: \['.*Stranger'\]"):
        model_info(tmp_path / "model")
    assert model_info(tmp_path / "model", trusted=[name]).parts[-1] == "Stranger"


def test_a_file_may_not_name_what_stands_for_a_classifier(classifier, path, tmp_path):
    content = path.read_bytes().replace(
        b"skgenre.classifiers", b"skgenre.persistence._stored_classifiers"
    )
    (tmp_path / "model").write_bytes(content)
    with pytest.raises(ValueError, match="Cannot load a model from"):
        model_info(tmp_path / "model")


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("sample_rate", -1),
        ("excerpt_seconds", "3"),
        ("aggregate", "sum"),
        ("n_excerpts_", np.array(["a"])),
        ("class_prior_", np.array([[0.5]])),
        ("temperature_", 0.0),
        ("temperature_", float("nan")),
        ("temperature_", "1"),
    ],
)
def test_facts_that_are_none_are_refused(classifier, tmp_path, path, attribute, value):
    damaged = load(path)
    setattr(damaged, attribute, value)
    save(damaged, tmp_path / "model")
    with pytest.raises(ValueError, match=r"Cannot load a model from '.*model': "):
        model_info(tmp_path / "model")


@pytest.mark.parametrize("n_timesteps", [0, -3, 50.5, "50", None])
def test_lengths_that_are_none_are_refused(classifier, path, tmp_path, n_timesteps):
    value = json.dumps(json.dumps(n_timesteps)).encode()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(tmp_path / "model", "w") as damaged:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "schema.json":
                pattern = rb'("n_features_in_":\{[^}]*"content":)"50"'
                content, n_changed = re.subn(pattern, lambda found: found[1] + value, content)
                assert n_changed
            damaged.writestr(name, content)
    for read in (load, model_info):
        with pytest.raises(ValueError, match=r"Cannot load a model from '.*model': "):
            read(tmp_path / "model")


@pytest.mark.parametrize("n_timesteps", [0, 2.5, "60"])
def test_lengths_of_other_estimators(excerpts, tmp_path, n_timesteps):
    estimator = LogisticRegression(solver="newton-cg").fit(*excerpts)
    estimator.n_features_in_ = n_timesteps
    save(estimator, tmp_path / "model")
    with pytest.raises(ValueError, match=r"model': its n_features_in_ is"):
        model_info(tmp_path / "model")
    del estimator.n_features_in_
    save(estimator, tmp_path / "model")
    assert model_info(tmp_path / "model").n_timesteps is None


def test_what_load_refuses_is_refused(tmp_path):
    for name in ("nowhere.skops", "nowhere.onnx"):
        with pytest.raises(ValueError, match=rf"Cannot load an? .*model from '.*{name}': No such"):
            model_info(tmp_path / name)
    (tmp_path / "model.onnx").write_bytes(b"no model")
    with pytest.raises(ValueError, match=r"model\.onnx': it is no ONNX model"):
        model_info(tmp_path / "model.onnx")
    with pytest.raises(ValueError, match="The 'path' parameter"):
        model_info(3)


def test_a_description_without_facts():
    info = ModelInfo("model", 10, "Pipeline")
    assert (info.n_parameters, info.is_fitted) == (0, False)
    assert json.loads(json.dumps(info.to_dict()))["classes"] == []
