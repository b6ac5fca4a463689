"""Excerpts that stand on both sides of a split are found."""

import shutil

import numpy as np
import pytest
import soundfile
from sklearn.model_selection import KFold, StratifiedGroupKFold

from skgenre.audio import cut_excerpts
from skgenre.datasets import load_genre_excerpts, make_genre_excerpts
from skgenre.leakage import Leak, find_duplicates, find_leaks

SPLIT = [([0], [1])]


def noise(n_samples, seed=0):
    return np.random.default_rng(seed).standard_normal(n_samples).astype(np.float32)


def test_clean_data_have_no_leaks():
    X, y = make_genre_excerpts(100, random_state=0)
    assert find_leaks(X, KFold(5).split(X, y)) == []


def test_real_music_split_by_song_has_no_leaks():
    music = load_genre_excerpts()
    splits = StratifiedGroupKFold(3).split(music.data, music.target, music.groups)
    assert find_leaks(music.data, splits) == []


def test_copies_are_found():
    X = noise(50 * 300).reshape(50, 300)
    X[31] = X[4]
    assert find_leaks(X, [(range(25), range(25, 50))]) == [Leak(0, 31, 4, 0)]


@pytest.mark.parametrize("shift", [-260, -100, -1, 0, 1, 37, 260])
def test_overlaps_are_found_with_their_shift(shift):
    song = noise(1000)
    X = np.stack([song[300:600], song[300 + shift : 600 + shift]])
    assert find_leaks(X, SPLIT) == [Leak(0, 1, 0, shift)]


@pytest.mark.parametrize("shift", [-261, 261, 300])
def test_shorter_overlaps_do_not_count(shift):
    song = noise(1000)
    X = np.stack([song[300:600], song[300 + shift : 600 + shift]])
    assert find_leaks(X, SPLIT) == []
    found = find_leaks(X, SPLIT, min_overlap=30)
    assert found == ([Leak(0, 1, 0, shift)] if abs(shift) <= 270 else [])


@pytest.mark.parametrize("shift", [-50, 0, 50])
def test_silence_before_the_music_does_not_hide_an_overlap(shift):
    song = np.concatenate([np.zeros(400, np.float32), noise(600)])
    X = np.stack([song[300:600], song[300 + shift : 600 + shift]])
    assert find_leaks(X, SPLIT) == [Leak(0, 1, 0, shift)]


@pytest.mark.parametrize("constant", [0.0, 0.25])
def test_silence_is_no_leak(constant):
    assert find_leaks(np.full((4, 300), constant), [([0, 1], [2, 3])]) == []


def test_the_greatest_overlap_is_reported():
    song = noise(1000)
    X = np.stack([song[:300], song[180:480], song[200:500]])
    assert find_leaks(X, [([0, 1], [2])]) == [Leak(0, 2, 1, 20)]


def test_splits_are_numbered_and_rows_sorted():
    X = cut_excerpts(noise(6000), hop=600)
    leaks = find_leaks(X, KFold(3).split(X))
    assert [leak.split for leak in leaks] == sorted(leak.split for leak in leaks)
    assert {leak.split for leak in leaks} == {0, 1, 2}
    for split, (train, test) in enumerate(KFold(3).split(X)):
        neighbours = [row for row in test if row - 1 in train or row + 1 in train]
        assert [leak.test_row for leak in leaks if leak.split == split] == neighbours


def test_masks_are_taken_as_rows_are():
    X = cut_excerpts(noise(6000), hop=600)
    test = np.arange(len(X)) >= 5
    assert find_leaks(X, [(~test, test)]) == find_leaks(X, [(range(5), range(5, len(X)))])


def test_many_copies_are_reported_once_each():
    X = np.tile(noise(120), (600, 1))
    leaks = find_leaks(X, [(range(300), range(300, 600))])
    assert [leak.test_row for leak in leaks] == list(range(300, 600))
    assert {leak.shift for leak in leaks} == {0}


