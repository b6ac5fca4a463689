"""The parameters of networks: names and shapes, without Keras."""

from itertools import pairwise
from math import prod
from typing import NamedTuple

from skgenre._arrays.dtype import DTYPE

# Bounds a network's weights to 200 MB; training takes several times as much.
MAX_PARAMETERS: int = 50_000_000


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


def dense_parameters(widths):
    """List the parameters of dense layers between layers of these widths."""
    shapes = enumerate(pairwise(widths), 1)
    return [row for i, shape in shapes for row in layer_parameters(f"dense_{i}", shape)]


def layer_parameters(name, shape):
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


def check_size(parameters, n_timesteps, remedy):
    """Refuse a network that is too large.

    Parameters
    ----------
    parameters : list of Parameter
        Its parameters.
    n_timesteps : int
        Samples in an excerpt.
    remedy : str
        Which settings to change, and how.

    Raises
    ------
    ValueError
        If it would have more than 50 million parameters.
    """
    n_numbers = count_numbers(parameters)
    if n_numbers > MAX_PARAMETERS:
        raise ValueError(
            f"For excerpts of {n_timesteps} time steps the network would have {n_numbers:,} "
            f"parameters, more than {MAX_PARAMETERS:,}: cut shorter excerpts, resample them, or "
            f"choose {remedy}."
        )
