"""Networks that are trained in no time."""

from skgenre import CNNGenreClassifier

SMALL = {"filters": (4, 6), "kernel_sizes": (9, 5), "strides": (2, 2), "dense_units": 8}
TINY = {"filters": 4, "kernel_sizes": 9, "strides": 2, "dense_units": 8}


def small_cnn(**params):
    """Make a classifier with two convolutions."""
    return CNNGenreClassifier(**{**SMALL, "epochs": 2, "random_state": 0, **params})


def tiny_cnn(**params):
    """Make a classifier with one convolution."""
    return CNNGenreClassifier(**{**TINY, "epochs": 2, "random_state": 0, **params})
