"""``skgenre predict``."""

import csv
import io
import json
import os
import re
import shutil
from contextlib import redirect_stderr, redirect_stdout
from types import SimpleNamespace

import numpy as np
import pandas
import pytest
import soundfile
from sklearn.calibration import CalibratedClassifierCV

from skgenre import CNNGenreClassifier, SongClassifier, export_onnx
from skgenre.cli import main
from skgenre.cli._commands import predict
from skgenre.persistence import load, save
from tests.cli.commands import Terminal, run
from tests.helpers.interpreter import run_python

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no such names or links.")


def test_predict_prints_a_table(music, model):
    done = run("predict", model, music / "low" / "0.flac", music / "high" / "1.flac")
    assert done.returncode == 0
    header, *rows = (line.split() for line in done.stdout.splitlines())
    assert header == ["file", "label", "high", "low"]
    assert [row[1] for row in rows] == ["low", "high"]
    assert float(rows[0][3]) > 0.5


def test_predict_as_json_and_csv(music, model):
    file = str(music / "low" / "0.flac")
    [song] = json.loads(run("predict", model, file, "--json").stdout)
    assert song["file"] == file
    assert song["label"] == "low"
    assert sum(song["probabilities"].values()) == pytest.approx(1)
    [row] = csv.DictReader(io.StringIO(run("predict", model, file, "--csv").stdout))
    assert row["label"] == "low"
    assert float(row["low"]) == song["probabilities"]["low"]


def test_predict_names_files_that_fail(music, model, tmp_path):
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF")
    done = run("predict", model, broken, music / "low" / "0.flac", "nowhere.ogg")
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 2
    assert f"Cannot read audio from '{broken}'" in done.stderr
    assert "Cannot read audio from 'nowhere.ogg'" in done.stderr


def test_predict_takes_all_songs_of_a_folder(music, model, tmp_path):
    for place in ["b/2.FLAC", "b/c/1.flac", "a.flac", ".hidden.flac", ".hidden/a.flac"]:
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(music / "low" / "0.flac", tmp_path / place)
    (tmp_path / "cover.jpg").touch()
    (tmp_path / "no song.flac").mkdir()
    file = music / "high" / "1.flac"
    done = run("predict", model, tmp_path, file, "--csv")
    assert done.returncode == 0, done.stderr
    found = [row["file"] for row in csv.DictReader(io.StringIO(done.stdout))]
    names = ["a.flac", "b/2.FLAC", "b/c/1.flac"]
    assert found == [*(str(tmp_path / name) for name in names), str(file)]
    done = run("predict", model, tmp_path / ".hidden", tmp_path / "no song.flac")
    assert done.returncode == 2
    assert re.search(r"no song.flac' has no sound file in it", done.stderr)


@posix_only
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize("option", [None, "--csv", "--json"])
def test_names_of_any_bytes_are_printed(strange_music, model, encoding, option):
    names = [b"high/0.flac", b"\xe9/\xff0.flac"]
    files = [os.fsdecode(os.path.join(os.fsencode(strange_music), name)) for name in names]
    out = Terminal(encoding)
    with redirect_stdout(out), redirect_stderr(io.StringIO()) as err:
        status = main(["predict", str(model), *files, *([option] if option else [])])
    assert status == 0, err.getvalue()
    if option == "--json":
        assert [song["file"] for song in json.loads(out.text())] == files
    else:
        assert r"\udce9/\udcff0.flac" in out.text()
        assert str(strange_music / "high" / "0.flac") in out.text()
        assert len(out.text().splitlines()) == 3


