"""``skgenre demo``."""

import os
import re
import shutil
import sys
from contextlib import redirect_stdout
from importlib import resources

import numpy as np
import pytest
import soundfile

from skgenre._readable_numbers import as_percent
from skgenre.cli import main
from skgenre.cli._app import COMMANDS
from skgenre.datasets import load_demo_model, load_genre_excerpts
from tests.cli.commands import Terminal, run
from tests.helpers.interpreter import run_python

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no such names.")


@pytest.fixture(scope="module")
def classifier():
    return load_demo_model()


def shares(printed):
    """Read the genres and their percentages from what the command prints."""
    return dict(re.findall(r"^(\w+) +(\d+)%", printed, re.MULTILINE))


def as_percentages(classifier, song):
    [probabilities] = classifier.predict_proba([song])
    return {
        str(g): as_percent(p)[:-1] for g, p in zip(classifier.classes_, probabilities, strict=True)
    }


def test_it_says_what_other_commands_say_of_a_song(music, classifier):
    song = music / "low" / "1.flac"
    done = run("demo", song)
    assert (done.returncode, done.stderr) == (0, "")
    assert shares(done.stdout) == as_percentages(classifier, str(song))
    [genre] = classifier.predict([str(song)])
    title, empty, axis, likeliest, *_ = done.stdout.splitlines()
    assert title.startswith(f"1.flac sounds most like {genre} (")
    assert empty == ""
    assert axis.split() == ["0:00", "0:05"]
    assert likeliest.startswith(genre)


def test_the_course_is_that_of_the_excerpts(tmp_path):
    music = load_genre_excerpts(("rock", "classical"))
    # A song of two halves.
    halves = [music.data[music.target == label][40:46].ravel() for label in (0, 1)]
    soundfile.write(tmp_path / "halves.wav", np.concatenate(halves) / 2, music.sample_rate)
    printed = run("demo", tmp_path / "halves.wav").stdout
    [rock] = re.findall(r"^rock +\d+%  (\S+)$", printed, re.MULTILINE)
    assert len(rock) == 12
    assert np.mean([*map(ord, rock[:6])]) > np.mean([*map(ord, rock[6:])]) + 2


def test_it_says_what_the_model_knows_and_what_to_do_next(music):
    printed = run("demo", music / "low" / "0.flac").stdout
    shipped = load_genre_excerpts(("classical", "electronic", "rock"))
    genres = ", ".join(shipped.target_names)
    known = f"knows {len(shipped.target_names)} genres ({genres})"
    assert f"{known} from {len(shipped.song_names)} songs" in printed
    *_, last = printed.splitlines()
    program, command, *_ = last.split()
    assert program == "skgenre"
    assert command in {command.name for command in COMMANDS}


def test_without_a_song_it_takes_one_that_comes_along(classifier):
    done = run("demo")
    assert (done.returncode, done.stderr) == (0, "")
    name, genre = re.match(r"(.+) sounds most like (\w+) \(", done.stdout).groups()
    music = load_genre_excerpts(("classical", "electronic", "rock"))
    rows = music.groups == music.song_names.tolist().index(name)
    assert genre == music.target_names[music.target[rows][0]]
    assert shares(done.stdout) == as_percentages(classifier, music.data[rows].ravel())
    assert "This one was in its training" in done.stdout


def test_a_song_shorter_than_an_excerpt_is_filled_up(tmp_path, classifier):
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 8000)
    soundfile.write(tmp_path / "short.wav", noise, 8000)
    done = run("demo", tmp_path / "short.wav")
    assert done.returncode == 0
    assert shares(done.stdout) == as_percentages(classifier, str(tmp_path / "short.wav"))
    assert re.search(r"^ +0:00 0:01$", done.stdout, re.MULTILINE)


def test_a_song_of_hours(tmp_path):
    tone = np.sin(np.arange(3723 * 400) / 10)
    soundfile.write(tmp_path / "long.wav", tone, 400)
    done = run("demo", tmp_path / "long.wav")
    assert done.returncode == 0
    assert re.search(r"^ +0:00 +1:02:03$", done.stdout, re.MULTILINE)


def test_what_is_not_quite_sure_is_not_rounded_to_all(monkeypatch):
    probabilities = np.array([0.0004, 0.9996, 0.0])
    monkeypatch.setattr("skgenre.songs._aggregation.aggregate_excerpts", lambda *_: probabilities)
    printed = run("demo").stdout
    assert "sounds most like electronic (99%)" in printed
    assert shares(printed) == {"electronic": "99", "classical": "1", "rock": "0"}


