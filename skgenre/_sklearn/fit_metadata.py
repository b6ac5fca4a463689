"""What estimators take in `fit` besides data and labels: songs' numbers, and weights."""

from contextlib import AbstractContextManager, nullcontext
from inspect import signature
from typing import NamedTuple

from sklearn import config_context
from sklearn.base import BaseEstimator
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.pipeline import Pipeline
from sklearn.utils.metadata_routing import MetadataRouter, get_routing_for_object

from skgenre._sklearn.metadata_requests import (
    complete_requests,
    forget_requests,
    has_requests,
    is_cut_off,
    iterate_learners,
    iterate_parts,
    requests_in_fit,
    takes_in_fit,
)
from skgenre._sklearn.private_estimators import BaseSearchCV, routing_enabled
from skgenre._sklearn.wrappers import last_step


def fit_with_metadata(estimator, X, y, metadata):
    """Fit an estimator, and hand metadata to all in it that learns and takes them.

    The metadata are made, not a user's: nothing has to request them. What is reached by plain
    names, such as the last step of a pipeline, gets them so; for the rest scikit-learn's routing is
    in force while the estimator is fitted, whatever a user has set. Requests that a user has made
    count where routing is enabled.

    Parameters
    ----------
    estimator : estimator
        A clone: requests are set on its parts.
    X, y : array-like
        Data and labels.
    metadata : dict
        By plain name: "groups", and "sample_weight" where rows differ in weight.

    Returns
    -------
    estimator : estimator
        The fitted one.

    Raises
    ------
    ValueError
        If something that learns would not get weights, or holds out a part of the data without
        knowing the groups; before any training.
    """
    had_requests = has_requests(estimator)
    handover = _arrange(estimator, metadata)
    if "sample_weight" in metadata:
        _check_weights(estimator, handover)
    _check_groups(estimator, handover)
    with handover.mode:
        fitted = estimator.fit(X, y, **handover.fit_params)
    if has_requests(fitted) and not had_requests:
        forget_requests(fitted)
    return fitted


class _Handover(NamedTuple):
    """How metadata come into an estimator."""

    estimator: BaseEstimator
    fit_params: dict
    mode: AbstractContextManager
    routed: bool = False

    def reaches(self, learner, name):
        """Return whether one of the parts that learn gets metadata of some name."""
        if not any(param.endswith(name) for param in self.fit_params):
            return False
        if self.routed:
            passed = requests_in_fit(learner, name)
        else:
            # A search keeps groups to itself.
            passed = name != "groups" or takes_in_fit(last_step(self.estimator), name)
        is_cut = is_cut_off(self.estimator, learner, name)
        return passed and takes_in_fit(learner, name) and not is_cut

    def declines(self, learner, name):
        """Return whether one of the parts that learn does not request what it could take."""
        return self.routed and requests_in_fit(learner, name) is False


def _arrange(estimator, metadata):
    if (routing_enabled() and has_requests(estimator)) or _is_nested(estimator):
        try:
            return _route(estimator, metadata)
        except (NotImplementedError, UnsetMetadataPassedError):
            # An estimator in it, such as AdaBoostClassifier, does not support routing.
            pass
    mode = nullcontext() if _is_alone(estimator) else config_context(enable_metadata_routing=False)
    return _Handover(estimator, name_plainly(estimator, metadata), mode)


def _route(estimator, metadata):
    with config_context(enable_metadata_routing=True):
        complete_requests(estimator, list(metadata))
        routing = get_routing_for_object(estimator)
        wanted = routing.consumes("fit", list(metadata))
        fit_params = {name: value for name, value in metadata.items() if name in wanted}
        if not isinstance(routing, MetadataRouter):
            return _Handover(estimator, fit_params, nullcontext(), routed=True)
        # Errors are raised here, before any training.
        routing.route_params(params=fit_params, caller="fit")
    mode = config_context(enable_metadata_routing=True)
    return _Handover(estimator, fit_params, mode, routed=True)


def _is_nested(estimator):
    """Return whether something takes metadata that plain names do not reach."""
    last = last_step(estimator)
    if isinstance(last, BaseSearchCV):
        takes_groups = any(takes_in_fit(part, "groups") for part in iterate_parts(last))
        return takes_groups or _is_nested(last.estimator)
    return any(part is not last and hasattr(part, "predict") for part in iterate_parts(last))


def _is_alone(estimator):
    """Return whether `estimator.fit` takes metadata itself and hands nothing on."""
    try:
        return not isinstance(get_routing_for_object(estimator), MetadataRouter)
    except NotImplementedError:
        return False


def name_plainly(estimator, metadata):
    """Name metadata the way an estimator's `fit` has them without routing.

    Parameters
    ----------
    estimator : estimator
        A pipeline's last step and a search's estimator are looked into.
    metadata : dict
        By plain name, for example "groups".

    Returns
    -------
    fit_params : dict
        Keyword arguments of ``estimator.fit``; what it has no use for is left out.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> name_plainly(make_pipeline(LogisticRegression()), {"sample_weight": [1], "groups": [0]})
    {'logisticregression__sample_weight': [1]}
    """
    if isinstance(estimator, Pipeline):
        step, last = estimator.steps[-1]
        return {f"{step}__{name}": value for name, value in name_plainly(last, metadata).items()}
    if isinstance(estimator, BaseSearchCV):
        # A search keeps `groups` for its splitter and passes on everything else.
        for_splitter = {name: metadata[name] for name in metadata if name == "groups"}
        return name_plainly(estimator.estimator, metadata) | for_splitter
    taken = signature(estimator.fit).parameters
    return {name: value for name, value in metadata.items() if name in taken}


def _check_weights(estimator, handover):
    for learner in _leaves(estimator):
        if not handover.reaches(learner, "sample_weight"):
            raise ValueError(
                f"Songs differ in weight, but {_why_unweighted(estimator, learner, handover)}: "
                "with song_weight='length' each excerpt weighs the same."
            )


def _why_unweighted(estimator, learner, handover):
    outer, inner = type(estimator).__name__, type(learner).__name__
    if not takes_in_fit(learner, "sample_weight"):
        return f"{inner}'s fit takes no sample_weight"
    if handover.declines(learner, "sample_weight"):
        return f"{inner}'s fit takes sample_weight and does not request it"
    return f"{outer} hands no sample_weight on to {inner}"


def _check_groups(estimator, handover):
    """Refuse what would hold out excerpts of songs that it trains on."""
    for learner in _leaves(estimator):
        holds_out = getattr(learner, "validation_fraction", None) is not None
        takes_groups = takes_in_fit(learner, "groups")
        if holds_out and takes_groups and not handover.reaches(learner, "groups"):
            raise ValueError(
                f"{type(learner).__name__} holds out a part of the excerpts and has to know their "
                f"songs, but {type(estimator).__name__} does not hand it `groups`: set "
                "validation_fraction=None."
            )


def _leaves(estimator):
    """List what learns and has nothing in it that does."""
    learners = list(iterate_learners(estimator))
    return [part for part in learners if len(list(iterate_learners(part))) == 1]
