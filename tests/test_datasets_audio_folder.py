"""Songs found in a folder for each genre."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skgenre.datasets import load_audio_folder


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