def test_negative_and_positive_zero_are_equal():
    X = noise(600).reshape(2, 300)
    X[0, 5:10], X[1] = 0.0, X[0]
    X[1, 5:10] = -0.0
    X[1, 5:10] *= 1
    assert find_leaks(X, SPLIT) == [Leak(0, 1, 0, 0)]


def test_excerpts_shorter_than_the_least_overlap_are_compared_whole():
    X = [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [1.0, 2.0, 4.0]]
    assert find_leaks(X, [([0], [1, 2])]) == [Leak(0, 1, 0, 0)]
    assert find_leaks([[1.0], [1.0]], SPLIT) == []


@pytest.mark.parametrize("empty", [([], [0, 1]), ([0, 1], [])])
def test_an_empty_side_has_no_leaks(empty):
    rows = [np.array(part, int) for part in empty]
    assert find_leaks(np.ones((2, 1)) * np.arange(50), [rows]) == []


def test_bad_input():
    with pytest.raises(ValueError, match="NaN"):
        find_leaks([[np.nan, 1.0]], [])
    with pytest.raises(IndexError):
        find_leaks([[0.0, 1.0]], [([0], [1])])
    with pytest.raises(ValueError, match="The 'min_overlap' parameter of find_leaks"):
        find_leaks([[0.0, 1.0]], [], min_overlap=0)


def test_amplitudes_near_the_end_of_float32_are_compared_too():
    X = np.random.default_rng(0).choice([-3e38, 3e38], (4, 400)).astype(np.float32)
    X[3] = X[0]
    assert find_leaks(X, [([0, 1], [2, 3])]) == [(0, 3, 0, 0)]
    with pytest.raises(ValueError, match="infinity or a value too large"):
        find_leaks(X.astype(np.float64) * 10, [([0], [1])])


# --- songs


def test_copies_of_songs_are_found_whatever_they_are_called(tmp_path):
    for seed, name in enumerate(["a.wav", "b.wav", "c.flac"]):
        soundfile.write(tmp_path / name, noise(22050, seed) / 10, 11025)
    shutil.copy(tmp_path / "b.wav", tmp_path / "copy.wav")
    samples, rate = soundfile.read(tmp_path / "c.flac", dtype="int16")
    soundfile.write(tmp_path / "c.wav", samples, rate)
    paths = sorted(tmp_path.iterdir())
    assert [path.name for path in paths] == ["a.wav", "b.wav", "c.flac", "c.wav", "copy.wav"]
    assert find_duplicates(paths, n_jobs=2) == [(1, 4), (2, 3)]
    assert find_duplicates(paths[:3]) == []
    assert find_duplicates(paths, sample_rate=800, memory=str(tmp_path / "m")) == [(1, 4), (2, 3)]


def test_copies_of_waveforms_are_found():
    songs = [noise(1000, seed) for seed in range(3)]
    assert find_duplicates([songs[0], songs[1], songs[0].tolist(), songs[0]]) == [(0, 2, 3)]
    assert find_duplicates(np.stack([songs[1], songs[0], songs[1]])) == [(0, 2)]
    nearly = songs[0].copy()
    nearly[500] += 1e-6
    assert find_duplicates([songs[0], nearly, songs[0][:-1], songs[0][1:]]) == []


def test_the_two_zeros_are_the_same_sound():
    song = noise(1000)
    song[100:200] = 0
    other = song.copy()
    other[100:200] = -0.0
    assert find_duplicates([song, other]) == [(0, 1)]


def test_silence_and_what_is_too_short_are_no_duplicates():
    click = np.zeros(1000)
    click[500] = 1
    for song in (np.zeros(1000), np.full(1000, 0.5), click, noise(40)):
        assert find_duplicates([song, song]) == []


def test_bad_songs_have_no_duplicates():
    with pytest.raises(ValueError, match=r"Cannot read audio from 'nowhere\.wav'"):
        find_duplicates(["nowhere.wav"])
    with pytest.raises(ValueError, match="single path"):
        find_duplicates("nowhere.wav")
    with pytest.raises(ValueError, match="The 'sample_rate' parameter of find_duplicates"):
        find_duplicates([noise(50)], sample_rate=0)
