"""The lesson's networks: settings in, `keras.Model` out, and nothing else."""

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from skgenre._network_parameters import (
    DTYPE,
    Parameter,
    cnn_parameters,
    count_numbers,
    format_parameters,
    mlp_parameters,
)
from skgenre._processes import prepare_process
from skgenre._types import Int

__all__ = ["Parameter", "build_cnn", "build_mlp", "format_parameter_table", "parameter_table"]

# Bounds a network's weights to 200 MB; training takes several times as much.
MAX_PARAMETERS: int = 50_000_000

# Without a seed of its own every initializer would draw one from Python's global generator.
# The values are replaced by `initial_weights` in any case.
_COMMON = {"dtype": DTYPE, "kernel_initializer": keras.initializers.GlorotUniform(seed=0)}


def build_cnn(
    n_timesteps: Int,
    n_outputs: Int = 1,
    *,
    filters: Sequence[Int] = (32, 32, 48, 48),
    kernel_sizes: Sequence[Int] = (31, 31, 15, 15),
    strides: Sequence[Int] = (4, 3, 2, 2),
    dense_units: Int = 64,
    seed: Int | None = None,
) -> keras.Model:
    """Build the lesson's convolutional network for raw waveforms.

    Strided convolutions with "same" padding and rectifiers, then one dense layer, then the
    output: a sigmoid for one output, a softmax for more.

    Parameters
    ----------
    n_timesteps : int
        Samples in an excerpt, at least 1.
    n_outputs : int, default=1
        1 for two classes, otherwise the number of classes.
    filters, kernel_sizes, strides : tuple of int
        Settings of the convolutional layers, first layer first; tuples of equal length.
        Kernel sizes and strides count time steps.
    dense_units : int, default=64
        Width of the dense layer.
    seed : int or None, default=None
        Seed of the initial weights; None takes fresh entropy from the operating system.

    Returns
    -------
    keras.Model
        Takes excerpts of shape (n_samples, n_timesteps), gives probabilities of shape
        (n_samples, n_outputs).

    Raises
    ------
    ValueError
        If `filters`, `kernel_sizes` and `strides` differ in length, or if the network would have
        more than 50 million parameters.

    See Also
    --------
    build_mlp : Build the lesson's baseline.
    skgenre.CNNGenreClassifier : Trains such a network.

    Examples
    --------
    >>> from skgenre.networks import build_cnn
    >>> build_cnn(1200).count_params()
    167425
    """
    if not len(filters) == len(kernel_sizes) == len(strides):
        raise ValueError(
            "filters, kernel_sizes and strides must be of equal length, got lengths "
            f"{len(filters)}, {len(kernel_sizes)} and {len(strides)}."
        )
    _check_size(
        count_cnn_parameters(
            n_timesteps,
            n_outputs,
            filters=filters,
            kernel_sizes=kernel_sizes,
            strides=strides,
            dense_units=dense_units,
        ),
        n_timesteps,
        "greater `strides` or fewer `dense_units`",
    )
    stack = [layers.Reshape((n_timesteps, 1), name="reshape", dtype=DTYPE)]
    for i, (width, size, stride) in enumerate(zip(filters, kernel_sizes, strides, strict=True), 1):
        stack.append(_conv1d(width, size, stride, name=f"conv1d_{i}"))
    stack.append(layers.Flatten(name="flatten", dtype=DTYPE))
    return _stack(n_timesteps, [*stack, *_dense([dense_units], n_outputs)], "cnn", seed)


def build_mlp(
    n_timesteps: Int,
    n_outputs: Int = 1,
    *,
    hidden_units: Sequence[Int] = (256, 64),
    seed: Int | None = None,
) -> keras.Model:
    """Build the lesson's baseline, a multilayer perceptron on raw samples.

    Dense layers with rectifiers, then the output: a sigmoid for one output, a softmax for more.

    Parameters
    ----------
    n_timesteps : int
        Samples in an excerpt, at least 1.
    n_outputs : int, default=1
        1 for two classes (sigmoid), otherwise the number of classes (softmax).
    hidden_units : tuple of int, default=(256, 64)
        Widths of the hidden layers.
    seed : int or None, default=None
        Seed of the initial weights; None takes fresh entropy from the operating system.

    Returns
    -------
    keras.Model
        Takes excerpts of shape (n_samples, n_timesteps), gives probabilities of shape
        (n_samples, n_outputs).

    Raises
    ------
    ValueError
        If the network would have more than 50 million parameters.

    See Also
    --------
    build_cnn : Build the lesson's convolutional network.
    skgenre.MLPGenreClassifier : Trains such a network.

    Examples
    --------
    >>> from skgenre.networks import build_mlp
    >>> build_mlp(1200).count_params()
    323969
    """
    n_parameters = count_mlp_parameters(n_timesteps, n_outputs, hidden_units=hidden_units)
    _check_size(n_parameters, n_timesteps, "fewer `hidden_units`")
    return _stack(n_timesteps, _dense(hidden_units, n_outputs), "mlp", seed)


