"""Weights and the held-out part."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skgenre._samples import hold_out, make_samples, weigh_classes, weigh_relatively


def test_two_classes_share_a_column():
    samples = make_samples(
        np.zeros((3, 2)), np.arange(3), np.array([5, 2, 5]), np.array([2, 5]), np.ones(2)
    )
    assert_array_equal(samples.targets, [[1], [0], [1]])


def test_more_classes_have_a_column_each():
    y = np.array(["c", "a", "b"])
    samples = make_samples(np.zeros((3, 2)), np.arange(3), y, np.array(["a", "b", "c"]), np.ones(3))
    assert_array_equal(samples.targets, [[0, 0, 1], [1, 0, 0], [0, 1, 0]])


def test_weights_multiply():
    sample_weight = np.array([1.0, 2.0, 3.0])
    y, classes = np.array([0, 1, 1]), np.array([0, 1])
    samples = make_samples(
        np.zeros((3, 2)), np.arange(3), y, classes, np.array([10.0, 0.5]), sample_weight
    )
    assert_allclose(samples.weights, [10, 1, 1.5])
    assert_array_equal(sample_weight, [1, 2, 3])


def test_balanced_weights_give_every_class_the_same_total():
    y = np.array(["a"] * 6 + ["b"] * 2 + ["c"])
    weights = weigh_classes("balanced", y, np.array(["a", "b", "c"]))
    assert_allclose(weights * [6, 2, 1], 3)


def test_balanced_weights_count_sample_weights():
    y, sample_weight = np.array(["a", "a", "b"]), np.array([1.0, 2.0, 9.0])
    weights = weigh_classes("balanced", y, np.array(["a", "b", "absent"]), sample_weight)
    assert_allclose(weights[:2] * [3, 9], 4)


def samples_of(y, class_weights, sample_weight=None):
    return make_samples(
        np.zeros((len(y), 2)), np.arange(len(y)), y, np.array([0, 1]), class_weights, sample_weight
    )


def test_relative_weights_of_the_rows_that_count_have_mean_one():
    class_weights, sample_weight = np.array([0.0, 3.0]), np.array([1.0, 2.0, 3.0, 4.0])
    samples = samples_of(np.array([0, 1, 1, 1]), class_weights, sample_weight)
    weighted, validation, totals = weigh_relatively(samples, None, class_weights)
    assert weighted.weights.dtype == np.float32
    assert weighted.weights[0] == 0
    assert_allclose(weighted.weights[1:], np.array([2, 3, 4]) / 2.5)
    assert validation is None
    assert_allclose(totals, [0.4, 3.6])


def test_held_out_weights_have_the_unit_of_those_that_are_trained_on():
    class_weights, sample_weight = np.array([1.0, 3.0]), np.array([2.0, 2.0, 2.0, 8.0])
    samples = samples_of(np.array([0, 1, 0, 1]), class_weights, sample_weight)
    _, held_out, _ = weigh_relatively(samples.take([0, 1]), samples.take([2, 3]), class_weights)
    assert_allclose(held_out.weights, [0.5, 6])
    given = samples_of(np.array([0, 1]), class_weights)
    _, given, _ = weigh_relatively(samples.take([0, 1]), given, class_weights)
    assert_allclose(given.weights, [0.5, 1.5])


@pytest.mark.parametrize("factor", [5e-324 * 2**30, 1e-200, 1e200, 1e307])
def test_weights_of_any_size_are_balanced_and_compared(factor):
    y, classes = np.array([0, 0, 1]), np.array([0, 1])
    sample_weight = factor * np.array([1.0, 2.0, 9.0])
    class_weights = weigh_classes("balanced", y, classes, sample_weight)
    assert_allclose(class_weights, weigh_classes("balanced", y, classes, np.array([1, 2, 9])))
    samples = samples_of(y, class_weights, sample_weight)
    weighted, _, _ = weigh_relatively(samples, None, class_weights)
    assert_allclose(weighted.weights, [0.5, 1, 1.5], rtol=1e-6)


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
