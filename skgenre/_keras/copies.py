"""Copies and pickles of Keras losses and optimizers that keep all of their settings.

scikeras has both of them copied and pickled by way of `get_config`, which leaves out some of
their settings: the `delta` of `keras.losses.Huber`, what `exclude_from_weight_decay` excludes,
attributes of a user's own class. `sklearn.base.clone` and the workers of a search would go on
with other settings than the ones they were given.
"""

import copyreg
from functools import cache

import keras

_BASE_SETTINGS = (
    "weight_decay",
    "clipnorm",
    "clipvalue",
    "global_clipnorm",
    "use_ema",
    "ema_momentum",
    "ema_overwrite_frequency",
    "loss_scale_factor",
    "gradient_accumulation_steps",
    "name",
)
# They belong to the variables that an optimizer was built on.
_OF_VARIABLES = ("_var_to_optimizer_idx", "_exclude_from_weight_decay_cache")


def copy_whole():
    """Have Keras losses and optimizers copied and pickled with all of their settings."""
    keras.losses.Loss.__reduce__ = _reduce_loss
    keras.optimizers.Optimizer.__reduce__ = _reduce_optimizer


def _reduce_loss(loss):
    return copyreg.__newobj__, (type(loss),), vars(loss)


def _reduce_optimizer(optimizer):
    base = {name: getattr(optimizer, name) for name in _BASE_SETTINGS}
    # A wrapper's `learning_rate` is that of the optimizer inside.
    rate = optimizer._learning_rate
    base["learning_rate"] = float(rate.value) if isinstance(rate, keras.Variable) else rate
    return _make_optimizer, (type(optimizer), base, _own_settings(optimizer))


def _make_optimizer(cls, base, own):
    """Make an optimizer that has not been built."""
    optimizer = cls.__new__(cls)
    keras.optimizers.Optimizer.__init__(optimizer, **base)
    for name, value in own.items():
        setattr(optimizer, name, value)
    return optimizer


def _own_settings(optimizer):
    """Find what a subclass, or its user, has set, without the state that `build` has made."""
    state = {id(variable) for variable in optimizer.variables} if optimizer.built else ()
    return {
        name: _untracked(value)
        for name, value in vars(optimizer).items()
        if name not in _names_of_base() and not _holds(value, state)
    }


@cache
def _names_of_base():
    return {*vars(keras.optimizers.Optimizer(learning_rate=0.0)), *_OF_VARIABLES}


def _untracked(value):
    """Take a container as it was before Keras put its own class in its place."""
    for kind in (list, dict, set):
        if isinstance(value, kind):
            return kind(value)
    return value


def _holds(value, state):
    """Return whether any variable of an optimizer's state is in a value."""
    return any(id(item) in state for item in keras.tree.flatten(value))
