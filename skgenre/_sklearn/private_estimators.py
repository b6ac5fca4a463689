"""Private classes of scikit-learn's estimators, each with the reason why it is used."""

# What stands in a fitted calibration for each fold; ONNX models are made of what is inside.
from sklearn.calibration import _CalibratedClassifier as CalibratedClassifier

# The base of all searches, halving among them, by which they are recognised.
from sklearn.model_selection._search import BaseSearchCV

# Whether users have turned metadata routing on.
from sklearn.utils._metadata_requests import _routing_enabled as routing_enabled

__all__ = ["BaseSearchCV", "CalibratedClassifier", "routing_enabled"]
