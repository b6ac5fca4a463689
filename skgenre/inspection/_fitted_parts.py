"""The classifier inside pipelines, searches and song classifiers."""

from numbers import Integral
from typing import NamedTuple

from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils import check_scalar
from sklearn.utils.validation import check_is_fitted

from skgenre._networks import NETWORKS
from skgenre._sklearn.snapshots import snapshot
from skgenre._sklearn.wrappers import FITTED, inner_estimator
from skgenre.audio._waveforms import SAMPLE_RATE
from skgenre.classifiers._base import BaseGenreClassifier


class FittedParts(NamedTuple):
    """A fitted classifier and what surrounds it."""

    classifier: BaseGenreClassifier
    transformers: list
    sample_rate: int

    def transform(self, X):
        """Bring excerpts to what the classifier sees."""
        for transformer in self.transformers:
            X = transformer.transform(X)
        return X


def fitted_parts(estimator, sample_rate=None):
    """Find the classifier inside pipelines, searches and song classifiers.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    sample_rate : int or None, default=None
        In Hz; None means the song classifier's, or 400.

    Returns
    -------
    parts : FittedParts
        The classifier, the transformers before it in their order, and the rate in Hz.

    Raises
    ------
    NotFittedError
        If the estimator is not fitted.
    TypeError
        If there is no classifier of this package in it, or the rate is no integer.
    ValueError
        If the rate is not positive.
    """
    check_is_fitted(estimator)
    if sample_rate is not None:
        check_scalar(sample_rate, "sample_rate", Integral, min_val=1)
    transformers, part = [], estimator
    while not isinstance(part, BaseGenreClassifier):
        fitted = getattr(part, "sample_rate_", None)
        sample_rate = sample_rate or fitted or getattr(part, "sample_rate", None)
        if isinstance(part, Pipeline) and len(part) > 1:
            transformers.append(part[:-1])
        part = inner_estimator(part, FITTED)
        if not isinstance(part, BaseEstimator):
            names = " or ".join(network.classifier for network in NETWORKS.values())
            raise TypeError(f"estimator must be or hold a fitted {names}, got {estimator!r}.")
    sample_rate = sample_rate or getattr(part, "sample_rate", SAMPLE_RATE)
    # Another thread may fit it again meanwhile.
    return FittedParts(snapshot(part), transformers, sample_rate)
