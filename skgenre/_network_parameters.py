"""The parameters of the lesson's networks: names and shapes, without Keras."""

from itertools import pairwise
from math import prod
from typing import NamedTuple

from skgenre._text_tables import as_columns

DTYPE: str = "float32"


class Parameter(NamedTuple):
    """One row of a parameter table.

    A named tuple.

    Parameters
    ----------
    layer : str
        Name of the layer.
    parameter : str
        Name of the parameter within its layer.
    dtype : str
        Type of its values.
    shape : tuple of int
        Its shape.

    See Also
    --------
    parameter_table : Lists all parameters of a network.

    Examples
    --------
    >>> from skgenre.networks import Parameter
    >>> Parameter("dense_1", "bias", "float32", (64,)).shape
    (64,)
    """

    layer: str
    parameter: str
    dtype: str
    shape: tuple[int, ...]


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
        parameters += _layer(f"conv1d_{i}", (size, n_channels, width))
        n_channels, n_timesteps = width, -(-n_timesteps // stride)
    return parameters + _dense([n_timesteps * n_channels, dense_units, n_outputs])


def mlp_parameters(n_timesteps, n_outputs, *, hidden_units):
    """List the parameters of a network of `build_mlp` without building it.

    Parameters
    ----------
    n_timesteps, n_outputs, hidden_units
        As in `build_mlp`.

    Returns
    -------
    parameters : list of Parameter
        In the order of the network's weights.
    """
    return _dense([n_timesteps, *hidden_units, n_outputs])


def _dense(widths):
    shapes = enumerate(pairwise(widths), 1)
    return [row for i, shape in shapes for row in _layer(f"dense_{i}", shape)]


def _layer(name, shape):
    """List the kernel of a layer and its bias."""
    return [Parameter(name, "kernel", DTYPE, shape), Parameter(name, "bias", DTYPE, shape[-1:])]


def count_numbers(parameters):
    """Count the numbers that parameters hold.

    Parameters
    ----------
    parameters : list of Parameter
        Rows of a table.

    Returns
    -------
    n_numbers : int
        As `keras.Model.count_params` counts them.
    """
    return sum(prod(parameter.shape) for parameter in parameters)


def format_parameters(parameters, n_numbers):
    """Write a parameter table as text, with the total below it.

    Parameters
    ----------
    parameters : list of Parameter
        Rows of the table.
    n_numbers : int
        The total.

    Returns
    -------
    text : str
        A header, one line per parameter, and the total.
    """
    rows = [Parameter._fields]
    rows += [(*row[:3], " x ".join(map(str, row.shape))) for row in parameters]
    return f"{as_columns(rows)}\n{n_numbers:,} parameters"
