"""One look through what wraps a classifier: pipelines, searches, frozen estimators and others."""

from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

# Where an estimator has the one that predicts for it: once fitted, and before.
FITTED = ("best_estimator_", "estimator_")
PREDICTING = (*FITTED, "final_estimator_", "final_estimator", "estimator")


def inner_estimator(estimator, names=PREDICTING):
    """Return the estimator inside a wrapper that predicts for it, or None if there is none.

    Parameters
    ----------
    estimator : estimator
        Any.
    names : tuple of str, default=PREDICTING
        Attributes to look at, the first one first.

    Returns
    -------
    inner : estimator or None
        The last step of a pipeline, the best estimator of a search, and so on.
    """
    if isinstance(estimator, Pipeline):
        return estimator.steps[-1][1]
    if isinstance(estimator, FrozenEstimator):
        # It passes on the attributes of what is in it.
        return estimator.estimator
    found = (vars(estimator).get(name) for name in names)
    return next((inner for inner in found if hasattr(inner, "__dict__")), None)


def last_step(estimator):
    """Return the last step of a pipeline, of one within it, and so on; anything else as it is."""
    while isinstance(estimator, Pipeline):
        estimator = estimator.steps[-1][1]
    return estimator
