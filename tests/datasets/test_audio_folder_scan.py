"""Folders of songs, described before anything is learned of them."""

import json
import os
import shutil
import sys

import numpy as np
import pytest
import soundfile

from skgenre.audio import read_audio
from skgenre.datasets import GenreSummary, ScannedSong, load_audio_folder, scan_audio_folder
from skgenre.datasets._audio_folder_scan import read_audio_folder
from tests.helpers.powerless import without_rights
from tests.helpers.sound_bytes import noise, write_with_av

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no such names or rights.")


def write(path, seconds, rate=8000, n_channels=1, seed=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.random.default_rng(seed).integers(-9000, 9000, (round(seconds * rate), n_channels))
    soundfile.write(path, samples.astype(np.int16), rate)


@pytest.fixture
def music(tmp_path):
    folder = tmp_path / "music"
    write(folder / "classical" / "a.wav", 2, seed=1)
    write(folder / "classical" / "album" / "b.flac", 3.5, rate=44100, n_channels=2, seed=2)
    write(folder / "rock" / "a.wav", 2, seed=3)
    shutil.copy(folder / "rock" / "a.wav", folder / "rock" / "copy.wav")
    write(folder / "rock" / "twin of classical.flac", 2, seed=1)
    (folder / "rock" / "bad.mp3").write_bytes(b"<html>")
    return folder


def test_songs_and_what_is_known_of_each(music):
    scan = scan_audio_folder(music)
    assert scan.folder == str(music)
    assert scan.songs[:2] == [
        ScannedSong(os.path.join("classical", "a.wav"), "classical", 2.0, 8000, 1, None),
        ScannedSong(os.path.join("classical", "album", "b.flac"), "classical", 3.5, 44100, 2, None),
    ]
    assert [os.path.join(music, song.path) for song in scan.songs] == load_audio_folder(music).paths
    [bad] = [song for song in scan.songs if song.error is not None]
    assert bad.path == os.path.join("rock", "bad.mp3")
    assert (bad.seconds, bad.sample_rate, bad.n_channels) == (None, None, None)
    assert bad.error == "it is a web page (HTML), no sound."


def test_genres(music):
    assert scan_audio_folder(str(music)).by_genre() == [
        GenreSummary("classical", 2, 0, 5.5, sample_rates=(8000, 44100), n_channels=(1, 2)),
        GenreSummary("rock", 4, 1, 6.0, sample_rates=(8000,), n_channels=(1,)),
    ]


@pytest.mark.parametrize("n_jobs", [None, 3])
def test_recordings_that_are_there_twice(music, n_jobs):
    scan = scan_audio_folder(music, n_jobs=n_jobs)
    twins = [os.path.join("classical", "a.wav"), os.path.join("rock", "twin of classical.flac")]
    copies = [os.path.join("rock", name) for name in ("a.wav", "copy.wav")]
    assert scan.duplicates == [twins, copies]
    assert scan.contradictions() == {tuple(twins): ["classical", "rock"]}


def test_a_file_that_was_cut_has_a_header_and_an_error(music):
    path = music / "rock" / "a.wav"
    path.write_bytes(path.read_bytes()[:-1000])
    [song] = [song for song in scan_audio_folder(music).songs if song.path.endswith("a.wav")][1:]
    assert "before the length that it declares" in song.error
    assert song.seconds is None


def test_what_is_left_out(music):
    for name in ("beside.ogg", "rock/tune.mid", "rock/TUNE.MID", "rock/film.mp4", "rock/cover.jpg"):
        (music / name).touch()
    for name in (".hidden/a.mid", "rock/.b.ogg"):
        (music / name).parent.mkdir(exist_ok=True)
        (music / name).touch()
    scan = scan_audio_folder(music)
    assert scan.without_genre == ["beside.ogg"]
    assert scan.unsupported == {".mid": 2, ".mp4": 1}
    assert scan.n_left_out == load_audio_folder(music).n_left_out == 7
    assert len(scan.songs) == 6


def test_songs_that_need_a_library_are_marked(music, monkeypatch):
    for name in ("a.m4a", "B.M4A"):
        write_with_av(music / "rock" / name, "aac", noise(48000, 1), format="ipod")
    assert {song.needs_extra for song in scan_audio_folder(music).songs} == {None}
    monkeypatch.setitem(sys.modules, "av", None)
    lacking = [song for song in scan_audio_folder(music).songs if song.needs_extra == "av"]
    assert [song.path[-3:] for song in lacking] == ["M4A", "m4a"]
    assert all("pip install 'skgenre[av]'" in song.error for song in lacking)


@posix_only
def test_folders_and_links_that_cannot_be_read():
    with without_rights() as folder:
        write(folder / "rock" / "a.wav", 1)
        (folder / "rock" / "locked").mkdir(mode=0)
        (folder / "gone").symlink_to("nowhere")
        scan = scan_audio_folder(folder)
        (folder / "gone").unlink()
    assert scan.unreadable_folders == {
        "gone": "No such file or directory",
        "rock/locked": "Permission denied",
    }
    assert scan.n_left_out == 2


@posix_only
def test_names_of_any_bytes(tmp_path):
    genre = os.fsencode(tmp_path) + b"/\xe9"
    os.mkdir(genre)
    write(tmp_path / "a.wav", 1)
    os.rename(tmp_path / "a.wav", genre + b"/\xff.wav")
    scan = scan_audio_folder(tmp_path)
    [song] = json.loads(json.dumps(scan.to_dict()))["songs"]
    assert os.fsencode(song["path"]) == b"\xe9/\xff.wav"


def test_as_json(music):
    facts = json.loads(json.dumps(scan_audio_folder(music).to_dict()))
    assert [genre["genre"] for genre in facts["genres"]] == ["classical", "rock"]
    assert [song["seconds"] for song in facts["songs"]] == [2, 3.5, 2, None, 2, 2]
    assert facts["duplicates"][1] == [os.path.join("rock", name) for name in ("a.wav", "copy.wav")]


def test_waveforms_come_with_the_same_pass(music, monkeypatch):
    decoded = []

    def read_and_count(path, **settings):
        decoded.append(path)
        return read_audio(path, **settings)

    monkeypatch.setattr("skgenre._song_files.cache.decode", read_and_count)
    scan, waveforms = read_audio_folder(music, sample_rate=1000, memory=str(music.parent / "kept"))
    assert scan == scan_audio_folder(music, sample_rate=1000, memory=str(music.parent / "kept"))
    assert len(decoded) == 4 + 2  # contents, and twice the one that cannot be read
    readable = [song for song in scan.songs if song.error is None]
    assert [len(waveform) / 1000 for waveform in waveforms] == [song.seconds for song in readable]


def test_progress_is_shown_if_wanted(music, capsys):
    scan_audio_folder(music)
    assert capsys.readouterr().err == ""
    scan_audio_folder(music, verbose=1)
    assert "6/6" in capsys.readouterr().err


def test_folders_without_songs_are_refused(tmp_path):
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(ValueError, match=path.name):
            scan_audio_folder(path)


@pytest.mark.parametrize(
    "params", [{"folder": 3}, {"sample_rate": 0}, {"memory": 3}, {"n_jobs": "all"}], ids=str
)
def test_wrong_parameters_are_named(music, params):
    (name,) = params
    with pytest.raises(ValueError, match=f"'{name}' parameter of scan_audio_folder"):
        scan_audio_folder(**({"folder": music} | params))
