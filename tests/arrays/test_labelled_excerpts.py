"""Weights and the held-out part."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skgenre._arrays.labelled_excerpts import label_excerpts
from skgenre.classifiers._class_weights import weigh_classes
from skgenre.classifiers._held_out import hold_out


def test_two_classes_share_a_column():
    labelled = label_excerpts(np.zeros((3, 2)), np.arange(3), np.array([5, 2, 5]), np.array([2, 5]))
    assert_array_equal(labelled.targets, [[1], [0], [1]])


def test_more_classes_have_a_column_each():
    y = np.array(["c", "a", "b"])
    labelled = label_excerpts(np.zeros((3, 2)), np.arange(3), y, np.array(["a", "b", "c"]))
    assert_array_equal(labelled.targets, [[0, 0, 1], [1, 0, 0], [0, 1, 0]])


def test_balanced_weights_give_every_class_the_same_total():
    y = np.array(["a"] * 6 + ["b"] * 2 + ["c"])
    weights = weigh_classes("balanced", y, np.array(["a", "b", "c"]))
    assert_allclose(weights * [6, 2, 1], 3)


def test_balanced_weights_count_sample_weights():
    y, sample_weight = np.array(["a", "a", "b"]), np.array([1.0, 2.0, 9.0])
    weights = weigh_classes("balanced", y, np.array(["a", "b", "absent"]), sample_weight)
    assert_allclose(weights[:2] * [3, 9], 4)


@pytest.mark.parametrize("fraction", [0.1, 0.25, 0.5])
def test_held_out_rows_are_stratified(fraction):
    y = np.repeat(["a", "b"], [300, 100])
    held_out = hold_out(y, None, fraction, seed=0)
    assert held_out.sum() == 400 * fraction
    assert (held_out & (y == "b")).sum() == 100 * fraction


def test_held_out_rows_depend_on_the_seed_alone():
    y = np.arange(100) % 2
    assert_array_equal(hold_out(y, None, 0.2, seed=1), hold_out(y, None, 0.2, seed=1))
    assert not np.array_equal(hold_out(y, None, 0.2, seed=1), hold_out(y, None, 0.2, seed=2))


@pytest.mark.parametrize("seed", range(10))
def test_songs_are_held_out_whole_and_stratified(seed):
    rng = np.random.RandomState(seed)
    song_class = np.repeat(["a", "b"], [12, 4])
    song = rng.permutation(np.repeat(np.arange(16), rng.randint(1, 9, 16)))
    held_out = hold_out(song_class[song], song, 0.25, seed)
    songs = np.unique(song[held_out])
    assert not np.isin(song[~held_out], songs).any()
    assert_array_equal(np.sort(song_class[songs]), ["a", "a", "a", "b"])


def test_a_song_of_mixed_labels_counts_for_the_commonest():
    y = np.array(["a", "a", "b", "b", "b", "a"])
    song = np.array(["s", "s", "s", "t", "t", "t"])
    with pytest.raises(ValueError, match="at least two songs of each class; class 'a' has 1"):
        hold_out(y, song, 0.5, seed=0)


@pytest.mark.parametrize(("groups", "unit"), [(None, "rows"), (np.arange(5), "songs")])
def test_a_class_that_cannot_be_divided_is_named(groups, unit):
    with pytest.raises(ValueError, match=f"at least two {unit} of each class; class 'b' has 1"):
        hold_out(np.array(["a", "a", "a", "a", "b"]), groups, 0.4, seed=0)


def test_a_fraction_too_small_for_every_class_is_an_error():
    with pytest.raises(ValueError, match=r"validation_fraction=0\.1"):
        hold_out(np.arange(12) % 4, None, 0.1, seed=0)
