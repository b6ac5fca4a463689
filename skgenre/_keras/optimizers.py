"""Optimizers: a fresh one for each fit, and what is known of how it computes."""

import copy
import inspect

import keras

from skgenre._keras.constructor_arguments import (
    check_arguments,
    refuse_arguments,
    takes,
    unknown_name,
)

OPTIMIZERS = {
    name.lower(): thing
    for name, thing in sorted(vars(keras.optimizers).items())
    if inspect.isclass(thing)
    and thing is not keras.optimizers.Optimizer
    # Wrappers around another optimizer want that one first.
    and next(iter(inspect.signature(thing).parameters)) == "learning_rate"
}

_OPTIMIZERS_OF_SINGLE_NUMBERS = (
    keras.optimizers.SGD,
    keras.optimizers.RMSprop,
    keras.optimizers.Adam,
    keras.optimizers.AdamW,
    keras.optimizers.Adadelta,
    keras.optimizers.Adagrad,
    keras.optimizers.Adamax,
    keras.optimizers.Nadam,
    keras.optimizers.Ftrl,
    keras.optimizers.Lion,
)
_EXCLUDED = ("_exclude_from_weight_decay", "_exclude_from_weight_decay_pattern")


def check_keras_defaults():
    """Refuse a type of numbers, in which learning rates would be kept, that has too few digits."""
    floatx = keras.config.floatx()
    if floatx not in ("float32", "float64"):
        raise ValueError(
            f"keras.config.floatx() is {floatx!r}, in which learning rates lose digits; networks "
            "of skgenre are float32 whatever it is: keras.config.set_floatx('float32') before fit."
        )


def make_optimizer(optimizer, learning_rate, arguments):
    """Make a fresh optimizer.

    Parameters
    ----------
    optimizer : str, type or keras.optimizers.Optimizer
        Name, class or instance; an instance keeps its own settings and is never trained with.
    learning_rate : float
        For a name or a class.
    arguments : dict
        Further constructor arguments for a name or a class.

    Returns
    -------
    optimizer : keras.optimizers.Optimizer
        Not built yet.

    Raises
    ------
    ValueError
        If the name or an argument is unknown, or an instance is given with arguments.
    TypeError
        If the class is not an optimizer's.
    """
    if isinstance(optimizer, keras.optimizers.Optimizer):
        refuse_arguments("optimizer", optimizer, arguments)
        return copy.deepcopy(optimizer)
    cls = optimizer_class(optimizer)
    check_arguments("optimizer", cls, arguments)
    # A wrapper takes its rate from the optimizer inside.
    rate = {"learning_rate": learning_rate} if takes(cls, "learning_rate") else {}
    # Keras would number it, and TensorFlow keeps some memory for each name of a variable.
    name = {"name": cls.__name__.lower()} if takes(cls, "name") else {}
    return cls(**{**rate, **name, **arguments})


def optimizer_class(optimizer):
    """Find the class of an optimizer that is given by name or class."""
    if isinstance(optimizer, str):
        # Keras' own look-up does not find all of them.
        if optimizer.lower() not in OPTIMIZERS:
            raise unknown_name("optimizer", optimizer, OPTIMIZERS)
        return OPTIMIZERS[optimizer.lower()]
    if issubclass(optimizer, keras.optimizers.Optimizer):
        return optimizer
    raise TypeError(f"optimizer={optimizer!r} is no subclass of keras.optimizers.Optimizer.")


def settings_are_known(optimizer):
    """Return whether `get_config` has all that decides what an optimizer computes."""
    is_from_keras = type(optimizer) in OPTIMIZERS.values()
    has_excluded = any(getattr(optimizer, name, None) for name in _EXCLUDED)
    has_own_methods = any(map(callable, vars(optimizer).values()))
    return is_from_keras and not has_excluded and not has_own_methods


def updates_each_number_alone(optimizer):
    """Return whether it is sure that an update does not depend on which variable a number is in."""
    is_listed = type(optimizer) in _OPTIMIZERS_OF_SINGLE_NUMBERS
    return is_listed and settings_are_known(optimizer) and optimizer.clipnorm is None


def optimizer_kind(optimizer):
    """Name an optimizer's class, and that of the one inside: their state means the same."""
    cls = type(optimizer)
    name = cls.__name__ if cls in vars(keras.optimizers).values() else _full_name(cls)
    inner = getattr(optimizer, "inner_optimizer", None)
    return name if inner is None else f"{name}({optimizer_kind(inner)})"


def _full_name(cls):
    return f"{cls.__module__}.{cls.__qualname__}"


def learning_rate_variable(optimizer):
    """Return an optimizer's learning rate, or None where it follows a schedule or has several."""
    rate = getattr(optimizer, "learning_rate", None)
    return rate if isinstance(rate, keras.Variable) else None


def constant_learning_rate(optimizer):
    """Return the value of `learning_rate_variable`."""
    rate = learning_rate_variable(optimizer)
    return None if rate is None else float(rate.value)
