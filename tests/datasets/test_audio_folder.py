"""Songs found in a folder for each genre."""

import os

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skgenre.datasets import load_audio_folder
from skgenre.songs import UnreadableSongWarning


@pytest.fixture
def folder(tmp_path):
    names = [
        "rock/b.OGG",
        "rock/an album/a.mp3",
        "classical/c.flac",
        "classical/cover.jpg",
        "classical/.hidden.wav",
        ".cache/d.wav",
        "rock/.trash/e.wav",
        "beside.wav",
        "covers/f.png",
    ]
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def test_songs_by_genre(folder):
    songs = load_audio_folder(folder)
    expected = ["classical/c.flac", "rock/an album/a.mp3", "rock/b.OGG"]
    assert songs.paths == [str(folder / name) for name in expected]
    assert_array_equal(songs.target, [0, 1, 1])
    assert_array_equal(songs.target_names, ["classical", "rock"])
    assert songs.n_left_out == 6


@pytest.mark.parametrize(
    "suffix", ["aif", "aiff", "au", "caf", "flac", "mp3", "oga", "ogg", "opus", "w64", "wav"]
)
def test_what_ends_as_a_sound_file_does_is_a_song(tmp_path, suffix):
    path = tmp_path / "rock" / f"song.{suffix}"
    path.parent.mkdir()
    path.touch()
    assert load_audio_folder(tmp_path).paths == [str(path)]


@pytest.mark.parametrize("params", [{"path": 3}, {"return_X_y": "yes"}], ids=str)
def test_wrong_parameters_are_named(folder, params):
    (name,) = params
    with pytest.raises(ValueError, match=f"'{name}' parameter of load_audio_folder"):
        load_audio_folder(**({"path": folder} | params))


def test_paths_and_target_alone(folder):
    songs = load_audio_folder(str(folder))
    paths, target = load_audio_folder(str(folder), return_X_y=True)
    assert paths == songs.paths
    assert_array_equal(target, songs.target)
    assert target.dtype == np.int64


def test_folders_without_songs(folder, tmp_path):
    with pytest.raises(
        ValueError,
        match=r"has no sound file in a folder for a genre: .* as rock/song\.ogg in it\.$",
    ):
        load_audio_folder(folder / "covers")
    with pytest.raises(ValueError, match="is not a folder"):
        load_audio_folder(folder / "nowhere")
    with pytest.raises(ValueError, match="is not a folder"):
        load_audio_folder(folder / "beside.wav")


posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no such names or links.")


@posix_only
def test_a_genre_may_be_a_link(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "d.wav").touch()
    (folder / "jazz").symlink_to(elsewhere)
    (folder / "rock" / "more").symlink_to(elsewhere)
    (folder / "rock" / "all").symlink_to(folder)
    songs = load_audio_folder(folder)
    added = [str(folder / name) for name in ("jazz/d.wav", "rock/more/d.wav")]
    assert set(added) <= set(songs.paths)
    assert len(songs.paths) == 5
    assert_array_equal(songs.target_names, ["classical", "jazz", "rock"])
    assert songs.n_left_out == 6


@posix_only
def test_what_cannot_be_read_is_counted_and_named(folder):
    (folder / "jazz").symlink_to("nowhere")
    (folder / "rock" / "round.wav").symlink_to(folder / "rock" / "round.wav")
    with pytest.warns(UnreadableSongWarning) as warned:
        songs = load_audio_folder(folder)
    assert songs.n_left_out == 6 + 2
    assert "jazz': No such file or directory" in str(warned[0].message)
    assert "round.wav': Too many levels" in str(warned[0].message)
    assert warned[0].filename == __file__
    empty = folder / "covers"
    (empty / "rock").symlink_to("nowhere")
    with pytest.raises(ValueError, match=r"no sound file .* cannot be read: .*rock': No such file"):
        load_audio_folder(empty)


@posix_only
def test_names_of_any_bytes(tmp_path):
    genre = os.fsencode(tmp_path) + b"/\xe9"
    os.mkdir(genre)
    with open(genre + b"/\xff.wav", "wb"):
        songs = load_audio_folder(tmp_path)
    assert list(map(os.fsencode, songs.paths)) == [genre + b"/\xff.wav"]
    assert list(map(os.fsencode, songs.target_names)) == [b"\xe9"]
