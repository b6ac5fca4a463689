"""What the parts of an estimator request under scikit-learn's metadata routing."""

from collections.abc import Mapping
from inspect import signature

from sklearn.ensemble import StackingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer, get_scorer_names
from sklearn.pipeline import Pipeline

from skgenre._sklearn.private_estimators import BaseSearchCV


def iterate_parts(value):
    """Yield what takes part in routing, an estimator itself first.

    Parameters
    ----------
    value : estimator, or collection of parameters
        Parameters are looked into, and what stands in lists, tuples and dicts among them, such as
        the candidates of a search.

    Yields
    ------
    part : estimator, scorer or splitter
        A frozen estimator is one; what it holds is never fitted, and clones share it.
    """
    if isinstance(value, type):
        return
    if hasattr(value, "get_metadata_routing") or hasattr(value, "fit"):
        yield value
    for child in _children(value):
        yield from iterate_parts(child)


def _children(value):
    if isinstance(value, FrozenEstimator):
        return ()
    if hasattr(value, "get_params"):
        return value.get_params(deep=False).values()
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list | tuple | set) else ()


def iterate_learners(estimator):
    """Yield the parts that learn labels themselves, not by way of a step or a candidate."""
    for part in iterate_parts(estimator):
        if _learns_labels(part):
            yield part


def _learns_labels(part):
    return hasattr(part, "predict") and not isinstance(
        part, (Pipeline, BaseSearchCV, FrozenEstimator)
    )


def is_cut_off(estimator, learner, name):
    """Return whether a part is a search's candidate for a place that metadata do not reach.

    A search hands on what its own estimator takes, whatever stands in its place later.
    """
    return any(
        any(part is learner for part in iterate_parts(search))
        and not any(takes_in_fit(part, name) for part in iterate_parts(search.estimator))
        for search in iterate_parts(estimator)
        if isinstance(search, BaseSearchCV)
    )


def requests_in_fit(part, name):
    """Return whether a part requests metadata of some name for its own `fit`; None if it cannot."""
    if not hasattr(part, "_get_metadata_request"):
        return None
    return part._get_metadata_request().fit.requests.get(name) is True


def has_requests(estimator):
    """Return whether a user has set what any part of an estimator requests."""
    parts = iterate_parts(estimator)
    return any("_metadata_request" in getattr(part, "__dict__", ()) for part in parts)


def complete_requests(estimator, names):
    """Decide on what is undecided: what learns labels gets metadata, and so do metrics.

    Parameters
    ----------
    estimator : estimator
        It is changed. Requests that are set already stay as they are.
    names : iterable of str
        Metadata.
    """
    for part in iterate_parts(estimator):
        # What a frozen part has belongs to what it holds.
        scoring = None if isinstance(part, FrozenEstimator) else getattr(part, "scoring", None)
        if scoring is not None:
            part.scoring = _as_scorers(scoring)
    for part in iterate_parts(estimator):
        if isinstance(part, StackingClassifier):
            _spare_the_final_estimator(part, names)
    for part in iterate_parts(estimator):
        _decide(part, "fit", getattr(part, "fit", None), names, _learns_labels(part))
        metric = getattr(part, "_score_func", getattr(part, "score", None))
        _decide(part, "score", metric, names, True)


def forget_requests(fitted):
    """Take back what `complete_requests` has decided, from a fitted estimator and its copies.

    Only the fit has needed it, and a file cannot hold it: it refers to what holds it.
    """
    if isinstance(fitted, FrozenEstimator):
        return
    if isinstance(fitted, Mapping):
        children = fitted.values()
    elif isinstance(fitted, list | tuple | set):
        children = fitted
    elif hasattr(fitted, "get_metadata_routing") and not isinstance(fitted, type):
        vars(fitted).pop("_metadata_request", None)
        children = vars(fitted).values()
    else:
        return
    for child in list(children):
        forget_requests(child)


def _as_scorers(scoring):
    """Make scorers, which can request metadata, of the names of metrics."""
    if isinstance(scoring, str):
        # Some estimators have names of their own.
        return get_scorer(scoring) if scoring in get_scorer_names() else scoring
    if isinstance(scoring, Mapping):
        return {name: _as_scorers(metric) for name, metric in scoring.items()}
    if isinstance(scoring, list | tuple | set):
        return {name: _as_scorers(name) for name in scoring}
    return scoring


def _spare_the_final_estimator(stack, names):
    """Have nothing requested that the final estimator does not take: a stack hands it all on."""
    # An ensemble that is not fitted has no length, so no truth value.
    final = LogisticRegression() if stack.final_estimator is None else stack.final_estimator
    taken = {name for part in iterate_parts(final) for name in names if takes_in_fit(part, name)}
    for part in iterate_parts(stack.estimators):
        _decide(part, "fit", getattr(part, "fit", None), set(names) - taken, False)


def takes_in_fit(part, name):
    """Return whether the `fit` of a part has a parameter of some name."""
    return hasattr(part, "fit") and name in signature(part.fit).parameters


def _decide(part, method, function, names, wanted):
    # A frozen part passes on all that is set to an estimator that is not ours.
    if isinstance(part, FrozenEstimator) or not hasattr(part, "_get_metadata_request"):
        return
    requests = getattr(part._get_metadata_request(), method).requests
    taken = () if function is None else signature(function).parameters
    undecided = [name for name in names if name in taken and requests.get(name) is None]
    if undecided:
        getattr(part, f"set_{method}_request")(**dict.fromkeys(undecided, wanted))
