"""What identifies a network, and its weights on the move."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import tensorflow as tf

# Networks that a process keeps, and programs compiled for each; the least recently used goes first.
PROGRAMS_KEPT = 8


def pack_weights(weights):
    """Join a network's weights into one vector, which is cheap to hand over."""
    return np.concatenate([array.ravel() for array in weights])


def unpack_weights(variables, vector):
    """Cut a vector of weights into arrays as the variables have them."""
    shapes, sizes = _shapes_and_sizes(variables)
    parts = np.split(vector, np.cumsum(sizes)[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def split_weights(variables, vector):
    """Cut a tensor of weights as `unpack_weights` does an array."""
    shapes, sizes = _shapes_and_sizes(variables)
    parts = tf.split(vector, sizes)
    return [tf.reshape(part, shape) for part, shape in zip(parts, shapes, strict=True)]


def _shapes_and_sizes(variables):
    shapes = [variable.shape for variable in variables]
    return shapes, [math.prod(shape) for shape in shapes]


@dataclass(frozen=True)
class Architecture:
    """All that decides a network's shape; equal and hashable by value."""

    build: Callable
    n_timesteps: int
    n_outputs: int
    settings: tuple

    def build_model(self, seed=None):
        """Build the network, with weights from `seed`."""
        return self.build(self.n_timesteps, self.n_outputs, **dict(self.settings), seed=seed)


@lru_cache(maxsize=PROGRAMS_KEPT)
def blank_model(architecture):
    """Build a network for its layers and shapes, which many may look at and nobody changes."""
    return architecture.build_model(seed=0)
