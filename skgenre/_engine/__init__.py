"""Compiled programs that train, predict and differentiate any network."""

import skgenre._tensorflow  # noqa: F401  (loads TensorFlow and Keras, in less time)