def test_a_song_that_cannot_be_read_is_refused_as_predict_does(music, tmp_path):
    whole = (music / "low" / "0.flac").read_bytes()
    broken = {"empty.ogg": b"", "page.mp3": b"<html>", "cut.flac": whole[: len(whole) // 2]}
    for name, content in broken.items():
        (tmp_path / name).write_bytes(content)
    with resources.as_file(resources.files("skgenre.datasets") / "data/demo_model.onnx") as model:
        for name in [*broken, "nowhere.ogg"]:
            done = run("demo", tmp_path / name)
            assert (done.returncode, done.stdout) == (2, "")
            [message] = done.stderr.splitlines()
            assert re.match(rf"skgenre demo: Cannot read audio from '.*{name}': ", message)
            others = run("predict", model, tmp_path / name).stderr.splitlines()
            assert message.removeprefix("skgenre demo: ") in others


TIMES = np.arange(3 * 44100) / 44100
INAUDIBLE = {
    "silence": np.zeros(len(TIMES)),
    "offset": np.full(len(TIMES), 0.01),
    "dither": np.random.default_rng(0).integers(-1, 2, len(TIMES)) / 2**15,
    "too-high": 0.5 * np.sin(2 * np.pi * 3000 * TIMES),
    "a-click": np.eye(1, len(TIMES), 1000)[0],
}


@pytest.mark.parametrize("kind", INAUDIBLE)
def test_what_cannot_be_heard_has_no_genre(tmp_path, kind):
    path = tmp_path / f"{kind}.wav"
    soundfile.write(path, INAUDIBLE[kind], 44100)
    reason = f"Cannot name the genre of '{path}': it is silent at 400 Hz, the model's sample rate."
    assert run("demo", path) == (2, "", f"skgenre demo: {reason}\n")


def test_a_quiet_song_and_one_with_long_pauses_have_a_genre(tmp_path):
    tone = np.sin(2 * np.pi * 50 * TIMES)
    for name, waveform in {"quiet": 0.01 * tone, "pauses": tone * (TIMES < 0.3)}.items():
        soundfile.write(tmp_path / f"{name}.wav", waveform, 44100)
        assert run("demo", tmp_path / f"{name}.wav").returncode == 0


def test_a_folder_is_no_song(music):
    message = f"skgenre demo: Cannot read audio from '{music}': it is not a file.\n"
    assert run("demo", music) == (2, "", message)


@posix_only
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize(
    ("name", "written"),
    [("\33[31m\n.flac", "\\x1b[31m\\n.flac"), (os.fsdecode(b"\xff.flac"), "\\udcff.flac")],
    ids=["control", "bytes"],
)
def test_names_and_terminals_of_any_kind(music, tmp_path, encoding, name, written):
    shutil.copy(music / "low" / "0.flac", tmp_path / name)
    out = Terminal(encoding)
    with redirect_stdout(out):
        assert main(["demo", str(tmp_path / name)]) == 0
    assert out.text().startswith(f"{written} sounds most like ")
    assert "\\u2" not in out.text()


@pytest.mark.parametrize("width", [40, 80])
def test_it_fits_the_terminal(monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(Terminal, "isatty", lambda self: True, raising=False)
    out = Terminal("utf-8")
    with redirect_stdout(out):
        assert main(["demo"]) == 0
    text = re.sub(r"\x1b\[[0-9;]*m| +$", "", out.text(), flags=re.MULTILINE)
    widest = max(map(len, text.splitlines()))
    assert width - 6 < widest <= width
    assert len(re.findall(r"^\w+ +\d+%  \S+$", text, re.MULTILINE)) == 3


def test_what_is_missing_is_named_with_its_extra(music, monkeypatch):
    monkeypatch.setitem(sys.modules, "soundfile", None)
    done = run("demo", music / "low" / "0.flac")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("it comes with: pip install 'skgenre[audio]'\n")
    monkeypatch.setitem(sys.modules, "skgenre.onnx_runtime._session", None)
    done = run("demo")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("it comes with: pip install 'skgenre[onnx]'\n")


# They take longer to load than the answer may take.
SLOW_TO_LOAD = {"tensorflow", "keras", "sklearn", "scipy", "pandas", "joblib", "matplotlib"}
LOOK = """
import sys
from skgenre._readable_numbers import as_percent
from skgenre.cli import main

status = main(["demo", *sys.argv[1:]])
print(status, *sys.modules)
"""


@pytest.mark.parametrize("shipped", [False, True])
def test_it_starts_quickly_as_it_loads_little(music, shipped):
    song = [] if shipped else [music / "low" / "0.flac"]
    status, *loaded = run_python("-c", LOOK, *song).splitlines()[-1].split()
    assert status == "0"
    assert "onnxruntime" in loaded
    assert not SLOW_TO_LOAD & set(loaded)
