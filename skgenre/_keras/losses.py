"""Losses: one for each fit, and its value for a batch."""

import inspect
from types import FunctionType

import keras
from scikeras.utils import loss_name

from skgenre._keras.constructor_arguments import (
    check_arguments,
    refuse_arguments,
    takes,
    unknown_name,
)

LOSS_NAMES = sorted(
    name
    for name, thing in vars(keras.losses).items()
    if inspect.isfunction(thing) and name not in ("get", "serialize", "deserialize")
)
# Functions and classes, by identity: what wraps one of them may carry its name and module.
_LOSSES = {thing for thing in vars(keras.losses).values() if callable(thing)}
_LOSSES_THAT_COMPARE_ROWS = ("circle", "ctc", "dice", "tversky")


def make_loss(loss, n_outputs, arguments):
    """Make a loss that fits the number of outputs.

    Parameters
    ----------
    loss : str, callable, type or keras.losses.Loss
        Name, function, class or instance.
    n_outputs : int
        Outputs of the network.
    arguments : dict
        Constructor arguments for a class.

    Returns
    -------
    loss : callable
        A function or a loss object.

    Raises
    ------
    ValueError
        If the name or an argument is unknown, arguments are given without a class, or the
        loss does not fit the network's targets.
    """
    if loss == "crossentropy":
        kinds = keras.losses.BinaryCrossentropy, keras.losses.CategoricalCrossentropy
        loss = kinds[n_outputs > 1]
    if isinstance(loss, str):
        loss = _find_loss(loss)
    if inspect.isclass(loss):
        check_arguments("loss", loss, arguments)
        loss = loss(**{**_dtype(loss), **arguments})
    else:
        refuse_arguments("loss", loss, arguments)
    _check_fit_of_loss(loss, n_outputs)
    return loss


def _find_loss(name):
    # Keras' own look-up does not find all of them.
    if name in LOSS_NAMES:
        return getattr(keras.losses, name)
    try:
        return keras.losses.get(name)
    except ValueError:
        raise unknown_name("loss", name, LOSS_NAMES) from None


def _check_fit_of_loss(loss, n_outputs):
    name = loss_name(loss) if is_from_keras(loss) else ""
    if name == "ctc" or (name == "circle" and n_outputs > 1):
        raise ValueError(
            f"loss={name!r} compares class numbers or sequences, but the targets are one column "
            "per class: use 'categorical_crossentropy' or another loss for these."
        )
    if name.startswith("sparse_"):
        raise ValueError(
            f"loss={name!r} wants class numbers, but the targets are one column per class: "
            f"use {name.removeprefix('sparse_')!r}."
        )
    if name.startswith("categorical_") and n_outputs == 1:
        raise ValueError(
            f"loss={name!r} needs one output per class, but two classes share one output: "
            "use 'binary_crossentropy' or another loss for a single probability."
        )


def _dtype(loss):
    """Give a loss class the type to compute in, which would be Keras' default otherwise."""
    return {"dtype": "float32"} if takes(loss, "dtype") else {}


def is_from_keras(loss):
    """Return whether a loss is one of Keras', computed as Keras does."""
    if isinstance(loss, FunctionType):
        return loss in _LOSSES
    settings = dict(vars(loss)) if hasattr(loss, "__dict__") else {}
    function = settings.pop("fn", None)
    has_own_methods = any(map(callable, settings.values()))
    return type(loss) in _LOSSES and function in _LOSSES and not has_own_methods


def batch_loss(loss, targets, probabilities, sample_weight):
    """Compute the loss of a batch, as Keras does for a network with one output."""
    loss = loss if isinstance(loss, keras.losses.Loss) else _FunctionLoss(loss)
    # TensorFlow accepts a name with a leading underscore only inside another scope.
    with keras.name_scope("loss"):
        return keras.ops.cast(loss(targets, probabilities, sample_weight), "float32")


class _FunctionLoss(keras.losses.Loss):
    """What a loss object adds to a loss function: the mean over rows, with their weights."""

    def __init__(self, function):
        super().__init__(dtype="float32")
        self._function = function

    def call(self, y_true, y_pred):
        return self._function(y_true, y_pred)


def adds_up_over_rows(loss):
    """Return whether the loss of a batch is the mean of losses that each row has by itself.

    That is known of Keras' own losses; any other may compare the rows of a batch.
    """
    return (
        is_from_keras(loss)
        and loss_name(loss) not in _LOSSES_THAT_COMPARE_ROWS
        and getattr(loss, "reduction", "sum_over_batch_size") == "sum_over_batch_size"
        and getattr(loss, "_fn_kwargs", {}).get("axis", -1) in (-1, 1)
    )
