"""Fresh weights of a network."""

from collections.abc import Sequence
from typing import Any, cast

import keras
import numpy as np
from numpy.typing import NDArray

from skgenre._types import Int


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
    # numpy's own annotation leaves out its integers.
    rng = np.random.default_rng(cast(Any, seed))
    return [
        _glorot_uniform(rng, variable.shape)
        if variable.name == "kernel"
        else np.zeros(variable.shape, np.float32)
        for variable in model.weights
    ]


def _glorot_uniform(rng, shape):
    # In and out of a kernel (size, channels in, channels out) or (units in, units out).
    receptive_field = np.prod(shape[:-2])
    limit = np.sqrt(6.0 / (receptive_field * (shape[-2] + shape[-1])))
    return rng.uniform(-limit, limit, size=shape).astype(np.float32)
