"""Parameters into Keras objects: fresh ones for each fit, with errors that name the parameter."""

import copy
import inspect
from collections.abc import Mapping
from types import FunctionType

import keras
from scikeras._utils import unflatten_params
from scikeras.utils import loss_name

from skgenre._did_you_mean import did_you_mean
from skgenre._keras_copies import copy_whole

# scikeras has put functions of its own there when it was imported.
copy_whole()

OPTIMIZERS = {
    name.lower(): thing
    for name, thing in sorted(vars(keras.optimizers).items())
    if inspect.isclass(thing)
    and thing is not keras.optimizers.Optimizer
    # Wrappers around another optimizer want that one first.
    and next(iter(inspect.signature(thing).parameters)) == "learning_rate"
}
LOSS_NAMES = sorted(
    name
    for name, thing in vars(keras.losses).items()
    if inspect.isfunction(thing) and name not in ("get", "serialize", "deserialize")
)

# Functions and classes, by identity: what wraps one of them may carry its name and module.
_LOSSES = {thing for thing in vars(keras.losses).values() if callable(thing)}

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
_LOSSES_THAT_COMPARE_ROWS = ("circle", "ctc", "dice", "tversky")


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
        _refuse_arguments("optimizer", optimizer, arguments)
        return copy.deepcopy(optimizer)
    cls = _optimizer_class(optimizer)
    _check_arguments("optimizer", cls, arguments)
    # A wrapper takes its rate from the optimizer inside.
    rate = {"learning_rate": learning_rate} if _takes(cls, "learning_rate") else {}
    return cls(**{**rate, **arguments})


def _optimizer_class(optimizer):
    if isinstance(optimizer, str):
        # Keras' own look-up does not find all of them.
        if optimizer.lower() not in OPTIMIZERS:
            raise _unknown("optimizer", optimizer, OPTIMIZERS)
        return OPTIMIZERS[optimizer.lower()]
    if issubclass(optimizer, keras.optimizers.Optimizer):
        return optimizer
    raise TypeError(f"optimizer={optimizer!r} is no subclass of keras.optimizers.Optimizer.")


def settings_are_known(optimizer):
    """Return whether `get_config` has all that decides what an optimizer computes."""
    is_kerass_own = type(optimizer) in OPTIMIZERS.values()
    has_excluded = any(getattr(optimizer, name, None) for name in _EXCLUDED)
    has_own_methods = any(map(callable, vars(optimizer).values()))
    return is_kerass_own and not has_excluded and not has_own_methods


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


def constant_learning_rate(optimizer):
    """Return an optimizer's learning rate, or None where it follows a schedule or has several."""
    rate = getattr(optimizer, "learning_rate", None)
    return float(rate.value) if isinstance(rate, keras.Variable) else None


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
    if isinstance(loss, str):
        loss = _find_loss(loss)
    if inspect.isclass(loss):
        _check_arguments("loss", loss, arguments)
        loss = loss(**{**_dtype(loss), **arguments})
    else:
        _refuse_arguments("loss", loss, arguments)
    _check_fit_of_loss(loss, n_outputs)
    return loss


def _find_loss(name):
    # Keras' own look-up does not find all of them.
    if name in LOSS_NAMES:
        return getattr(keras.losses, name)
    try:
        return keras.losses.get(name)
    except ValueError:
        raise _unknown("loss", name, LOSS_NAMES) from None


def _check_fit_of_loss(loss, n_outputs):
    name = loss_name(loss) if is_kerass_own(loss) else ""
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
    return {"dtype": "float32"} if _takes(loss, "dtype") else {}


def is_kerass_own(loss):
    """Return whether a loss is one of Keras', computed as Keras does."""
    if isinstance(loss, FunctionType):
        return loss in _LOSSES
    settings = dict(vars(loss)) if hasattr(loss, "__dict__") else {}
    function = settings.pop("fn", None)
    has_own_methods = any(map(callable, settings.values()))
    return type(loss) in _LOSSES and function in _LOSSES and not has_own_methods


def take_loss(loss, targets, probabilities, sample_weight):
    """Take the loss of a batch, as Keras does for a network with one output."""
    loss = loss if isinstance(loss, keras.losses.Loss) else _FunctionLoss(loss)
    # A name that begins with an underscore is none for TensorFlow outside of another one.
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
        is_kerass_own(loss)
        and loss_name(loss) not in _LOSSES_THAT_COMPARE_ROWS
        and getattr(loss, "reduction", "sum_over_batch_size") == "sum_over_batch_size"
        and getattr(loss, "_fn_kwargs", {}).get("axis", -1) in (-1, 1)
    )


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


def _check_arguments(parameter, cls, arguments):
    known = _constructor_arguments(cls)
    for name in arguments:
        if name not in known:
            raise ValueError(
                f"{parameter}__{name} is unknown: {cls.__name__} takes no argument {name!r}."
                f"{did_you_mean(name, known)}"
            )


def _takes(cls, name):
    return name in inspect.signature(cls.__init__).parameters


def _constructor_arguments(cls):
    """List what a class takes, by way of its base classes too where it hands on what is left."""
    names = []
    for base in cls.__mro__:
        parameters = inspect.signature(base.__init__).parameters
        names += parameters
        kinds = [parameter.kind for parameter in parameters.values()]
        if inspect.Parameter.VAR_KEYWORD not in kinds:
            break
    return names


def _refuse_arguments(parameter, thing, arguments):
    if arguments:
        raise ValueError(
            f"{parameter}__{next(iter(arguments))} needs {parameter} to be a class"
            f"{' or a name' if parameter == 'optimizer' else ''}, got {thing!r}."
        )


def _unknown(parameter, name, known):
    return ValueError(
        f"{parameter}={name!r} is unknown to Keras.{did_you_mean(name, known)} "
        f"Known names: {', '.join(known)}."
    )
