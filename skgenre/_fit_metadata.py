"""What estimators take in `fit` besides data and labels."""

from inspect import signature

from sklearn.model_selection._search import BaseSearchCV
from sklearn.pipeline import Pipeline
from sklearn.utils._metadata_requests import _routing_enabled
from sklearn.utils.metadata_routing import get_routing_for_object


def name_for_fit(estimator, metadata):
    """Name metadata the way an estimator's `fit` wants to have them.

    Parameters
    ----------
    estimator : estimator
        A pipeline's last step and a search's estimator are looked into. With metadata routing
        enabled, what the estimator requests is what it gets.
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
    >>> name_for_fit(make_pipeline(LogisticRegression()), {"sample_weight": [1], "groups": [0]})
    {'logisticregression__sample_weight': [1]}
    """
    if _routing_enabled():
        wanted = get_routing_for_object(estimator).consumes("fit", metadata)
        return {name: metadata[name] for name in metadata if name in wanted}
    if isinstance(estimator, Pipeline):
        step, last = estimator.steps[-1]
        return {f"{step}__{name}": value for name, value in name_for_fit(last, metadata).items()}
    if isinstance(estimator, BaseSearchCV):
        # A search keeps `groups` for its splitter and hands all else on.
        for_splitter = {name: metadata[name] for name in metadata if name == "groups"}
        return name_for_fit(estimator.estimator, metadata) | for_splitter
    taken = signature(estimator.fit).parameters
    return {name: value for name, value in metadata.items() if name in taken}