@posix_only
def test_a_genre_of_any_bytes_is_learned(strange_music, tmp_path):
    path = tmp_path / "model.skops"
    done = run("train", strange_music, "-o", path, "--epochs", "1", "--excerpt-seconds", "0.5")
    assert done.returncode == 0, done.stderr
    assert list(map(os.fsencode, load(path).classes_)) == [b"high", b"\xe9"]
    for option in ("--csv", "--json"):
        assert run("predict", path, strange_music / "high" / "0.flac", option).returncode == 0
    done = run("predict", path, strange_music, "--output", tmp_path / "table.csv")
    assert done.returncode == 2
    assert "class" in done.stderr
    assert "UTF-8" in done.stderr
    assert not (tmp_path / "table.csv.parts").exists()


def test_a_model_that_asks_for_too_much_is_refused(music, model, tmp_path):
    classifier = load(model).set_params(hop_seconds=0.0025, excerpt_seconds=1000)
    save(classifier, tmp_path / "model.skops")
    waveform = np.random.default_rng(0).standard_normal(400 * 3600)
    soundfile.write(tmp_path / "hour.wav", waveform / 10, 400)
    done = run("predict", tmp_path / "model.skops", tmp_path / "hour.wav")
    assert done.returncode == 2
    assert re.search(r"of 1440000 samples: .* more than 1073741824\. .*hop_seconds", done.stderr)


def test_predict_writes_a_table_and_goes_on_with_it(music, model, tmp_path):
    table, folder = tmp_path / "genres.csv", music / "low"
    done = run("predict", model, folder / "0.flac", "--output", table)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.endswith(f"1 song is in {table}.\n")
    done = run("predict", model, folder, "nowhere.ogg", "-o", table, "--resume", "--jobs", "2")
    assert done.returncode == 1
    bar, failure, message = done.stderr.splitlines()
    assert re.fullmatch(r"Predicting - \d+s - 6/6", bar)
    assert re.match("Cannot read audio from '.*nowhere.ogg'", failure)
    assert message == f"6 songs are in {table}, 1 of them from an earlier run; 1 could not be read."
    assert table.read_text().splitlines() == run("predict", model, folder, "--csv").stdout.split()
    done = run("predict", model, folder, "-o", table, "--resume")
    assert done.stderr == f"6 songs are in {table}, 6 of them from an earlier run.\n"


def test_predict_does_not_mix_runs_unasked(music, model, tmp_path):
    (tmp_path / "genres.csv.parts").mkdir()
    (tmp_path / "genres.csv.parts" / "0.csv").touch()
    done = run("predict", model, music, "--output", tmp_path / "genres.csv")
    assert done.returncode == 2
    assert "An earlier run left results in" in done.stderr
    assert "--resume" in done.stderr


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("127.0.0.1:1", "127.0.0.1:1"),
        ("nowhere", "address 'nowhere'"),
        ("other://host:1", "scheme 'other'"),
    ],
)
def test_a_scheduler_that_is_not_there(music, model, tmp_path, monkeypatch, address, reason):
    monkeypatch.setattr(predict, "CONNECTING_SECONDS", 1)
    done = run("predict", model, music, "-o", tmp_path / "genres.csv", "--dask", address)
    assert (done.returncode, done.stdout) == (2, "")
    [message] = done.stderr.splitlines()
    assert message.startswith("skgenre predict: ")
    assert reason in message
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.slow)])
def scheduler(request):
    """The address of a cluster of threads, or of processes."""
    distributed = pytest.importorskip("distributed")
    workers = {"n_workers": 2, "threads_per_worker": 1, "processes": request.param}
    with distributed.LocalCluster(**workers, dashboard_address="127.0.0.1:0") as cluster:
        yield cluster.scheduler_address


def test_workers_of_a_cluster_predict(music, model, scheduler, tmp_path, monkeypatch):
    table = tmp_path / "genres.parquet"
    monkeypatch.chdir(music.parent)
    done = run("predict", model, music.name, "--output", table, "--dask", scheduler)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == f"12 songs are in {table}."
    found = pandas.read_parquet(table).to_dict("records")
    printed = json.loads(run("predict", model, music.name, "--json").stdout)
    assert found == [
        {"file": song["file"], "label": song["label"], **song["probabilities"]} for song in printed
    ]


