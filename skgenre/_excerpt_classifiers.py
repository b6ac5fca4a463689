"""What may classify a song's excerpts: what labels by its probabilities."""

from sklearn.ensemble import StackingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV
from sklearn.model_selection._search import BaseSearchCV
from sklearn.pipeline import Pipeline

_THRESHOLDS = FixedThresholdClassifier, TunedThresholdClassifierCV


def check_excerpt_classifier(estimator):
    """Refuse an estimator whose probabilities do not tell its labels.

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
    if isinstance(last, _THRESHOLDS):
        raise ValueError(
            f"The 'estimator' parameter of SongClassifier must not be or end in {name}: its "
            "threshold is for labels of excerpts, while a song's label comes from the "
            "probabilities of its excerpts. Put the threshold around the songs: "
            f"{name}(SongClassifier(...))."
        )


def _will_have_probabilities(last):
    """Whether it is a stack whose final estimator comes with its fit."""
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
    while True:
        if isinstance(estimator, Pipeline):
            estimator = estimator.steps[-1][1]
        elif isinstance(estimator, BaseSearchCV):
            estimator = getattr(estimator, "best_estimator_", estimator.estimator)
        elif isinstance(estimator, FrozenEstimator):
            estimator = estimator.estimator
        else:
            return estimator
