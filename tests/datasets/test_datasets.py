"""The datasets package as a whole, and the script that builds its data files."""

import zipfile

import numpy as np
import pytest

from skgenre import datasets
from skgenre.datasets import _build_genre_excerpts as build
from skgenre.datasets._sources import Source


def test_public_names_exist():
    assert all(callable(getattr(datasets, name)) for name in datasets.__all__)
    assert datasets.__all__ == sorted(datasets.__all__)


def tone(seconds, hertz=50, amplitude=0.25):
    return amplitude * np.sin(2 * np.pi * hertz * np.arange(int(44100 * seconds)) / 44100)


@pytest.fixture
def package(tmp_path):
    """Unpack a package with songs in two parts, and one with songs in an archive."""
    soundfile = pytest.importorskip("soundfile")
    pytest.importorskip("soxr")
    folder = tmp_path / "package" / "usr" / "share"
    for song in ("first", "second"):
        (folder / "band" / song).mkdir(parents=True)
        soundfile.write(folder / "band" / song / "song.flac", tone(7), 44100)
        stereo = np.column_stack([tone(6.5), np.zeros(int(44100 * 6.5))])
        soundfile.write(folder / "band" / song / "guitar.flac", stereo, 44100)
    with zipfile.ZipFile(folder / "music.zip", "w") as archive:
        archive.write(folder / "band" / "first" / "song.flac", "tracks/first.flac")
    return tmp_path / "package"


def band(**changes):
    settings = {
        "name": "band",
        "genre": "rock",
        "license": "MIT",
        "package": "band 1.0",
        "parts": ("band/{}/song.flac", "band/{}/guitar.flac"),
        "songs": {"first": "Band - First", "second": "Band - Second"},
    }
    return Source(**(settings | changes))


def test_parts_of_a_song_are_added(package):
    song = build.read_song(package, band(), "first")
    assert len(song) == 2800
    middle, end = song[400:2000], song[2650:2750]
    assert np.abs(middle).max() == pytest.approx(0.25 + 0.25 / 2, rel=1e-3)
    assert np.abs(end).max() == pytest.approx(0.25, rel=1e-2)


def test_songs_are_read_from_archives(package):
    archived = band(archive="music.zip", parts=("tracks/{}.flac",))
    assert np.abs(build.read_song(package, archived, "first")).max() == pytest.approx(0.25, rel=0.1)


def test_arrays_of_a_source(package):
    arrays = build.build_source(package, band())
    assert arrays["excerpts"].shape == (4, 1200)
    assert arrays["excerpts"].dtype == np.int16
    assert np.abs(arrays["excerpts"][0]).max() == pytest.approx(0.375 * 2**14, rel=1e-2)
    assert arrays["songs"].tolist() == [0, 0, 1, 1]
    assert arrays["song_names"].tolist() == ["Band - First", "Band - Second"]
    assert arrays["is_test_song"].tolist() == [False, True]


def test_building_twice_gives_the_same_bytes(package, tmp_path, monkeypatch):
    monkeypatch.setattr(build, "SOURCES", (band(),))
    contents = []
    for name in ("once", "twice"):
        (tmp_path / name).mkdir()
        build.main([str(package), str(tmp_path / name)])
        contents.append((tmp_path / name / "band.npz").read_bytes())
    assert contents[0] == contents[1]


def test_missing_and_ambiguous_files_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"exactly one band/song\.ogg, got 0"):
        build.find_file(tmp_path, "band/song.ogg")
    for copy in ("a", "b"):
        (tmp_path / copy / "band").mkdir(parents=True)
        (tmp_path / copy / "band" / "song.ogg").touch()
    with pytest.raises(ValueError, match=r"exactly one band/song\.ogg, got 2"):
        build.find_file(tmp_path, "band/song.ogg")


def test_cutting_drops_the_rest_and_silence():
    song = np.concatenate([np.full(1200, 0.5), np.full(1200, 9e-4), np.full(1201, 0.25)])
    assert build.cut(song)[:, 0].tolist() == [0.5, 0.25]


@pytest.mark.parametrize(
    ("counts", "budget", "expected"), [([5, 9], 100, 9), ([5, 9], 12, 7), ([5, 9], 2, 1)]
)
def test_songs_share_the_budget(counts, budget, expected):
    assert build.excerpts_per_song(counts, budget) == expected


@pytest.mark.parametrize(
    ("n_wanted", "expected"), [(1, [0]), (2, [0, 9]), (4, [0, 3, 6, 9]), (20, list(range(10)))]
)
def test_chosen_excerpts_are_evenly_spaced(n_wanted, expected):
    assert build.spread(np.arange(10), n_wanted).tolist() == expected


def test_amplitudes_are_never_clipped():
    assert build.to_int16(np.array([1.0, -1.5])).tolist() == [2**14, -(2**14 + 2**13)]
    with pytest.raises(ValueError, match=r"must stay below 2, got 2\.000"):
        build.to_int16(np.array([2.0]))
