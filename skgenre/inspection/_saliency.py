"""Which moments of an excerpt speak for a class."""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.utils import gen_batches
from sklearn.utils.validation import check_array, check_consistent_length

from skgenre._arrays.checks import check_excerpts, check_labels
from skgenre._sklearn.private import AT_LEAST_ONE, StrOptions
from skgenre._sklearn.typed import validate_params
from skgenre._tensorflow.shards import ROWS_PER_PREDICTION_CALL
from skgenre._types import Estimator, Excerpts, Int
from skgenre.classifiers._base import log_odds_gradients
from skgenre.inspection._fitted_parts import fitted_parts


@validate_params(
    {
        "estimator": [BaseEstimator],
        "X": ["array-like"],
        "method": [StrOptions({"gradient_x_input", "integrated_gradients"})],
        "n_steps": [AT_LEAST_ONE],
    },
    prefer_skip_nested_validation=True,
)
def saliency(
    estimator: Estimator,
    X: ArrayLike,
    *,
    target: Any = None,
    method: Literal["gradient_x_input", "integrated_gradients"] = "gradient_x_input",
    n_steps: Int = 32,
) -> Excerpts:
    """Compute which moments of excerpts speak for a class.

    The saliency of a time step is how much it adds to the log-odds of the class,
    ``log(p / (1 - p))``, compared with silence: positive where it speaks for the class,
    negative where it speaks against it.

    Parameters
    ----------
    estimator : estimator
        A fitted classifier of this package, or a pipeline, search or song classifier around one.
        Steps of a pipeline must keep the number of time steps.
    X : array-like of shape (n_samples, n_timesteps)
        Excerpts, as the estimator (of a song classifier: its estimator) takes them.
    target : label or array-like of shape (n_samples,), default=None
        The class, for all excerpts or for each; None means the one that is predicted.
    method : {"gradient_x_input", "integrated_gradients"}, default="gradient_x_input"
        "gradient_x_input" takes the slope of the log-odds at the excerpt, times the excerpt.
        "integrated_gradients" takes the mean slope on the straight way from silence to the
        excerpt: `n_steps` times the work, and the saliencies sum to the difference in log-odds.
    n_steps : int, default=32
        Points on that way.

    Returns
    -------
    ndarray of shape (n_samples, n_timesteps), float32
        What each time step adds to the log-odds.

    Raises
    ------
    NotFittedError
        If the estimator is not fitted.
    TypeError
        If there is no classifier of this package in it.
    ValueError
        If the excerpts do not fit the estimator, `target` is no class of it, or a step of the
        pipeline changes the number of time steps.

    See Also
    --------
    skgenre.displays.SaliencyDisplay : Draws it over the wave.
    filter_responses : What the first layer listens to.

    Notes
    -----
    Both methods look at what the network sees, behind the scaler, and compare it with what
    the scaler makes of silence.

    References
    ----------
    .. [1] Shrikumar, Greenside, Shcherbina and Kundaje, "Not just a black box: Learning
       important features through propagating activation differences", 2016, arXiv:1605.01713.
    .. [2] Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks", ICML 2017.

    Examples
    --------
    >>> from skgenre import CNNGenreClassifier
    >>> from skgenre.datasets import make_genre_excerpts
    >>> from skgenre.inspection import saliency
    >>> X, y = make_genre_excerpts(60, n_timesteps=120, random_state=0)
    >>> classifier = CNNGenreClassifier(epochs=2, random_state=0).fit(X, y)
    >>> saliency(classifier, X[:3]).shape
    (3, 120)
    """
    parts = fitted_parts(estimator)
    classifier = parts.classifier
    excerpts: Any = X if hasattr(X, "columns") else check_array(X)
    transformed = parts.transform(excerpts)
    received = check_excerpts(classifier, transformed)
    silence = check_excerpts(classifier, parts.transform(excerpts[:1] * 0))
    if received.shape != excerpts.shape:
        raise ValueError(
            "Steps before the classifier change the number of time steps from "
            f"{excerpts.shape[1]} to {received.shape[1]}: moments of the excerpt are not moments "
            "of what the network receives."
        )
    classes = _class_numbers(classifier, transformed, target)
    points = [1.0] if method == "gradient_x_input" else (np.arange(n_steps) + 0.5) / n_steps
    found = np.empty_like(received)
    for rows in gen_batches(len(received), ROWS_PER_PREDICTION_CALL):
        change = received[rows] - silence
        gradients = _mean_gradients(classifier, silence, change, classes[rows], points)
        found[rows] = change * gradients
    return found


def _mean_gradients(classifier, silence, change, classes, points):
    """Average gradients at points on the way from silence, 0, to the excerpts, 1."""
    total = np.zeros_like(change)
    for point in points:
        total += log_odds_gradients(classifier, silence + np.float32(point) * change, classes)
    return total / np.float32(len(points))


def _class_numbers(classifier, X, target):
    if target is None:
        return classifier.predict_proba(X).argmax(axis=1)
    labels = np.full(len(X), target) if np.ndim(target) == 0 else np.asarray(target)
    check_consistent_length(X, labels)
    check_labels(labels, classifier.classes_, "target")
    return np.searchsorted(classifier.classes_, labels)
