"""Excerpts of all songs, in memory or in a file."""

import gc
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.testing import assert_array_equal
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold

import skgenre._arrays.memory_maps
from skgenre import FilterbankGenreClassifier, SongClassifier
from skgenre.songs import UnreadableSongWarning
from skgenre.songs._cutting import CutSong, cut_nothing
from skgenre.songs._gathering import gather_excerpts

ESTIMATORS = {
    "a network": lambda: FilterbankGenreClassifier(epochs=2, random_state=0),
    "another estimator": lambda: LogisticRegression(solver="newton-cg"),
    "other processes": lambda: GridSearchCV(
        LogisticRegression(solver="newton-cg"), {"C": [0.1, 1]}, cv=GroupKFold(2), n_jobs=2
    ),
}


@pytest.fixture(scope="module")
def songs():
    rng = np.random.default_rng(0)
    lengths = rng.integers(200, 1200, 12)
    return [rng.standard_normal(length) * (1 + n % 2) for n, length in enumerate(lengths)], [
        "soft",
        "loud",
    ] * 6


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where temporary files are; all arrays go there."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(skgenre._arrays.memory_maps, "MEMORY_MIB", 0)
    return tmp_path


def mapped(folder):
    """List the files of a folder, and those that are mapped though they have no name any more."""
    # Errors of songs that were left out hold frames, in circles.
    gc.collect()
    maps = Path("/proc/self/maps")
    lines = maps.read_text().splitlines() if maps.exists() else []
    return [*folder.iterdir(), *(line for line in lines if str(folder) in line)]


def make(estimator, **params):
    return SongClassifier(estimator, excerpt_seconds=0.25, **params)


@pytest.mark.parametrize("calibration", [None, "temperature"])
@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_file_gives_the_same_bits_as_memory(songs, tmp_path, monkeypatch, name, calibration):
    X, y = songs
    expected = make(ESTIMATORS[name](), calibration=calibration).fit(X, y)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(skgenre._arrays.memory_maps, "MEMORY_MIB", 0)
    found = make(ESTIMATORS[name](), calibration=calibration).fit(X, y)
    assert_array_equal(found.n_excerpts_, expected.n_excerpts_)
    assert_array_equal(found.predict_proba(X), expected.predict_proba(X))
    assert found.temperature_ == expected.temperature_


@pytest.mark.parametrize("limit", [0, 0.01])
def test_values_move_to_a_file_once_they_are_too_many(folder, monkeypatch, limit):
    monkeypatch.setattr(skgenre._arrays.memory_maps, "MEMORY_MIB", limit)
    rows = np.random.default_rng(0).standard_normal((9, 2, 300)).astype(np.float32)
    gathered = gather_excerpts(
        [*(CutSong(part, None) for part in rows), cut_nothing(300), CutSong(rows[0], None)]
    )
    assert mapped(folder)
    assert_array_equal(gathered.counts, [2] * 9 + [0, 2])
    assert_array_equal(gathered.X, [*rows.reshape(-1, 300), *rows[0]])
    assert_array_equal(gathered.of(10), rows[0])
    assert_array_equal(gathered.only([1, 9, 10]).X, [*rows[1], *rows[0]])


def test_nothing_is_left_of_the_file(songs, folder):
    make(ESTIMATORS["a network"]()).fit(*songs)
    assert not mapped(folder)


class Fails(LogisticRegression):
    """Does not learn."""

    def fit(self, X, y, sample_weight=None):
        raise RuntimeError("It does not learn.")


def test_nothing_is_left_of_the_file_of_a_failed_fit(songs, folder):
    with pytest.raises(RuntimeError, match="does not learn"):
        make(Fails()).fit(*songs)
    assert not mapped(folder)
    with pytest.raises(ValueError, match="song 1 is empty"):
        make(LogisticRegression()).fit([songs[0][0], []], ["soft", "loud"])
    assert not mapped(folder)


def test_songs_are_left_out_of_a_file(songs, folder):
    X, y = songs
    wav = os.fspath(folder / "song.wav")
    soundfile.write(wav, X[0] / 10, 400)
    classifier = make(LogisticRegression(solver="newton-cg"), on_error="skip")
    with pytest.warns(UnreadableSongWarning, match="1 of 13 songs left out"):
        classifier.fit([wav, *X[1:4], os.fspath(folder / "missing.wav"), *X[4:]], [*y, "soft"])
    assert classifier.n_excerpts_[4] == 0
    assert [path.name for path in mapped(folder)] == ["song.wav"]


def test_what_keeps_its_excerpts_may_do_so(songs, folder):
    X, y = songs

    class Keeps(LogisticRegression):
        def fit(self, X, y, sample_weight=None):
            self.X_ = X
            return super().fit(X, y, sample_weight)

    kept = make(Keeps(solver="newton-cg")).fit(X, y).estimator_.X_
    assert_array_equal(kept[0], X[0][:100].astype(np.float32))
