"""The classifier that an ONNX model stands for, without scikit-learn's wrappers around it."""

from copy import copy

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

from skgenre._sklearn.private_estimators import BaseSearchCV, CalibratedClassifier
from skgenre._sklearn.snapshots import snapshot
from skgenre.songs._excerpt_classifiers import THRESHOLDS

# They use the probabilities of their members, not their labels.
_AVERAGING = (BaggingClassifier, CalibratedClassifierCV, StackingClassifier, VotingClassifier)
# Where ensembles have their fitted members.
_PARTS = ("calibrated_classifiers_", "estimators_", "final_estimator_")


def unwrap(estimator, labels_count=True):
    """Find what predicts as a fitted estimator does and can be written as a graph.

    Searches, frozen estimators and thresholds of one half are looked through, wherever in
    pipelines and ensembles they are. The estimator itself stays as it is.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    labels_count : bool, default=True
        Whether its labels are used, or its probabilities alone.

    Returns
    -------
    estimator : estimator
        The same, or what is inside.

    Raises
    ------
    ValueError
        If a threshold decides on the labels, or calibration is not by sigmoids.
    """
    if isinstance(estimator, BaseSearchCV):
        return unwrap(estimator.best_estimator_, labels_count)
    if isinstance(estimator, FrozenEstimator):
        return unwrap(estimator.estimator, labels_count)
    if isinstance(estimator, THRESHOLDS):
        if labels_count:
            _check_threshold(estimator)
        # A prefitted one has no copy of its own.
        return unwrap(getattr(estimator, "estimator_", estimator.estimator), labels_count)
    if isinstance(estimator, Pipeline):
        return _unwrap_pipeline(estimator, labels_count)
    if isinstance(estimator, CalibratedClassifierCV):
        _check_calibration(estimator)
    if isinstance(estimator, CalibratedClassifier):
        bare = copy(estimator)
        bare.estimator = unwrap(estimator.estimator, labels_count=False)
        return bare
    return _unwrap_parts(estimator)


def detach(estimator):
    """Copy what a fit would change in place, so that a fit in another thread changes no export.

    Searches and ensembles replace what they have fitted, pipelines and frozen estimators keep it.
    """
    if not isinstance(estimator, BaseEstimator):
        return estimator
    detached = snapshot(estimator)
    if isinstance(detached, Pipeline):
        detached.steps = [(name, detach(step)) for name, step in detached.steps]
    elif isinstance(detached, FrozenEstimator):
        detached.estimator = detach(detached.estimator)
    return detached


def cannot_export(estimator, reason):
    """Make the error that names an estimator."""
    return ValueError(f"cannot export a {type(estimator).__name__}: {reason}")


def _check_threshold(estimator):
    """Refuse a threshold that gives other labels than those of the likeliest classes."""
    threshold = getattr(estimator, "best_threshold_", getattr(estimator, "threshold", None))
    is_half = threshold == 0.5 or threshold == "auto"
    if not is_half or estimator.response_method == "decision_function":
        raise cannot_export(
            estimator,
            f"its labels come from a threshold of {threshold}, and an ONNX model names the "
            "likeliest class. Export the classifier inside it and apply the threshold to the "
            "probabilities.",
        )


def _check_calibration(estimator):
    """Refuse what sklearn-onnx converts to steps where scikit-learn interpolates, or not at all."""
    if estimator.method != "sigmoid":
        raise cannot_export(
            estimator,
            f"sklearn-onnx converts calibration by method='sigmoid', got {estimator.method!r}.",
        )


def _unwrap_pipeline(pipeline, labels_count):
    steps = [
        (name, unwrap(step, labels_count)) for name, step in pipeline.steps if not _is_nothing(step)
    ]
    if len(steps) == 1:
        return steps[0][1]
    bare = copy(pipeline)
    bare.steps = steps
    return bare


def _is_nothing(step):
    return step is None or (isinstance(step, str) and step == "passthrough")


def _unwrap_parts(estimator):
    parts = {name: getattr(estimator, name) for name in _PARTS if hasattr(estimator, name)}
    if not parts:
        return estimator
    bare = copy(estimator)
    for name, part in parts.items():
        # The labels of a stack's final estimator are the stack's own.
        count = name == "final_estimator_" or not isinstance(estimator, _AVERAGING)
        inner = [unwrap(each, count) for each in part] if isinstance(part, list) else unwrap(part)
        setattr(bare, name, inner)
    if isinstance(estimator, VotingClassifier):
        _suit_sklearn_onnx(bare)
    return bare


def _suit_sklearn_onnx(vote):
    """Set what sklearn-onnx takes: no flat transform, which predictions do not need, and arrays."""
    vote.flatten_transform = False
    if vote.weights is not None:
        kept = [member != "drop" for _, member in vote.estimators]
        vote.weights = np.compress(kept, vote.weights)
