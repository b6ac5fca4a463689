"""The state of a fitted classifier, checked: a file from anywhere may have brought it."""

from numbers import Integral

import numpy as np


def check_fitted_state(state, n_weights):
    """Refuse a state that no training leaves behind.

    Parameters
    ----------
    state : dict
        Attributes of the classifier.
    n_weights : int
        Weights of its network.

    Raises
    ------
    ValueError
        If an attribute is not what it has to be.
    """
    _check_weights(state["_weights"], n_weights)
    _check_classes(state["classes_"])
    _check_totals(state.get("_class_totals", 0.0), len(state["classes_"]))
    _check_course(state["n_iter_"], state["history_"])
    _check_slots(state["_slots_by_optimizer"], state.get("_slot_names"))


def _check_classes(classes):
    is_row = isinstance(classes, np.ndarray) and classes.ndim == 1 and len(classes) > 1
    if not (is_row and np.array_equal(np.unique(classes), classes)):
        # Not shown: Python may be unable to print the text of a damaged file.
        raise ValueError("The state has classes that are no sorted array of labels.")


def _check_weights(weights, n_weights):
    weights = np.asarray(weights)
    if weights.dtype != np.float32 or weights.shape != (n_weights,):
        raise ValueError(
            f"The network has {n_weights} weights of float32, but the state has an array of "
            f"{weights.dtype} of shape {weights.shape}."
        )


def _check_totals(totals, n_classes):
    totals = np.asarray(totals)
    if totals.dtype != float or totals.shape not in ((), (n_classes,)):
        raise ValueError(
            f"The state has values of {totals.dtype} of shape {totals.shape} where each of "
            f"{n_classes} classes has a total of weights."
        )
    if not (np.isfinite(totals).all() and (totals >= 0).all()):
        raise ValueError("The state has totals of weights that are negative or not finite.")


def _check_course(n_iter, history):
    is_count = isinstance(n_iter, Integral) and n_iter >= 0
    is_table = isinstance(history, dict) and all(
        isinstance(name, str) and isinstance(values, list) and len(values) == n_iter
        for name, values in history.items()
    )
    if not (is_count and is_table and {"loss", "accuracy"} <= history.keys()):
        raise ValueError(
            "The state has no history with loss and accuracy of each of its n_iter_ epochs."
        )


def _check_slots(slots_by_optimizer, names):
    is_named = isinstance(slots_by_optimizer, dict) and all(
        isinstance(slots, list) and all(np.asarray(slot).dtype.kind in "iuf" for slot in slots)
        for slots in slots_by_optimizer.values()
    )
    if not (is_named and (names is None or isinstance(names, list))):
        raise ValueError("The state of the optimizer is no list of numbers.")
