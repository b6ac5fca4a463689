"""A network's weights: drawn, and as one vector on the move."""

import math

import numpy as np
import tensorflow as tf


def pack_weights(weights):
    """Join a network's weights into one vector, which is cheap to hand over."""
    return np.concatenate([array.ravel() for array in weights])


def unpack_weights(variables, vector):
    """Cut a vector of weights into arrays as the variables have them."""
    shapes, sizes = _shapes_and_sizes(variables)
    parts = np.split(vector, np.cumsum(sizes)[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def split_weights(variables, vector):
    """Cut a tensor of weights as `unpack_weights` does an array; it may be longer."""
    shapes, sizes = _shapes_and_sizes(variables)
    *parts, _ = tf.split(vector, [*sizes, -1])
    return [tf.reshape(part, shape) for part, shape in zip(parts, shapes, strict=True)]


def _shapes_and_sizes(variables):
    shapes = [variable.shape for variable in variables]
    return shapes, [math.prod(shape) for shape in shapes]