def count_cnn_parameters(
    n_timesteps: Int,
    n_outputs: Int,
    *,
    filters: Sequence[Int],
    kernel_sizes: Sequence[Int],
    strides: Sequence[Int],
    dense_units: Int,
) -> int:
    """Count the weights of a network of `build_cnn` without building it."""
    settings = {"filters": filters, "kernel_sizes": kernel_sizes, "strides": strides}
    return count_numbers(
        cnn_parameters(n_timesteps, n_outputs, **settings, dense_units=dense_units)
    )


def count_mlp_parameters(n_timesteps: Int, n_outputs: Int, *, hidden_units: Sequence[Int]) -> int:
    """Count the weights of a network of `build_mlp` without building it."""
    return count_numbers(mlp_parameters(n_timesteps, n_outputs, hidden_units=hidden_units))


def _check_size(n_parameters, n_timesteps, remedy):
    if n_parameters > MAX_PARAMETERS:
        raise ValueError(
            f"For excerpts of {n_timesteps} time steps the network would have {n_parameters:,} "
            f"parameters, more than {MAX_PARAMETERS:,}: cut shorter excerpts, resample them, or "
            f"choose {remedy}."
        )


def _conv1d(width, size, stride, name):
    return layers.Conv1D(
        width,
        size,
        stride,
        padding="same",
        data_format="channels_last",
        activation="relu",
        name=name,
        **_COMMON,
    )


def _dense(hidden_units, n_outputs):
    hidden = [
        layers.Dense(width, activation="relu", name=f"dense_{i}", **_COMMON)
        for i, width in enumerate(hidden_units, 1)
    ]
    activation = "sigmoid" if n_outputs == 1 else "softmax"
    name = f"dense_{len(hidden) + 1}"
    return [*hidden, layers.Dense(n_outputs, activation=activation, name=name, **_COMMON)]


def _stack(n_timesteps, stack, name, seed):
    prepare_process()
    model = keras.Sequential([keras.Input((n_timesteps,), dtype=DTYPE), *stack], name=name)
    model.set_weights(initial_weights(model, seed))
    return model


def initial_weights(
    model: keras.Model, seed: Int | Sequence[Int] | None = None
) -> list[NDArray[np.float32]]:
    """Draw fresh weights for a network: Glorot uniform kernels and zero biases.

    These are Keras' own defaults for dense and convolutional layers, drawn with numpy so that
    a seed means the same weights everywhere and no global generator is touched.

    Parameters
    ----------
    model : keras.Model
        A network of dense and convolutional layers.
    seed : int, sequence of int or None, default=None
        Seed; None takes fresh entropy from the operating system.

    Returns
    -------
    list of ndarray of float32
        One array per variable, in the order of ``model.weights``.

    References
    ----------
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS 2010.
    """
    rng = np.random.default_rng(seed)
    return [
        _glorot_uniform(rng, variable.shape)
        if variable.name == "kernel"
        else np.zeros(variable.shape, DTYPE)
        for variable in model.weights
    ]


def _glorot_uniform(rng, shape):
    # In and out of a kernel (size, channels in, channels out) or (units in, units out).
    receptive_field = np.prod(shape[:-2])
    limit = np.sqrt(6.0 / (receptive_field * (shape[-2] + shape[-1])))
    return rng.uniform(-limit, limit, size=shape).astype(DTYPE)


def parameter_table(model: keras.Model) -> list[Parameter]:
    """List every parameter of a network as the lesson does.

    A layer's kernel and its bias are a row each.

    Parameters
    ----------
    model : keras.Model
        Any Keras model, for example ``classifier.model_``.

    Returns
    -------
    list of Parameter
        Named tuples (layer, parameter, dtype, shape), in the order of ``model.weights``.

    See Also
    --------
    format_parameter_table : The same table as text.

    Examples
    --------
    >>> from skgenre.networks import build_mlp, parameter_table
    >>> parameter_table(build_mlp(1200))[0]
    Parameter(layer='dense_1', parameter='kernel', dtype='float32', shape=(1200, 256))
    """
    return [
        Parameter(layer.name, variable.name, variable.dtype, tuple(variable.shape))
        for layer in model.layers
        for variable in layer.weights
    ]


def format_parameter_table(model: keras.Model) -> str:
    """Write a network's parameter table as text, with the total below it.

    A line tells the layer, the parameter's name, its type and its shape.

    Parameters
    ----------
    model : keras.Model
        Any Keras model, for example ``classifier.model_``.

    Returns
    -------
    str
        A header, one line per parameter, and the number of parameters.

    See Also
    --------
    parameter_table : The same table as named tuples.

    Examples
    --------
    >>> from skgenre.networks import build_mlp, format_parameter_table
    >>> print(format_parameter_table(build_mlp(3, hidden_units=(2,))))
    layer    parameter  dtype    shape
    dense_1  kernel     float32  3 x 2
    dense_1  bias       float32  2
    dense_2  kernel     float32  2 x 1
    dense_2  bias       float32  1
    11 parameters
    """
    return format_parameters(parameter_table(model), model.count_params())
