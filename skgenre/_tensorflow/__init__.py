"""TensorFlow in this process: how it is loaded, its threads, its devices and its memory."""

from skgenre._tensorflow.memory import collection_paused

with collection_paused():
    import keras
    import scikeras.wrappers
    import tensorflow

__all__ = ["keras", "scikeras", "tensorflow"]
