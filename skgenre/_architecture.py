"""What identifies a network, and its weights on the move."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


def pack_weights(weights):
    """Join a network's weights into one vector, which is cheap to hand over."""
    return np.concatenate([array.ravel() for array in weights])


def unpack_weights(model, vector):
    """Cut a vector of weights into arrays as `model` has them."""
    shapes = [variable.shape for variable in model.weights]
    ends = np.cumsum([np.prod(shape) for shape in shapes])
    parts = np.split(vector, ends[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


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
