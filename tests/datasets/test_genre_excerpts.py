"""The music that comes with the package: invariants of the data, and the loader's contract."""

import hashlib
import re
from importlib import resources

import numpy as np
import pytest

from skgenre.datasets import load_genre_excerpts

ALL_GENRES = ("classical", "rock", "electronic")
SHA256 = {
    "muldjord.npz": "8213498a896aaae906edbb321fe4f474135d67973035db4760c48452ae00e649",
    "nexuiz.npz": "d695b266e89daf4d082c0294ee4b00572c538c0d864bc492cd2e5a0c3a60cb51",
    "sectoid.npz": "417d8ae0009dd612f7fdc356f9ff150d85a26da456895fc25933414bda8da7b7",
    "wesnoth.npz": "cf58e7928b523e3aab195a8034d67ee2e0bc718bf03afabd2bf79f3fb6169a7b",
}


@pytest.fixture(scope="module")
def music():
    return load_genre_excerpts(ALL_GENRES)


@pytest.fixture(scope="module")
def files():
    folder = resources.files("skgenre.datasets") / "data"
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_shapes_and_dtypes(music):
    n_excerpts = len(music.data)
    assert music.data.shape == (n_excerpts, 1200)
    assert music.data.dtype == np.float32
    assert music.target.shape == music.groups.shape == music.test_mask.shape == (n_excerpts,)
    assert music.target.dtype == music.groups.dtype == np.int64
    assert music.test_mask.dtype == bool
    assert music.sample_rate == 400
    assert music.target_names.tolist() == list(ALL_GENRES)
    assert np.array_equal(np.unique(music.groups), np.arange(len(music.song_names)))
    assert len(set(music.song_names)) == len(music.song_names)


def test_amplitudes_are_finite_exact_and_unclipped(music):
    scaled = music.data * 2**14
    assert np.isfinite(scaled).all()
    assert np.array_equal(scaled, np.round(scaled))
    assert 1 < np.abs(music.data).max() < 1.25
    assert (np.abs(music.data).max(axis=1) > 9e-4).all()
    assert np.abs(music.data.mean(axis=1)).max() < 0.1


def test_each_song_has_one_genre_and_lies_wholly_in_one_part(music):
    for song in range(len(music.song_names)):
        rows = music.groups == song
        assert len(set(music.target[rows])) == 1
        assert len(set(music.test_mask[rows])) == 1


@pytest.mark.parametrize(("genre", "n_songs", "n_test_songs"), [(0, 33, 8), (1, 8, 2), (2, 13, 3)])
def test_a_quarter_of_each_genre_is_kept_for_testing(music, genre, n_songs, n_test_songs):
    rows = music.target == genre
    assert len(set(music.groups[rows])) == n_songs
    assert len(set(music.groups[rows & music.test_mask])) == n_test_songs
    assert 0.2 < music.test_mask[rows].mean() < 0.3


def test_both_bands_are_tested(music):
    tested = music.song_names[np.unique(music.groups[music.test_mask])]
    for band in ("Muldjord", "Sectoid"):
        assert sum(name.startswith(band) for name in tested) == 1


def test_no_excerpt_occurs_twice(music):
    assert len({row.tobytes() for row in music.data}) == len(music.data)


def test_no_test_excerpt_is_found_in_a_training_song(music):
    spectra = np.abs(np.fft.rfft(music.data))
    spectra /= np.linalg.norm(spectra, axis=1, keepdims=True)
    similarity = spectra[music.test_mask] @ spectra[~music.test_mask].T
    assert similarity.max() < 0.98


def test_genres_may_be_fewer_and_in_any_order(music):
    swapped = load_genre_excerpts(["rock", "classical"])
    assert swapped.target_names.tolist() == ["rock", "classical"]
    assert np.array_equal(swapped.data[swapped.target == 0], music.data[music.target == 1])
    assert np.array_equal(swapped.data[swapped.target == 1], music.data[music.target == 0])
    assert swapped.song_names[swapped.groups[0]].startswith("Muldjord")


