"""Decoded files that are kept in a folder."""

import os

import numpy as np
import pytest
import soundfile
from numpy.testing import assert_array_equal

from skgenre import SongClassifier
from skgenre.audio import read_audio
from skgenre.leakage import find_duplicates
from skgenre.predictions import write_predictions
from tests.helpers.powerless import without_rights


@pytest.fixture
def paths(tmp_path):
    paths = [str(tmp_path / f"{number}.wav") for number in range(4)]
    for seed, path in enumerate(paths):
        soundfile.write(path, np.random.default_rng(seed).uniform(-0.5, 0.5, 2400), 800)
    return paths


@pytest.fixture
def decoded(monkeypatch):
    """The paths that have been decoded."""
    decoded = []

    def read_and_count(path, **settings):
        decoded.append(path)
        return read_audio(path, **settings)

    monkeypatch.setattr("skgenre._song_files.cache.decode", read_and_count)
    return decoded


class Loudness:
    sample_rate = 400
    classes_ = np.array(["loud", "quiet"])

    def predict_proba(self, waveforms):
        return np.tile([0.25, 0.75], (len(waveforms), 1))


def test_a_folder_is_shared_by_all_that_read_songs(paths, decoded, tmp_path):
    memory = str(tmp_path / "new" / "memory")
    assert find_duplicates(paths, memory=memory) == []
    assert sorted(decoded) == paths
    write_predictions(Loudness(), paths, tmp_path / "table.csv", memory=memory)
    SongClassifier(SilentClassifier(), memory=memory).fit(paths, [0, 0, 1, 1]).predict(paths)
    assert sorted(decoded) == paths
    find_duplicates(paths, sample_rate=300, memory=memory)
    assert len(decoded) == 8


class SilentClassifier(Loudness):
    """Learns nothing."""

    def get_params(self, deep=True):
        return {}

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self


def test_relative_folders_of_a_table_are_those_of_the_caller(paths, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_predictions(Loudness(), paths, tmp_path / "table.csv", memory="memory")
    assert len(list((tmp_path / "memory").glob("*.npy"))) == 4


def test_what_is_kept_are_arrays_without_code(paths, tmp_path):
    find_duplicates(paths, memory=str(tmp_path / "memory"))
    found = list((tmp_path / "memory").iterdir())
    assert len(found) == 4
    kept = [np.load(file, allow_pickle=False) for file in found]
    assert_array_equal(
        sorted(map(np.ndarray.tolist, kept)), sorted(read_audio(path).tolist() for path in paths)
    )


def _double(file):
    np.save(file, np.zeros(1200))


def _matrix(file):
    np.save(file, np.zeros((2, 1200), np.float32))


def _infinite(file):
    np.save(file, np.full(1200, np.inf, np.float32))


def _nothing(file):
    np.save(file, np.zeros(0, np.float32))


def _cut(file):
    file.write_bytes(file.read_bytes()[:-8])


def _huge(file):
    header = {"descr": "<f4", "fortran_order": False, "shape": (2**50,)}
    with open(file, "wb") as stream:
        np.lib.format.write_array_header_1_0(stream, header)


@pytest.mark.parametrize("damage", [_double, _matrix, _infinite, _nothing, _cut, _huge])
def test_what_was_not_written_there_is_decoded_anew(paths, decoded, tmp_path, damage):
    memory = tmp_path / "memory"
    find_duplicates(paths, memory=str(memory))
    for file in memory.iterdir():
        damage(file)
    find_duplicates(paths, memory=str(memory))
    assert len(decoded) == 8
    find_duplicates(paths, memory=str(memory))
    assert len(decoded) == 8


def test_pickles_in_it_are_not_loaded(paths, decoded, tmp_path):
    memory = tmp_path / "memory"
    find_duplicates(paths[:1], memory=str(memory))
    [file] = memory.iterdir()
    with open(file, "wb") as stream:
        np.lib.format.write_array(stream, np.array([Bomb()], dtype=object), allow_pickle=True)
    find_duplicates(paths[:1], memory=str(memory))
    assert len(decoded) == 2


class Bomb:
    def __reduce__(self):
        return pytest.fail, ("It was unpickled.",)


def test_a_folder_in_the_place_of_a_file_is_named(paths, tmp_path):
    memory = tmp_path / "memory"
    find_duplicates(paths[:1], memory=str(memory))
    [file] = memory.iterdir()
    file.unlink()
    file.mkdir()
    with pytest.raises(OSError, match=file.name):
        find_duplicates(paths[:1], memory=str(memory))


def test_a_folder_that_cannot_be_one_is_refused_before_anything_is_read(paths, decoded, tmp_path):
    (tmp_path / "file").touch()
    for memory in (tmp_path / "file", tmp_path / "file" / "memory"):
        with pytest.raises(ValueError, match=r"Cannot keep decoded songs in '.*file"):
            find_duplicates(paths, memory=str(memory))
    assert decoded == []


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such rights.")
def test_a_folder_that_cannot_be_written_to_is_refused(paths, decoded):
    with without_rights() as folder:
        (folder / "memory").mkdir(mode=0o500)
        with pytest.raises(ValueError, match=r"Cannot keep decoded songs in '.*Permission denied"):
            find_duplicates(paths, memory=str(folder / "memory"))
    assert decoded == []
