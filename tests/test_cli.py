"""The command, as it is run."""

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pandas
import pytest
import soundfile
from sklearn.linear_model import LogisticRegression

from skgenre import CNNGenreClassifier, _predict_command, export_onnx
from skgenre.cli import main
from skgenre.datasets import load_excerpts_npz
from skgenre.persistence import load, save
from skgenre.songs import SongClassifier

PITCHES = {"low": 20, "high": 150}
posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no such names or links.")
QUICK = ["--epochs", "3", "--excerpt-seconds", "0.5"]


class Done(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments):
    """Carry out a command line in this process, which has TensorFlow loaded."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        try:
            status = main(list(map(str, arguments)))
        except SystemExit as end:
            status = end.code
    return Done(status, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    """A folder of twelve songs of two genres."""
    folder = tmp_path_factory.mktemp("music")
    for label, pitch in PITCHES.items():
        (folder / label).mkdir()
        for number in range(6):
            times = np.arange(8000 * (4 + number % 3)) / 8000
            noise = np.random.default_rng(number).normal(0, 0.05, len(times))
            waveform = 0.4 * np.sin(2 * np.pi * pitch * times) + noise
            soundfile.write(folder / label / f"{number}.flac", waveform, 8000)
    return folder


@pytest.fixture(scope="module")
def model(music, tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "model.skops"
    done = run("train", music, "-o", path, *QUICK)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    reading, training, learned = done.stderr.splitlines()
    assert re.fullmatch(r"Reading songs - \d+s - 12/12", reading)
    assert re.fullmatch(r"Training - \d+s", training)
    assert learned.startswith("Learned 6 of high and 6 of low")
    return path


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


@pytest.fixture
def strange_music(music, tmp_path):
    """A folder with a link, a link that leads nowhere, and names that are not UTF-8."""
    folder = tmp_path / "music"
    folder.mkdir()
    (folder / "high").symlink_to(music / "high")
    (folder / "gone").symlink_to("nowhere")
    genre = os.fsencode(folder) + b"/\xe9"
    os.mkdir(genre)
    for number in range(3):
        shutil.copy(music / "low" / f"{number}.flac", genre + b"/\xff%d.flac" % number)
    return folder


class Terminal(io.TextIOWrapper):
    """Standard output that knows few characters."""

    def __init__(self, encoding):
        super().__init__(io.BytesIO(), encoding=encoding)

    def text(self):
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)


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
def test_folders_with_links_and_names_of_any_bytes(strange_music, model, tmp_path):
    out = Terminal("utf-8")
    with redirect_stdout(out), redirect_stderr(io.StringIO()) as err:
        options = ["--epochs", "1", "--excerpt-seconds", "0.5", "--folds", "2"]
        assert main(["evaluate", str(strange_music), *options]) == 0, err.getvalue()
    assert "all   9 " in out.text()
    assert "gone': No such file or directory" in err.getvalue()
    done = run("predict", model, strange_music, "--output", tmp_path / "table.csv")
    assert done.returncode == 1
    assert done.stderr.count("the name is not UTF-8") == 3
    assert "gone': No such file or directory" in done.stderr
    assert len((tmp_path / "table.csv").read_text().splitlines()) == 1 + 6


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
    assert re.fullmatch(r"Listening - \d+s - 6/6", bar)
    assert re.match("Cannot read audio from '.*nowhere.ogg'", failure)
    assert message == f"6 songs are in {table}, 1 of them from an earlier run."
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
    monkeypatch.setattr(_predict_command, "CONNECTING_SECONDS", 1)
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
    monkeypatch.setattr(_predict_command, "write_predictions", kill)
    done = run("predict", model, music, "--output", tmp_path / "genres.csv", "--dask", scheduler)
    assert done.returncode == 2
    assert done.stderr.startswith("skgenre predict: Attempted to run task 'part' on 4 different")


def test_the_model_is_what_was_trained(model):
    classifier = load(model)
    assert classifier.excerpt_seconds == 0.5
    assert classifier.estimator_[-1].callbacks is None
    assert classifier.estimator_[-1].n_iter_ == 3


def test_evaluate_prints_scores_and_confusions(music):
    done = run("evaluate", music, "--folds", "3", *QUICK)
    assert done.returncode == 0, done.stderr
    scores, confusions = done.stdout.split("\n\n")
    rows = [line.split() for line in scores.splitlines()]
    assert [row[0] for row in rows] == ["fold", "1", "2", "3", "all"]
    assert rows[-1] == ["all", "12", "1.000", "1.000"]
    assert [line.split()[-2:] for line in confusions.splitlines()[1:]] == [["6", "0"], ["0", "6"]]


def test_evaluate_takes_fewer_folds_where_songs_are_few(music, tmp_path):
    for label in PITCHES:
        (tmp_path / label).mkdir()
        for number in range(2):
            name = f"{label}/{number}.flac"
            (tmp_path / name).write_bytes((music / name).read_bytes())
    (tmp_path / "low" / "bad.flac").touch()
    done = run("evaluate", tmp_path, "--network", "mlp", *QUICK)
    assert done.returncode == 1
    assert "2 folds instead of 5, as there are 2 of high and 2 of low" in done.stderr
    assert "bad.flac': it is empty" in done.stderr
    assert "all   4" in done.stdout


@pytest.mark.parametrize("command", ["evaluate", "train", "excerpts"])
def test_the_same_recording_twice_is_told(music, tmp_path, command):
    shutil.copytree(music, tmp_path / "music")
    copies = [tmp_path / "music" / name for name in ("high/0.flac", "high/9.flac", "low/a.flac")]
    for copy in copies[1:]:
        shutil.copy(copies[0], copy)
    output = [] if command == "evaluate" else ["-o", tmp_path / "out.npz"]
    training = [] if command == "excerpts" else ["--epochs", "1", "--network", "mlp"]
    done = run(command, tmp_path / "music", *output, *training, "--excerpt-seconds", "0.5")
    assert done.returncode == 0, done.stderr
    names = " and ".join(repr(str(copy)) for copy in copies)
    message = f"Songs that are the same recording: {names} (labelled 'high' and 'low').\n"
    assert done.stderr.count("the same recording:") == 1
    assert message in done.stderr


def test_excerpts_writes_the_lessons_file(music, tmp_path):
    done = run("excerpts", music, "-o", tmp_path / "data.npz", "--test-size", "0.5")
    assert done.returncode == 0, done.stderr
    data = load_excerpts_npz(tmp_path / "data.npz", target_names=("high", "low"))
    assert data.X_train.shape[1] == 1200
    assert data.X_train.shape[0] == 2 * (data.y_train == 0).sum() > 0
    assert data.X_test.shape[0] > 0
    spectra = np.abs(np.fft.rfft(data.X_train, axis=1))
    assert set(spectra[data.y_train == 0].argmax(axis=1)) == {450}


def test_the_lessons_file_holds_two_genres(music, tmp_path):
    shutil.copytree(music / "low", tmp_path / "music" / "low")
    (tmp_path / "music" / "low" / "cover.jpg").touch()
    done = run("excerpts", tmp_path / "music", "-o", tmp_path / "data.npz")
    assert done.returncode == 2
    assert "the file holds two genres, got 6 of low" in done.stderr
    assert "Files left out, as hidden or no songs of a genre: 1." in done.stderr


@pytest.fixture(scope="module")
def onnx_model(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "model.onnx"
    done = run("export", model, "-o", path)
    assert done.returncode == 0, done.stderr
    assert "ONNX Runtime agrees" in done.stderr
    return path


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
    command = [sys.executable, "-c", PREDICT_AND_LOOK, onnx_model, music / "low/0.flac"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False 0"


def test_an_onnx_model_of_excerpts_tells_songs_too(music, excerpts, tmp_path):
    X, y = excerpts
    export_onnx(CNNGenreClassifier(epochs=1).fit(X, y), tmp_path / "model.onnx", sample_rate=120)
    done = run("predict", tmp_path / "model.onnx", music / "low" / "0.flac")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[:4] == ["file", "label", "0", "1"]


def test_info_tells_what_a_model_is(model):
    done = run("info", model)
    assert done.returncode == 0
    assert "genres            high, low" in done.stdout
    assert "sample rate       400 Hz" in done.stdout
    assert "parameters" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["evaluate", "nowhere"], "'nowhere' is not a folder"),
        (["predict", "nowhere.skops", "a.wav"], "Cannot load a model from 'nowhere.skops'"),
        (["train", ".", "-o", "model", "--epochs", "0"], "must be 1 or more"),
        (["train", "."], "-o/--output"),
        (["sing"], "invalid choice: 'sing'"),
        ([], "COMMAND"),
        (["excerpts", ".", "-o", "x", "--test-size", "2"], "between 0 and 1"),
        (["evaluate", ".", "--excerpt-seconds", "-1"], "more than 0 seconds"),
        (["predict", "model", "a.wav", "--resume"], "--resume and --dask need --output"),
        (["predict", "model", "a.wav", "--dask", "127.0.0.1:1"], "need --output"),
        (["predict", "model", "a.wav", "-o", "a.csv", "--json"], "not allowed with argument"),
    ],
)
def test_usage(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_one_genre_cannot_be_evaluated(music, tmp_path):
    shutil.copytree(music / "low", tmp_path / "low")
    done = run("evaluate", tmp_path)
    assert done.returncode == 2
    assert "two genres of two songs each are the least" in done.stderr


def test_files_that_are_no_models(tmp_path, music):
    empty_zip = b"PK\x05\x06" + bytes(18)
    for name, content in {"text": b"no model", "empty": b"", "zip": empty_zip}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=f"Cannot load a model from '.*{name}'"):
            load(tmp_path / name)
    save(LogisticRegression(), tmp_path / "other")
    done = run("info", tmp_path / "other")
    assert done.returncode == 2
    assert "holds a LogisticRegression, not a SongClassifier" in done.stderr


class Stranger(LogisticRegression):
    pass


def test_types_that_are_not_trusted_are_refused(tmp_path):
    save(SongClassifier(Stranger()), tmp_path / "model", trusted=[f"{__name__}.Stranger"])
    with pytest.raises(ValueError, match=r"types that are not trusted: \['.*Stranger'\]"):
        load(tmp_path / "model")


@pytest.mark.slow
def test_the_command_is_installed(music, model):
    command = [Path(sys.executable).with_name("skgenre"), "predict", model, music / "low/0.flac"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split()[5] == "low"
    assert "TensorFlow" not in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process.")
def test_ctrl_c_ends_cleanly(music, tmp_path):
    command = [sys.executable, "-m", "skgenre.cli", "train", str(music), "-o", "model"]
    process = subprocess.Popen(
        [*command, "--epochs", "1000000"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        # What a shell runs in the background ignores Ctrl-C, and so does what that starts.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    while "Reading songs" not in process.stderr.readline():
        assert process.poll() is None
    time.sleep(5)
    with process:
        process.send_signal(signal.SIGINT)
        try:
            messages = process.communicate(timeout=60)[1]
        finally:
            process.kill()
    assert process.returncode == 130
    assert messages.rstrip().endswith("Interrupted.")
    assert "Traceback" not in messages
    assert not (tmp_path / "model").exists()