def test_songs_that_kill_workers_are_told(music, model, scheduler, tmp_path, monkeypatch):
    def kill(*_, **__):
        raise distributed.KilledWorker("part", SimpleNamespace(address="tcp://worker"), 3)

    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr("skgenre.predictions._writing.write_predictions", kill)
    done = run("predict", model, music, "--output", tmp_path / "genres.csv", "--dask", scheduler)
    assert done.returncode == 2
    assert done.stderr.startswith("skgenre predict: Attempted to run task 'part' on 4 different")


def test_an_onnx_model_predicts_the_same(music, model, onnx_model):
    files = [music / "low" / "0.flac", music / "high" / "1.flac"]
    assert run("predict", onnx_model, *files).stdout == run("predict", model, *files).stdout


PREDICT_AND_LOOK = """
import sys
from skgenre.cli import main

status = main(["predict", *sys.argv[1:]])
print("tensorflow" in sys.modules or "keras" in sys.modules, status)
"""


def test_an_onnx_model_predicts_without_tensorflow(music, onnx_model):
    printed = run_python("-c", PREDICT_AND_LOOK, onnx_model, music / "low/0.flac")
    assert printed.splitlines()[-1] == "False 0"


def test_an_onnx_model_of_excerpts_tells_songs_too(music, excerpts, tmp_path):
    X, y = excerpts
    export_onnx(CNNGenreClassifier(epochs=1).fit(X, y), tmp_path / "model.onnx", sample_rate=120)
    done = run("predict", tmp_path / "model.onnx", music / "low" / "0.flac")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[:4] == ["file", "label", "0", "1"]


LOOK = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from skgenre.cli import main

with redirect_stdout(io.StringIO()) as printed, redirect_stderr(io.StringIO()):
    status = main(sys.argv[1:])
print(json.dumps([status, printed.getvalue(), list(sys.modules)]))
"""


@pytest.mark.parametrize("kind", ["model", "onnx_model"])
def test_neither_tensorflow_nor_scikit_learn_is_loaded(music, kind, request):
    path, song = request.getfixturevalue(kind), music / "low" / "0.flac"
    printed = run_python("-W", "error", "-c", LOOK, "predict", path, song, "--csv")
    status, table, modules = json.loads(printed)
    assert status == 0
    assert table == run("predict", path, song, "--csv").stdout
    heavy = {"tensorflow", "keras", "scikeras", "sklearn", "skops", "scipy", "pandas", "joblib"}
    assert not {name.partition(".")[0] for name in modules} & heavy


def test_the_model_predicts_as_the_classifier_in_it(music, model):
    songs = [str(music / "low" / "1.flac"), str(music / "high" / "2.flac")]
    found = json.loads(run("predict", model, *songs, "--json").stdout)
    classifier = load(model)
    assert [song["label"] for song in found] == classifier.predict(songs).tolist()
    probabilities = [list(song["probabilities"].values()) for song in found]
    np.testing.assert_allclose(probabilities, classifier.predict_proba(songs), rtol=0, atol=1e-5)


def test_a_model_of_another_kind_predicts_by_itself(music, model, tmp_path):
    songs = [
        str(music / genre / f"{number}.flac") for genre in ("low", "high") for number in (0, 1)
    ]
    network = CNNGenreClassifier(filters=4, epochs=1, random_state=0)
    # The sigmoid of scikit-learn 1.6 refuses float32 probabilities with weights.
    calibrated = CalibratedClassifierCV(network, method="isotonic", cv=2)
    classifier = SongClassifier(calibrated, excerpt_seconds=0.5)
    save(classifier.fit(songs, ["low", "low", "high", "high"]), tmp_path / "model.skops")
    found = json.loads(run("predict", tmp_path / "model.skops", *songs, "--json").stdout)
    probabilities = [list(song["probabilities"].values()) for song in found]
    np.testing.assert_allclose(probabilities, classifier.predict_proba(songs), rtol=0, atol=1e-6)
