"""The lesson's convolutional network: its parameters, and the network itself."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from skgenre._types import Int
from skgenre.networks._parameters import (
    check_size,
    dense_parameters,
    layer_parameters,
)

if TYPE_CHECKING:
    import keras


def build_cnn(
    n_timesteps: Int,
    n_outputs: Int = 1,
    *,
    filters: Sequence[Int] = (32, 32, 48, 48),
    kernel_sizes: Sequence[Int] = (31, 31, 15, 15),
    strides: Sequence[Int] = (4, 3, 2, 2),
    dense_units: Int = 64,
    seed: Int | None = None,
) -> "keras.Model":
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
    settings = {"filters": filters, "kernel_sizes": kernel_sizes, "strides": strides}
    parameters = cnn_parameters(n_timesteps, n_outputs, **settings, dense_units=dense_units)
    check_size(parameters, n_timesteps, "greater `strides` or fewer `dense_units`")
    # Keras takes seconds to load; files of networks are described without it.
    from skgenre.networks import _layers

    stack = cnn_stack(_layers, n_timesteps, n_outputs, **settings, dense_units=dense_units)
    return _layers.sequential(n_timesteps, stack, "cnn", seed)


def cnn_stack(layers, n_timesteps, n_outputs, *, filters, kernel_sizes, strides, dense_units):
    """Stack the layers of a network of `build_cnn`.

    Parameters
    ----------
    layers : module
        What the layers are made of: `_layers`, for Keras, or `_numpy_layers`.
    n_timesteps, n_outputs, filters, kernel_sizes, strides, dense_units
        As in `build_cnn`.

    Returns
    -------
    stack : list
        The layers, first layer first.
    """
    convolutions = [
        layers.conv1d(width, size, stride, name=f"conv1d_{i}")
        for i, (width, size, stride) in enumerate(
            zip(filters, kernel_sizes, strides, strict=True), 1
        )
    ]
    dense = layers.dense([dense_units], n_outputs)
    return [layers.as_channel(n_timesteps), *convolutions, layers.flatten(), *dense]


def cnn_parameters(n_timesteps, n_outputs, *, filters, kernel_sizes, strides, dense_units):
    """List the parameters of a network of `build_cnn` without building it.

    Parameters
    ----------
    n_timesteps, n_outputs, filters, kernel_sizes, strides, dense_units
        As in `build_cnn`.

    Returns
    -------
    parameters : list of Parameter
        In the order of the network's weights.
    """
    n_channels, parameters = 1, []
    for i, (width, size, stride) in enumerate(zip(filters, kernel_sizes, strides, strict=True), 1):
        parameters += layer_parameters(f"conv1d_{i}", (size, n_channels, width))
        n_channels, n_timesteps = width, -(-n_timesteps // stride)
    return parameters + dense_parameters([n_timesteps * n_channels, dense_units, n_outputs])
