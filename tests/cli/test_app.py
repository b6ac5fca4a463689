"""The command as a whole: its help, its errors, and what it loads."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import skgenre
from skgenre._networks import NETWORKS
from skgenre.cli import _training
from skgenre.cli._app import COMMANDS, app
from skgenre.songs._excerpt_classifiers import chosen_sample_rate
from tests.cli.commands import run
from tests.helpers.interpreter import run_python

NAMES = [command.name for command in COMMANDS]


# --- help


def test_without_a_command_it_shows_the_help():
    done = run()
    assert done == run("--help") == run("-h")
    assert done.returncode == 0
    listed = done.stdout[done.stdout.index("Commands") :]
    assert sorted(NAMES, key=lambda name: listed.index(f"  {name} ")) == NAMES


def test_version():
    assert run("--version").stdout == f"skgenre, version {skgenre.__version__}\n"


@pytest.mark.parametrize("name", NAMES)
def test_help_of_each_command(name, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    done = run(name, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Examples:" in done.stdout
    assert "skgenre.readthedocs.io/en/latest/guide/command.html" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    command = app.commands[name]
    assert all(parameter.help for parameter in command.params)
    for option in (text for parameter in command.params for text in parameter.opts):
        assert option in done.stdout or option.upper() in done.stdout


# What a person waits for before the first word; the rest is imported where it is needed.
HEAVY = {"numpy", "scipy", "sklearn", "pandas", "joblib", "tensorflow", "keras", "matplotlib"}
LOOK = """
import json, sys
from skgenre.cli import main

for name in json.loads(sys.argv[1]):
    main([name, "--help"])
main(["--help"])
main(["train", "nowhere", "-o", "model.pkl"])
print(json.dumps(list(sys.modules)))
"""


def test_help_and_usage_errors_load_little():
    printed = run_python("-c", LOOK, json.dumps(NAMES))
    loaded = json.loads(printed.splitlines()[-1])
    assert "rich_click" in loaded
    assert not HEAVY & set(loaded)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell):
    done = run("completion", shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert "_SKGENRE_COMPLETE" in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed here.")
def test_bash_completes_commands_and_options():
    script = """
