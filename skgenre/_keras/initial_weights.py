"""Fresh weights of a network."""

from collections.abc import Sequence
from typing import Any, cast

import keras
import numpy as np
from numpy.typing import NDArray

from skgenre._keras.layers import leaf_layers
from skgenre._types import Int

# Factors; all that is not a kernel and not among them is added to something.
_ONES = ("gamma", "scale")


def initial_weights(
    model: keras.Model, seed: Int | Sequence[Int] | None = None
) -> list[NDArray[np.float32]]:
    """Draw fresh weights for a network: Glorot uniform kernels, unit scales and zero biases.

    These are Keras' own defaults, drawn with numpy so that
    a seed means the same weights everywhere and no global generator is touched.

    Parameters
    ----------
    model : keras.Model
        A network.
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
    # numpy's own annotation leaves out its integers.
    rng = np.random.default_rng(cast(Any, seed))
    own = {
        id(variable): values
        for layer in leaf_layers(model.layers)
        if hasattr(layer, "initial_weights")
        for variable, values in zip(layer.weights, layer.initial_weights(), strict=True)
    }
    return [
        np.asarray(own.get(id(variable), _draw(rng, variable)), np.float32)
        for variable in model.weights
    ]


def _draw(rng, variable):
    if variable.name == "kernel":
        return _glorot_uniform(rng, variable.shape)
    return (np.ones if variable.name in _ONES else np.zeros)(variable.shape)


def _glorot_uniform(rng, shape):
    # In and out of a kernel (size, channels in, channels out) or (units in, units out).
    receptive_field = np.prod(shape[:-2])
    limit = np.sqrt(6.0 / (receptive_field * (shape[-2] + shape[-1])))
    return rng.uniform(-limit, limit, size=shape).astype(np.float32)
