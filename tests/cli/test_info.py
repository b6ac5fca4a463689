"""``skgenre info``."""

import json
import re

import pytest
from sklearn.linear_model import LogisticRegression

from skgenre import export_onnx
from skgenre.networks import format_parameter_table
from skgenre.persistence import load, save
from skgenre.songs import SongClassifier
from tests.cli.commands import run
from tests.helpers.interpreter import run_python
from tests.helpers.small_networks import tiny_cnn


def facts(done):
    """Read the facts above the table of layers."""
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.split("\n\n")[0].splitlines()
    return dict(re.split("  +", line, maxsplit=1) for line in lines)


def test_a_model_of_songs(model):
    done = run("info", model)
    found = facts(done)
    assert found["model"] == "SongClassifier > Pipeline > WaveformScaler > CNNGenreClassifier"
    assert found["genres"] == "high (50%), low (50%)"
    assert found["trained on"] == "12 songs, 120 excerpts"
    assert found["sample rate"] == "400 Hz"
    assert found["excerpts"] == "0.5 s, end to end"
    assert found["a song's genre"] == "mean of its excerpts' probabilities"
    assert found["network"].startswith("CNNGenreClassifier(filters=[32, 32, 48, 48], kernel_sizes=")
    assert "class_weight='balanced'" in found["network"]
    assert "None" not in found["network"]
    assert re.fullmatch(r"3, loss \S+, accuracy \S+", found["epochs"])
    assert found["file"].startswith(f"{model}, ")
    assert "scikit-learn" in found["written by"]


def test_its_network(model):
    network = load(model).estimator_[-1].model_
    assert run("info", model).stdout.split("\n\n")[1] == f"{format_parameter_table(network)}\n"


def test_an_onnx_model(model, onnx_model):
    done = run("info", onnx_model)
    found, saved = facts(done), facts(run("info", model))
    assert found["model"] == "ONNX model"
    for name in ("genres", "sample rate", "excerpts", "a song's genre"):
        assert found[name] == saved[name]
    n_parameters = run("info", model).stdout.splitlines()[-1]
    assert done.stdout.splitlines()[-1] == n_parameters


def test_json(model, onnx_model):
    found = json.loads(run("info", model, "--json").stdout)
    assert (found["classes"], found["n_songs"]) == (["high", "low"], 12)
    assert found["parameters"][0]["shape"] == [31, 1, 32]
    assert json.loads(run("info", onnx_model, "--json").stdout)["kind"] == "ONNX model"


@pytest.mark.parametrize(
    ("params", "excerpts", "joined"),
    [
        ({"hop_seconds": 0.25, "aggregate": "vote"}, "0.5 s, each 0.25 s", "vote of its excerpts"),
        (
            {"max_excerpts": 7, "aggregate": "max"},
            "0.5 s, end to end, at most 7 of a song",
            "surest of its excerpts",
        ),
        (
            {"aggregate": "geometric_mean"},
            "0.5 s, end to end",
            "geometric mean of its excerpts' probabilities",
        ),
    ],
)
def test_how_songs_are_cut_and_joined(model, tmp_path, params, excerpts, joined):
    save(load(model).set_params(**params), tmp_path / "other.skops")
    found = facts(run("info", tmp_path / "other.skops"))
    assert (found["excerpts"], found["a song's genre"]) == (excerpts, joined)


def test_a_calibration_is_shown_where_there_is_one(model, onnx_model, tmp_path):
    for uncalibrated in (model, onnx_model):
        assert "calibration" not in facts(run("info", uncalibrated))
    calibrated = load(model)
    calibrated.temperature_ = 1.2345
    save(calibrated, tmp_path / "other.skops")
    assert run("export", tmp_path / "other.skops", "-o", tmp_path / "other.onnx").returncode == 0
    for name in ("other.skops", "other.onnx"):
        assert facts(run("info", tmp_path / name))["calibration"] == "temperature 1.23"
        found = json.loads(run("info", tmp_path / name, "--json").stdout)
        assert found["temperature"] == 1.2345


def test_an_onnx_model_of_excerpts(excerpts, tmp_path):
    X, y = excerpts
    export_onnx(tiny_cnn(epochs=1).fit(X, y), tmp_path / "model.onnx", sample_rate=120)
    found = facts(run("info", tmp_path / "model.onnx"))
    assert (found["sample rate"], found["excerpts"]) == ("120 Hz", "60 samples")
    assert "a song's genre" not in found


def test_models_that_are_not_of_songs(excerpts, tmp_path):
    X, y = excerpts
    save(LogisticRegression(solver="newton-cg").fit(X, y), tmp_path / "linear")
    done = run("info", tmp_path / "linear")
    found = facts(done)
    assert found["model"] == "LogisticRegression"
    assert (found["genres"], found["excerpts"]) == ("0, 1", "60 samples")
    assert "\n\n" not in done.stdout
    save(SongClassifier(tiny_cnn()), tmp_path / "untrained")
    found = facts(run("info", tmp_path / "untrained"))
    assert found["trained"] == "no"
    assert "genres" not in found


LOOK = """
import json, sys
from skgenre.cli import main

status = main(["info", *sys.argv[1:]])
print(json.dumps([status, list(sys.modules)]))
"""


def test_tensorflow_is_not_loaded(model):
    printed = run_python("-c", LOOK, model)
    status, loaded = json.loads(printed.splitlines()[-1])
    assert status == 0
    assert not {"tensorflow", "keras", "scikeras"} & set(loaded)


def test_files_that_are_no_models(tmp_path):
    empty_zip = b"PK\x05\x06" + bytes(18)
    for name, content in {"text": b"no model", "empty": b"", "zip": empty_zip}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=f"Cannot load a model from '.*{name}'"):
            load(tmp_path / name)
        done = run("info", tmp_path / name)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"Cannot load a model from '{tmp_path / name}'" in done.stderr


class Stranger(LogisticRegression):
    pass


def test_types_that_are_not_trusted_are_refused(tmp_path):
    save(SongClassifier(Stranger()), tmp_path / "model", trusted=[f"{__name__}.Stranger"])
    with pytest.raises(ValueError, match=r"types that are not trusted: \['.*Stranger'\]"):
        load(tmp_path / "model")