def test_one_genre(music):
    electronic = load_genre_excerpts(("electronic",))
    assert set(electronic.target) == {0}
    assert np.array_equal(electronic.data, music.data[music.target == 2])
    assert electronic.groups[0] == 0
    assert np.array_equal(
        electronic.song_names[electronic.groups], music.song_names[music.groups][music.target == 2]
    )


def test_classical_and_rock_are_the_default():
    assert load_genre_excerpts().target_names.tolist() == ["classical", "rock"]


def test_return_X_y(music):
    X, y = load_genre_excerpts(ALL_GENRES, return_X_y=True)
    assert np.array_equal(X, music.data)
    assert np.array_equal(y, music.target)


def test_callers_do_not_share_arrays(music):
    X, _ = load_genre_excerpts(ALL_GENRES, return_X_y=True)
    X[:] = 0
    assert music.data.any()


@pytest.mark.parametrize(
    ("genres", "message"),
    [
        (("classical", "jazz"), "'classical', 'rock', 'electronic', got 'jazz'"),
        (("rock", "rock"), r"must not be repeated, got \('rock', 'rock'\)"),
        ((), r"at least one of 'classical', 'rock', 'electronic', got \(\)"),
        ("rock", r"must be a tuple .* \('rock',\), got 'rock'"),
        (None, "must be a tuple .* got None"),
        ((1, 2), "got 1"),
        (([],), r"got \[\]"),
    ],
)
def test_wrong_genres_are_named(genres, message):
    with pytest.raises(ValueError, match=message):
        load_genre_excerpts(genres)


def test_wrong_return_X_y_is_named():
    with pytest.raises(ValueError, match="return_X_y"):
        load_genre_excerpts(return_X_y="yes")


def test_description_tells_the_true_numbers(music):
    rows = re.findall(r"^(\w+) +(\w+) +(\d+) +(\d+) +(\d+) +(\d+)  \S+$", music.DESCR, re.MULTILINE)
    assert len(rows) == 4
    for name in ALL_GENRES:
        excerpts = music.target == ALL_GENRES.index(name)
        tested = excerpts & music.test_mask
        told = np.sum([[int(n) for n in row[2:]] for row in rows if row[0] == name], axis=0)
        n_songs, n_test_songs = (len(set(music.groups[mask])) for mask in (excerpts, tested))
        assert told.tolist() == [n_songs, excerpts.sum(), n_test_songs, tested.sum()]


def test_description_names_every_artist(music):
    words = " ".join(music.DESCR.split())
    for song in music.song_names:
        assert song.split(" - ")[0] in words


def test_data_files_are_those_that_the_build_script_writes(files):
    found = {name: hashlib.sha256(files[name]).hexdigest() for name in files if ".npz" in name}
    assert found == SHA256


def test_data_files_keep_to_the_budget(files):
    assert sum(len(files[name]) for name in files if ".onnx" not in name) < 5.9e6


@pytest.mark.parametrize(
    ("source", "license", "text"),
    [
        ("wesnoth", "GPL-2.0-or-later", "GPL-2.0.txt"),
        ("nexuiz", "GPL-2.0-or-later", "GPL-2.0.txt"),
        ("muldjord", "CC-BY-SA-3.0", "CC-BY-SA-3.0.txt"),
        ("sectoid", "MIT", "sectoid.LICENSE.txt"),
    ],
)
def test_each_data_file_has_its_licence_beside_it(files, source, license, text):
    notice = files[f"{source}.LICENSE.txt"].decode("ascii")
    assert f"SPDX-License-Identifier: {license}\n" in notice
    assert "What was changed" in notice
    assert text == f"{source}.LICENSE.txt" or text in notice
    assert len(files[text]) > 1000


def test_each_song_is_named_in_a_licence_notice(files, music):
    notices = "".join(files[name].decode() for name in files if name.endswith("LICENSE.txt"))
    for song in music.song_names:
        assert song.split(" - ")[1].lower() in notices.lower()
