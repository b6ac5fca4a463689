"""Keras callbacks: fresh ones for each fit."""

import copy
from collections.abc import Mapping

import keras

from skgenre._keras.scikeras_routing import unflatten_params


def make_callbacks(callbacks, arguments):
    """Make fresh callbacks: classes are instantiated, instances copied.

    Parameters
    ----------
    callbacks : None, callback or nested list or dict of callbacks
        Instances or subclasses of `keras.callbacks.Callback`.
    arguments : dict
        Constructor arguments for classes, by position or key as in scikeras.

    Returns
    -------
    callbacks : list of keras.callbacks.Callback
        Objects that no other fit has seen.

    Raises
    ------
    TypeError
        If anything else is among them.
    """
    fresh = list(_flatten(unflatten_params(_copy(callbacks), arguments)))
    for callback in fresh:
        if not isinstance(callback, keras.callbacks.Callback):
            raise TypeError(
                "callbacks must be instances or subclasses of keras.callbacks.Callback, "
                f"got {callback!r}."
            )
    return fresh


def _copy(callbacks):
    try:
        return copy.deepcopy(callbacks)
    except TypeError as error:
        raise TypeError(
            f"callbacks are copied for each fit, and one of {callbacks!r} cannot be: {error}. Pass "
            "its class, or have it open what it holds when a training begins."
        ) from error


def _flatten(callbacks):
    if callbacks is None:
        return
    if isinstance(callbacks, Mapping):
        callbacks = callbacks.values()
    if not isinstance(callbacks, (list, tuple, type({}.values()))):
        yield callbacks
        return
    for callback in callbacks:
        yield from _flatten(callback)
