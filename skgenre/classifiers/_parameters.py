"""Parameters that the classifiers share: their types, constraints and destinations."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, TypeAlias

import numpy as np

from skgenre._sklearn.private import AT_LEAST_ONE, Interval, StrOptions
from skgenre._tensorflow import keras

# Here rather than with the other types, as they name classes of Keras.
Optimizer: TypeAlias = str | type[keras.optimizers.Optimizer] | keras.optimizers.Optimizer
_Callback: TypeAlias = keras.callbacks.Callback | type[keras.callbacks.Callback]
Callbacks: TypeAlias = _Callback | Sequence[_Callback] | dict[Any, _Callback]

TRAINING_CONSTRAINTS = {
    "loss": [str, callable],
    "optimizer": [str, type, keras.optimizers.Optimizer],
    "learning_rate": [Interval(Real, 0, None, closed="neither")],
    "batch_size": [AT_LEAST_ONE],
    "epochs": [AT_LEAST_ONE],
    "class_weight": [StrOptions({"balanced"}), dict, None],
    "validation_fraction": [Interval(Real, 0, 1, closed="neither"), None],
    "early_stopping": ["boolean"],
    "patience": [AT_LEAST_ONE],
    "warm_start": ["boolean"],
    "callbacks": [list, tuple, dict, type, keras.callbacks.Callback, None],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
}

TRAINING_DESTINATIONS = {
    "fit": ("batch_size", "epochs", "callbacks", "verbose", "class_weight"),
    "compile": ("optimizer", "loss"),
    "predict": ("batch_size",),
}


def settings_per_layer(settings):
    """Bring settings per layer to tuples of one length; an int is repeated."""
    lengths = {name: len(value) for name, value in settings.items() if np.ndim(value)}
    if len(set(lengths.values())) > 1:
        raise ValueError(
            f"{', '.join(lengths)} must be of equal length, got lengths "
            f"{', '.join(map(str, lengths.values()))}."
        )
    if 0 in lengths.values():
        raise ValueError(f"{', '.join(lengths)} must describe at least one layer, got ().")
    n_layers = max(lengths.values(), default=1)
    return {
        name: tuple(
            _count(name, item) for item in (value if np.ndim(value) else [value] * n_layers)
        )
        for name, value in settings.items()
    }


def _count(name, value):
    if not isinstance(value, Integral) or value < 1:
        raise ValueError(f"{name} must be integers of at least 1, got {value!r} among them.")
    return int(value)