eval "$(skgenre completion bash)"
complete_last() { COMPREPLY=(); _skgenre_completion skgenre; echo "${COMPREPLY[@]}"; }
COMP_WORDS=(skgenre pre) COMP_CWORD=1; complete_last
COMP_WORDS=(skgenre train --ea) COMP_CWORD=2; complete_last
"""
    folder = Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout == "predict\n--early-stopping\n", done.stderr


# --- errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["evaluate", "nowhere"], "'FOLDER': Directory 'nowhere' does not exist"),
        (["predict", "nowhere.skops", "a.wav"], "'MODEL': File 'nowhere.skops' does not exist"),
        (["train", ".", "-o", "m.skops", "--epochs", "0"], "'--epochs': 0 is not in the range"),
        (["train", "."], "Missing option '-o' / '--output'"),
        (["train", ".", "-o", "m.skops", "--epoch", "3"], "Did you mean '--epochs'?"),
        (["train", ".", "-o", "m.skops", "--loss", "mse"], "'mse' is not one of"),
        (["train", ".", "-o", "m.skops", "--calibration", "sigmoid"], "'sigmoid' is not one of"),
        (["evaluate", ".", "--aggregate", "median"], "'median' is not one of"),
        (["train", ".", "-o", "m.pkl"], "'m.pkl' does not end in .skops"),
        (["train", ".", "-o", "nowhere/m.skops"], "there is no folder 'nowhere'"),
        (["train", ".", "-o", "folder.skops"], "'folder.skops' is a folder"),
        (["train", ".", "-o", "m.skops", "--learning-rate", "nan"], "not a finite number"),
        (["train", ".", "-o", "m.skops", "--learning-rate", "inf"], "not a finite number"),
        (["export", "folder.skops", "-o", "m.txt"], "does not end in .onnx"),
        (["sing"], "No such command 'sing'"),
        (["trian"], "Did you mean 'train'?"),
        (["excerpts", ".", "-o", "x.npz", "--test-size", "2"], "2.0 is not in the range 0<x<1"),
        (["evaluate", ".", "--excerpt-seconds", "-1"], "-1.0 is not in the range x>0"),
        (["evaluate", "."], "'.' has no sound file in a folder for a genre"),
        (["predict", "model", "a.wav", "--resume"], "--resume and --dask need --output"),
        (["predict", "model", "a.wav", "--dask", "127.0.0.1:1"], "need --output"),
        (["predict", "model", "a.wav", "-o", "a.csv", "--json"], "--json prints"),
        (["predict", "model", "a.wav", "-o", "a.txt"], "does not end in .csv or .parquet"),
        (["predict", "model", "a.wav", "--jobs", "0"], "'--jobs': 0 songs at once"),
        (["predict", "model"], "Missing argument 'FILES"),
    ],
)
def test_usage(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model").touch()
    (tmp_path / "folder.skops").mkdir()
    done = run(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.startswith("skgenre")
    assert len(done.stderr.splitlines()) <= 2
    assert done.stdout == ""


def test_errors_name_options_and_leave_names_of_files(music, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(music, "hop_seconds")
    training = ["--hop-seconds", "0.00001", "--epochs", "1"]
    done = run("train", "hop_seconds", "-o", "model.skops", *training)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("skgenre train: --hop-seconds=1e-05 is less")


@pytest.mark.parametrize("command", ["evaluate", "train", "excerpts"])
def test_too_few_songs_are_refused_before_one_is_read(music, tmp_path, command):
    for name in ("low/0.flac", "high/0.flac"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(b"not read")
    output = {"train": ["-o", tmp_path / "m.skops"], "excerpts": ["-o", tmp_path / "e.npz"]}
    if command == "train":
        (tmp_path / "high" / "0.flac").unlink()
        reason = "needs two genres with a song each; there is only low"
    else:
        reason = "needs two genres with at least 2 songs each; high has 1, low has 1"
    done = run(command, tmp_path, *output.get(command, []))
    assert done == (2, "", f"skgenre {command}: {reason}.\n")


def test_what_is_not_read_is_counted_with_the_way_out(music, tmp_path, monkeypatch):
    shutil.copytree(music, tmp_path / "music")
    for name in ("low/a.m4a", "low/b.M4A", "low/video.mp4", "low/cover.jpg"):
        (tmp_path / "music" / name).write_bytes(b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42")
    monkeypatch.setitem(sys.modules, "av", None)
    options = ["--epochs", "1", "--network", "mlp", "--excerpt-seconds", "0.5"]
    done = run("train", tmp_path / "music", "-o", tmp_path / "m.skops", *options)
    assert done.returncode == 1
    extra = "2 .m4a: FFmpeg decodes them: pip install 'skgenre[av]'"
    converted = "1 .mp4: not read; convert them, to FLAC for example"
    _reading, *messages, _training, summary = done.stderr.splitlines()
    others = "Files left out, as hidden or no songs of a genre: 1."
    assert messages == [extra, converted, others]
    assert summary.startswith("Trained on 12 songs (6 high, 6 low), 2 could not be read.")
    done = run("predict", tmp_path / "m.skops", tmp_path / "music", "--csv")
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1 + 12
    assert extra in done.stderr
    assert converted in done.stderr
    assert done.stderr.count(".m4a") == 1


EARLY = ["--early-stopping"]
CALIBRATED = ["--calibration", "temperature"]


@pytest.mark.parametrize(
    ("command", "options", "counts", "reason"),
    [
        ("train", EARLY, (1, 3), "--early-stopping holds out a fifth; 1 high, 3 low"),
        ("train", CALIBRATED, (2, 3), "--calibration holds out songs in 3 folds; 2 high, 3 low"),
        # Two folds leave half of the songs to train on, four three quarters.
        ("evaluate", EARLY, (2, 4), "--early-stopping holds out a fifth; 1 high, 2 low"),
        ("evaluate", CALIBRATED, (3, 9), "--calibration holds out songs in 3 folds; 2 high, 6 low"),
        # A fold leaves two thirds of them.
        ("train", CALIBRATED + EARLY, (3, 3), "--early-stopping holds out a fifth; 2 high, 2 low"),
    ],
)
def test_too_few_songs_to_hold_some_out_are_refused_before_one_is_read(
    tmp_path, command, options, counts, reason
):
    for genre, n_songs in zip(("high", "low"), counts, strict=True):
        (tmp_path / genre).mkdir()
        for number in range(n_songs):
            (tmp_path / genre / f"{number}.flac").write_bytes(b"not read")
    output = ["-o", tmp_path / "m.skops"] if command == "train" else []
    done = run(command, tmp_path, *options, *output)
    [message] = done.stderr.splitlines()
    assert done.returncode == 2
    option, songs = reason.split("; ")
    assert message.startswith(f"skgenre {command}: {option}")
    assert message.endswith(f"; {songs} are too few.")


@pytest.mark.parametrize("command", ["evaluate", "train", "excerpts"])
def test_the_same_recording_twice_is_reported(music, tmp_path, command):
    shutil.copytree(music, tmp_path / "music")
    copies = [tmp_path / "music" / name for name in ("high/0.flac", "high/9.flac", "low/a.flac")]
    for copy in copies[1:]:
        shutil.copy(copies[0], copy)
    suffix = {"train": ".skops", "excerpts": ".npz"}.get(command)
    output = [] if suffix is None else ["-o", tmp_path / f"out{suffix}"]
    training = [] if command == "excerpts" else ["--epochs", "1", "--network", "mlp"]
    done = run(command, tmp_path / "music", *output, *training, "--excerpt-seconds", "0.5")
    assert done.returncode == 0, done.stderr
    names = " and ".join(repr(str(copy)) for copy in copies)
    message = f"Songs that are the same recording: {names} (labelled 'high' and 'low').\n"
    assert done.stderr.count("the same recording:") == 1
    assert message in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions.")
def test_a_folder_that_cannot_be_written_to(music, tmp_path, monkeypatch):
    # Root may write anywhere, so the system's answer is what is exchanged.
    monkeypatch.setattr("os.access", lambda path, mode: not mode & os.W_OK)
    done = run("train", music, "-o", tmp_path / "model.skops")
    assert done.returncode == 2
    assert f"the folder '{tmp_path}' is not writable" in done.stderr


@pytest.mark.parametrize("entry", [["-m", "skgenre"], ["-m", "skgenre.cli"]])
def test_as_a_module(entry):
    done = subprocess.run([sys.executable, *entry, "sing"], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == "skgenre: No such command 'sing'.\nSee skgenre --help.\n"


def test_defaults_are_those_of_the_package():
    defaults = {option.name: option.default for option in app.commands["train"].params}
    classifier = skgenre.SongClassifier()
    assert defaults["excerpt_seconds"] == classifier.excerpt_seconds
    assert defaults["aggregate"] == classifier.aggregate
    assert (classifier.calibration, defaults["calibration"]) == (None, "none")
    arguments = ["music", "-o", "model.skops"]
    context = app.commands["train"].make_context("train", arguments, resilient_parsing=True)
    chosen = _training.sample_rate(SimpleNamespace(**context.params))
    assert chosen == chosen_sample_rate(classifier)
    # So that they find in a cache what it has decoded.
    [scanned] = [o.default for o in app.commands["scan"].params if o.name == "sample_rate"]
    assert scanned == chosen


@pytest.mark.parametrize("name", ["aggregate", "calibration"])
def test_choices_are_those_of_the_package(name):
    options = {option.name: option.type for option in app.commands["train"].params}
    [taken, *_] = skgenre.SongClassifier._parameter_constraints[name]
    assert {*options[name].choices} - {"none"} == taken.options


@pytest.mark.parametrize("network", NETWORKS)
def test_a_network_has_its_own_defaults(network, tmp_path):
    arguments = [str(tmp_path), "-o", str(tmp_path / "model.skops"), "--network"]
    arguments.append(NETWORKS[network].option)
    settings = SimpleNamespace(**app.commands["train"].make_context("train", arguments).params)
    own = getattr(skgenre, NETWORKS[network].classifier)().get_params()
    chosen = _training.network_of(_training.make_classifier(settings).estimator).get_params()
    names = {name for name in own if chosen[name] != own[name]}
    assert names - {"sample_rate"} == {"class_weight", "random_state", "verbose"}
    assert chosen.get("sample_rate", 400) == NETWORKS[network].sample_rate
