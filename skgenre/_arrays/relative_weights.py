"""Weights whose ratios alone count."""

from dataclasses import replace

import numpy as np


def weigh_relatively(training, validation, class_weights, earlier_totals=0.0):
    """Divide weights by their mean over the rows that are trained on.

    A weight multiplies a step of the optimizer. Weights that sum to one, as boosting gives them,
    would make all steps as small as there are rows; so only their ratios count.

    Sample weights are compared within a call, class weights with those of all rows that the
    training has seen: a part of the data that holds one class only keeps that class' weight.

    Parameters
    ----------
    training, validation : LabelledExcerpts
        `validation` may be None.
    class_weights : ndarray of shape (n_classes,)
        Weight of each class.
    earlier_totals : list of n_classes floats or 0.0, default=0.0
        Totals of the calls that this one continues.

    Returns
    -------
    training, validation : LabelledExcerpts
        With weights of float32.
    totals : list of n_classes floats
        Rows of each class that the training has seen, each counted by its sample weight.
    """
    given = training.sample_weight
    sample_unit = 1.0 if given is None else _mean(given)
    counts = None if given is None else given / sample_unit
    totals = np.add(earlier_totals, np.bincount(training.codes, counts, training.n_classes))
    counted = (class_weights > 0) & (totals > 0)
    class_unit = _mean(class_weights[counted], totals[counted]) if counted.any() else 1.0
    relative = class_weights / class_unit
    if validation is not None:
        validation = _weigh(validation, relative, sample_unit)
    return _weigh(training, relative, sample_unit), validation, totals.tolist()


def _weigh(labelled, class_weights, sample_unit):
    weights = class_weights[labelled.codes]
    if labelled.sample_weight is not None:
        weights = weights * (labelled.sample_weight / sample_unit)
    return replace(labelled, weights=weights.astype(np.float32))


def _mean(weights, counts=None):
    bounded, exponent = bound(weights)
    return np.ldexp(np.average(bounded, weights=counts), exponent)


def bound(weights):
    """Bring weights below one, where no sum overflows, by a power of two, which rounds nothing."""
    exponent = np.frexp(weights.max())[1]
    return np.ldexp(weights.astype(float), -exponent), exponent
