"""What may classify a song's excerpts: what labels by its probabilities."""

from importlib import import_module

from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaseEnsemble, StackingClassifier
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier, OutputCodeClassifier
from sklearn.pipeline import Pipeline

from skgenre._networks import DEFAULT_NETWORK
from skgenre._sklearn.wrappers import inner_estimator
from skgenre.audio._waveforms import SAMPLE_RATE

THRESHOLDS = (FixedThresholdClassifier, TunedThresholdClassifierCV)
# They derive labels of their own, whatever labels the estimators inside them give.
_LABEL_BY_THEMSELVES = (
    BaseEnsemble,
    CalibratedClassifierCV,
    OneVsOneClassifier,
    OneVsRestClassifier,
    OutputCodeClassifier,
)


def default_estimator(sample_rate):
    """Make the classifier of excerpts that songs are classified with unless users name another."""
    # Importing it loads TensorFlow.
    classifier = getattr(import_module("skgenre.classifiers"), DEFAULT_NETWORK.classifier)
    return classifier(sample_rate=sample_rate, class_weight="balanced")


def chosen_sample_rate(classifier):
    """Find the rate that a classifier's parameters choose, whatever it was fitted with."""
    if classifier.sample_rate is not None:
        return classifier.sample_rate
    if classifier.estimator is None:
        return DEFAULT_NETWORK.sample_rate
    own = (getattr(part, "sample_rate", None) for part in _nested(classifier.estimator))
    return next((rate for rate in own if rate is not None), SAMPLE_RATE)


def check_excerpt_classifier(estimator):
    """Refuse an estimator whose probabilities do not decide its labels.

    Parameters
    ----------
    estimator : estimator
        Fitted or not.

    Raises
    ------
    ValueError
        If it has no probabilities, or a threshold decides on its labels.
    """
    last = _last_part(estimator)
    name = type(last).__name__
    if not (hasattr(estimator, "predict_proba") or _will_have_probabilities(last)):
        raise ValueError(
            "The 'estimator' parameter of SongClassifier must have 'predict_proba', got "
            f"{name}: {_why_missing(estimator, 'predict_proba')}."
        )
    if isinstance(last, THRESHOLDS):
        raise ValueError(
            f"The 'estimator' parameter of SongClassifier must not be or end in {name}: its "
            "threshold is for labels of excerpts, while a song's label comes from the "
            "probabilities of its excerpts. Put the threshold around the songs: "
            f"{name}(SongClassifier(...))."
        )


def check_sample_rate(estimator, sample_rate):
    """Refuse a classifier that takes excerpts for what they are at another rate.

    Parameters
    ----------
    estimator : estimator
        Classifies excerpts.
    sample_rate : int
        Rate at which songs are read, in Hz.

    Raises
    ------
    ValueError
        If it, or what predicts for it, has another `sample_rate`.
    """
    for part in _nested(estimator):
        expected = getattr(part, "sample_rate", sample_rate)
        if expected != sample_rate:
            raise ValueError(
                f"sample_rate={sample_rate}, but its {type(part).__name__} has "
                f"sample_rate={expected}: give both the same."
            )


def _nested(estimator):
    """List an estimator, and what predicts for it, from the outside in."""
    while estimator is not None:
        yield estimator
        estimator = inner_estimator(estimator)


def _will_have_probabilities(last):
    """Return whether it is a stack whose final estimator comes with its fit."""
    return isinstance(last, StackingClassifier) and last.final_estimator is None


def _why_missing(estimator, name):
    """Find the reason for which something is not available; errors wrap those of inner parts."""
    try:
        getattr(estimator, name)
    except AttributeError as error:
        while isinstance(error.__cause__, AttributeError):
            error = error.__cause__
        return str(error).rstrip(".")


def _last_part(estimator):
    """Find the part whose labels are the estimator's own."""
    while (inner := _predicting_part(estimator)) is not None:
        estimator = inner
    return estimator


def _predicting_part(estimator):
    """Return the part whose labels an estimator passes on, or None if it has its own."""
    if isinstance(estimator, (*THRESHOLDS, *_LABEL_BY_THEMSELVES)):
        return None
    inner = inner_estimator(estimator)
    return inner if isinstance(estimator, Pipeline) or hasattr(inner, "predict") else None
