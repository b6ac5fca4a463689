"""Weights whose ratios alone count."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skgenre._arrays.labelled_excerpts import label_excerpts
from skgenre._arrays.relative_weights import weigh_relatively
from skgenre.classifiers._class_weights import weigh_classes


def samples_of(y, sample_weight=None):
    X, rows = np.zeros((len(y), 2)), np.arange(len(y))
    return label_excerpts(X, rows, y, np.array([0, 1]), sample_weight)


def test_relative_weights_of_the_rows_that_count_have_mean_one():
    class_weights, sample_weight = np.array([0.0, 3.0]), np.array([1.0, 2.0, 3.0, 4.0])
    labelled = samples_of(np.array([0, 1, 1, 1]), sample_weight)
    weighted, validation, totals = weigh_relatively(labelled, None, class_weights)
    assert weighted.weights.dtype == np.float32
    assert weighted.weights[0] == 0
    assert_allclose(weighted.weights[1:], np.array([2, 3, 4]) / 2.5)
    assert validation is None
    assert_allclose(totals, [0.4, 3.6])


def test_held_out_weights_have_the_unit_of_those_that_are_trained_on():
    class_weights, sample_weight = np.array([1.0, 3.0]), np.array([2.0, 2.0, 2.0, 8.0])
    labelled = samples_of(np.array([0, 1, 0, 1]), sample_weight)
    _, held_out, _ = weigh_relatively(labelled.take([0, 1]), labelled.take([2, 3]), class_weights)
    assert_allclose(held_out.weights, [0.5, 6])
    given = samples_of(np.array([0, 1]))
    _, given, _ = weigh_relatively(labelled.take([0, 1]), given, class_weights)
    assert_allclose(given.weights, [0.5, 1.5])


@pytest.mark.parametrize("factor", [5e-324 * 2**30, 1e-200, 1e200, 1e307])
def test_weights_of_any_size_are_balanced_and_compared(factor):
    y, classes = np.array([0, 0, 1]), np.array([0, 1])
    sample_weight = factor * np.array([1.0, 2.0, 9.0])
    class_weights = weigh_classes("balanced", y, classes, sample_weight)
    assert_allclose(class_weights, weigh_classes("balanced", y, classes, np.array([1, 2, 9])))
    labelled = samples_of(y, sample_weight)
    weighted, _, _ = weigh_relatively(labelled, None, class_weights)
    assert_allclose(weighted.weights, [0.5, 1, 1.5], rtol=1e-6)


def test_weights_of_classes_and_rows_multiply():
    class_weights, sample_weight = np.array([10.0, 0.5]), np.array([1.0, 2.0, 3.0])
    labelled = samples_of(np.array([0, 1, 1]), sample_weight)
    weighted, _, _ = weigh_relatively(labelled, None, class_weights)
    assert_allclose(weighted.weights / weighted.weights[1], [10, 1, 1.5])
    assert sample_weight.tolist() == [1, 2, 3]


@pytest.mark.parametrize("factor", [1e-200, 1e200])
def test_weights_of_classes_and_rows_may_both_be_extreme(factor):
    labelled = samples_of(np.array([0, 1, 1]), factor * np.array([1.0, 1.0, 2.0]))
    plain = samples_of(np.array([0, 1, 1]), np.array([1.0, 1.0, 2.0]))
    weighted, _, _ = weigh_relatively(labelled, None, factor * np.array([1.0, 3.0]))
    expected, _, _ = weigh_relatively(plain, None, np.array([1.0, 3.0]))
    assert_allclose(weighted.weights, expected.weights, rtol=1e-6)
