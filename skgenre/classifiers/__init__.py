"""The networks as scikit-learn classifiers."""

import skgenre._tensorflow  # noqa: F401  (loads TensorFlow and Keras, in less time)
from skgenre.classifiers._cnn import CNNGenreClassifier
from skgenre.classifiers._filterbank import FilterbankGenreClassifier
from skgenre.classifiers._mlp import MLPGenreClassifier

__all__ = ["CNNGenreClassifier", "FilterbankGenreClassifier", "MLPGenreClassifier"]
