"""Keras' losses, optimizers and callbacks: made from parameters, and what is known of them."""

import skgenre._tensorflow  # noqa: F401  (loads TensorFlow and Keras, in less time)
