"""``skgenre scan``."""

import json
import os
import re
import shutil
import sys

import numpy as np
import pytest
import soundfile

from skgenre.audio import read_audio
from tests.cli.commands import QUICK, run
from tests.helpers.sound_bytes import noise, write_with_av

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no such names or links.")


@pytest.fixture
def copied(music, tmp_path):
    """A copy of the songs, to which others are added."""
    return shutil.copytree(music, tmp_path / "music")


def test_a_table_by_genre(music):
    done = run("scan", music)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"Reading songs - \d+s - 12/12\n", done.stderr)
    table, conclusion = done.stdout.split("\n\n")
    header, *rows = (line.split() for line in table.splitlines())
    assert header == ["genre", "songs", "unreadable", "minutes", "rates", "(Hz)", "channels"]
    assert rows == [[genre, "6", "0", "0.5", "8000", "1"] for genre in ("high", "low")]
    assert conclusion == "12 songs of 2 genres, 1.0 minutes.\n"


def test_what_stands_in_the_way_of_training(copied):
    (copied / "high" / "bad.mp3").write_bytes(b"<html>")
    shutil.copy(copied / "high" / "0.flac", copied / "low" / "twin.flac")
    shutil.copy(copied / "low" / "1.flac", copied / "low" / "copy.flac")
    for name in ("low/tune.mid", "low/film.mp4", "low/other.MID", "beside.ogg", "high/cover.jpg"):
        (copied / name).touch()
    done = run("scan", copied)
    assert done.returncode == 1
    _, unreadable, duplicates, left_out, conclusion = done.stdout.split("\n\n")
    bad, twins = os.path.join("high", "bad.mp3"), os.path.join("low", "twin.flac")
    assert [line.rstrip() for line in unreadable.splitlines()] == [
        "Cannot be read",
        f"file{' ' * len(bad[4:])}  reason",
        f"{bad}  it is a web page (HTML), no sound.",
    ]
    assert duplicates.splitlines() == [
        "The same recording",
        f"{os.path.join('high', '0.flac')} = {twins}  (in high and low: one label is wrong)",
        f"{os.path.join('low', '1.flac')} = {os.path.join('low', 'copy.flac')}",
    ]
    assert left_out.splitlines() == [
        "Left out",
        "2 .mid, 1 .mp4: not read; convert them, to FLAC for example",
        "1 sound file in no genre's folder, such as beside.ogg",
        "1 other file, hidden or no music",
    ]
    assert conclusion == "15 songs of 2 genres, 1.1 minutes; 1 cannot be read.\n"


def test_songs_that_need_an_extra(copied, monkeypatch):
    for number in range(2):
        path = copied / "low" / f"{number}.m4a"
        write_with_av(path, "aac", noise(48000, 1, seed=number), format="ipod")
    monkeypatch.setitem(sys.modules, "av", None)
    done = run("scan", copied)
    assert done.returncode == 1
    assert "2 .m4a: FFmpeg decodes them: pip install 'skgenre[av]'\n" in done.stdout


@pytest.mark.parametrize("n_rates", [3, 5])
def test_many_rates(tmp_path, n_rates):
    (tmp_path / "rock").mkdir()
    for number in range(n_rates):
        samples = noise(1000, 1, seed=number)
        soundfile.write(tmp_path / "rock" / f"{number}.wav", samples, 1000 * (number + 1))
    [_, row] = run("scan", tmp_path).stdout.split("\n\n")[0].splitlines()
    rates = "1000, 2000, 3000" if n_rates == 3 else "1000, 2000, 3000 and 2 more"
    assert rates in row
    assert "more" in row or n_rates == 3


def test_json(copied):
    (copied / "low" / "bad.mp3").touch()
    done = run("scan", copied, "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert [genre["n_songs"] for genre in found["genres"]] == [6, 7]
    assert found["songs"][-1]["error"] == "it is empty."
    assert found["songs"][0]["sample_rate"] == 8000


@posix_only
@pytest.mark.parametrize("option", [[], ["--json"]])
def test_folders_with_links_and_names_of_any_bytes(strange_music, option):
    done = run("scan", strange_music, *option)
    assert done.returncode == 0, done.stderr
    assert "\\udce9" in done.stdout
    assert "gone" in done.stdout
    assert "No such file or directory" in done.stdout


@posix_only
def test_names_that_look_like_markup(copied):
    (copied / "low" / "[bold]bad :smile:.mp3").touch()
    (copied / "[red]").mkdir()
    shutil.copy(copied / "low" / "0.flac", copied / "[red]" / "\33[31m.flac")
    done = run("scan", copied)
    assert "[bold]bad :smile:.mp3" in done.stdout
    assert "\n[red] " in done.stdout
    assert "\33" not in done.stdout


def test_songs_are_decoded_once_for_all_commands(music, tmp_path, monkeypatch):
    decoded = []

    def read_and_count(path, **settings):
        decoded.append(path)
        return read_audio(path, **settings)

    monkeypatch.setattr("skgenre._song_files.cache.decode", read_and_count)
    cache = ["--cache", tmp_path / "new" / "cache"]
    rate = ["--sample-rate", "400"]
    assert run("scan", music, *rate, *cache).returncode == 0
    assert len(decoded) == 12
    model, excerpts = tmp_path / "model.skops", tmp_path / "excerpts.npz"
    commands = [
        ["scan", music, *rate],
        ["evaluate", music, "--folds", "2", *QUICK, "--network", "mlp"],
        ["train", music, "-o", model, *QUICK, "--network", "mlp"],
        ["excerpts", music, "-o", excerpts],
        ["predict", model, music / "low"],
        ["predict", model, music / "low", "-o", tmp_path / "table.csv"],
    ]
    for command in commands:
        done = run(*command, *cache)
        assert done.returncode == 0, done.stderr
    assert len(decoded) == 12
    kept = [np.load(file, allow_pickle=False) for file in (tmp_path / "new" / "cache").iterdir()]
    assert len(kept) == 12


COMMANDS_WITH_CACHE = {
    "scan": [],
    "evaluate": [],
    "train": ["-o", "model.skops"],
    "excerpts": ["-o", "excerpts.npz"],
    "predict": ["model.skops"],
    "timeline": ["song.flac", "-o", "song.png"],
}


@pytest.mark.parametrize("command", COMMANDS_WITH_CACHE)
def test_a_cache_that_cannot_be_written_to_is_refused_before_any_work(
    music, tmp_path, monkeypatch, command
):
    monkeypatch.chdir(tmp_path)
    for name in ("file", "model.skops", "song.flac"):
        (tmp_path / name).write_bytes(b"not read")
    first = "model.skops" if command in ("predict", "timeline") else music
    arguments = [command, first, *COMMANDS_WITH_CACHE[command], "--cache"]
    for cache in ("file", os.path.join("file", "cache")):
        done = run(*arguments, cache)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"'--cache': '{tmp_path / 'file'}' is not a folder." in done.stderr


@posix_only
def test_a_cache_where_nobody_may_write_is_refused(music, tmp_path, monkeypatch):
    # Root may write anywhere, so the system's answer is what is exchanged.
    monkeypatch.setattr("os.access", lambda path, mode: not mode & os.W_OK)
    done = run("scan", music, "--cache", tmp_path / "new" / "cache")
    assert done.returncode == 2
    assert f"'--cache': the folder '{tmp_path}' is not writable." in done.stderr


def test_a_folder_without_songs(tmp_path):
    done = run("scan", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("skgenre scan: ")
    assert "no sound file in a folder for a genre" in done.stderr
