"""A network that predicts by numpy, made of what a file holds of it."""

from importlib import import_module
from itertools import accumulate
from math import prod
from numbers import Integral

import numpy as np

from skgenre.networks import _numpy_layers
from skgenre.networks._parameters import check_size

# In the excerpts that go through the layers together.
_NUMBERS_PER_BLOCK = 2**17


class NumpyNetwork:
    """A network that predicts by numpy, without TensorFlow and Keras.

    Parameters
    ----------
    name : str
        Of the network in `skgenre._networks`.
    n_timesteps, n_outputs : int
        As `build_cnn` takes them.
    settings : dict
        Keyword arguments of the network's builder.
    weights : ndarray of float32
        All weights, one after the other, in the order of the network's parameters.

    Raises
    ------
    ValueError
        If the settings or the weights are those of no such network.
    """

    def __init__(self, name, n_timesteps, n_outputs, settings, weights):
        self._made_of = name, n_timesteps, n_outputs, settings, weights
        module = import_module(f"skgenre.networks._{name}")
        parameters = getattr(module, f"{name}_parameters")(n_timesteps, n_outputs, **settings)
        check_size(parameters, n_timesteps, "other settings")
        _check_sizes(size for parameter in parameters for size in parameter.shape)
        _check_sizes(settings.get("strides", ()))
        stack = getattr(module, f"{name}_stack")
        self._stack = stack(_numpy_layers, n_timesteps, n_outputs, **settings)
        self._weights = _by_layer(parameters, weights)

    def predict(self, X):
        """Compute the outputs for excerpts.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_timesteps), float32
            Excerpts, one or more.

        Returns
        -------
        outputs : ndarray of shape (n_samples, n_outputs), float32
            Probabilities; those of an excerpt do not depend on the others. Where amplitudes are
            too large, they are not finite.
        """
        n_rows = max(1, _NUMBERS_PER_BLOCK // X.shape[1])
        blocks = (X[first : first + n_rows] for first in range(0, len(X), n_rows))
        # What is not finite is refused by those who ask.
        with np.errstate(over="ignore", invalid="ignore"):
            outputs = [_numpy_layers.run(self._stack, self._weights, block) for block in blocks]
        return np.concatenate(outputs)

    def __reduce__(self):
        return type(self), self._made_of


def _check_sizes(sizes):
    """Refuse what a file may have in place of sizes; that they are bounded is checked before."""
    for size in sizes:
        if not isinstance(size, Integral) or size < 1:
            raise ValueError(f"A network's sizes are integers from 1 on, got {size!r:.100}.")


def _by_layer(parameters, vector):
    """Cut a vector of weights into arrays, by the layers' names."""
    ends = accumulate(prod(parameter.shape) for parameter in parameters)
    weights = {}
    for parameter, end in zip(parameters, ends, strict=True):
        array = vector[end - prod(parameter.shape) : end].reshape(parameter.shape)
        weights.setdefault(parameter.layer, []).append(array)
    return weights
