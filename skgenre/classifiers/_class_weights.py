"""Weights of classes, given or balanced."""

from numbers import Real
from sys import float_info

import numpy as np

from skgenre._arrays.relative_weights import bound


def weigh_classes(class_weight, y, classes, sample_weight=None):
    """Weight of each class.

    Parameters
    ----------
    class_weight : None, "balanced" or dict
        As in the classifiers: none, inverse to the classes' share of the weights, or by label.
    y : ndarray of shape (n_samples,)
        Labels.
    classes : ndarray of shape (n_classes,)
        Sorted labels.
    sample_weight : ndarray of shape (n_samples,) or None, default=None
        Weight of each label; None counts each as one.

    Returns
    -------
    class_weights : ndarray of shape (n_classes,)
        A label that a dict leaves out weighs 1.

    Raises
    ------
    ValueError
        If a dict names a label that does not exist, or a weight is negative or not a number, or
        if no class weighs anything.
    """
    if class_weight is None:
        return np.ones(len(classes))
    if class_weight == "balanced":
        codes = np.searchsorted(classes, y)
        bounded = None if sample_weight is None else bound(sample_weight)[0]
        sums = np.bincount(codes, bounded, minlength=len(classes))
        # A class that is absent weighs nothing either way.
        return sums.sum() / (len(classes) * np.where(sums > 0, sums, 1))
    labels = classes.tolist()
    for label, weight in class_weight.items():
        if label not in labels:
            raise ValueError(f"class_weight names {label!r}, but the classes are {labels}.")
        if not (isinstance(weight, Real) and 0 <= weight <= float_info.max):
            raise ValueError(
                f"class_weight[{label!r}] must be a weight of 0 or more, got {weight!r}."
            )
    weights = np.array([class_weight.get(label, 1) for label in labels], dtype=float)
    if not weights.any():
        raise ValueError("class_weight has only zeros: there is nothing to train on.")
    return weights
