"""Loads the large libraries behind the classifiers, before any other module does."""

from skgenre._garbage import collection_paused

with collection_paused():
    import keras
    import scikeras.wrappers
    import tensorflow

__all__ = ["keras", "scikeras", "tensorflow"]
