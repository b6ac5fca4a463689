"""What scikeras' `KerasClassifier` takes and these classifiers do not, and what to use instead."""

import inspect
from collections.abc import Callable
from functools import wraps
from numbers import Number
from typing import Any, TypeVar, cast

from scikeras.wrappers import KerasClassifier

from skgenre._keras.did_you_mean import did_you_mean

_OWN_NETWORK = (
    "the network is the classifier's own, and its sizes are parameters; scikeras' KerasClassifier "
    "wraps networks of any other kind"
)
_SUBCLASS_NETWORK = "a subclass gives its network by _build, _list_parameters and _network_settings"
_METRICS = (
    "history_ has loss and accuracy of each epoch; for other scores use sklearn.metrics or a "
    "callback"
)
_COMPILED = "training always runs compiled"
_VALIDATION = "validation data are scored as a whole, after each epoch"
_PASSES = "an epoch is one pass over all rows; partial_fit trains on a part of them"
_QUIET = "predictions show no progress and call no callbacks"
_HELD_OUT = "nothing is held out or scored in partial_fit; pass it to fit"

# Parameters, and keyword arguments of `keras.Model.fit`, `compile` and `predict`.
PARAMETERS = {
    "model": _OWN_NETWORK,
    "build_fn": _OWN_NETWORK,
    "metrics": _METRICS,
    "weighted_metrics": _METRICS,
    "loss_weights": "the network has one loss; class_weight weighs labels",
    "run_eagerly": _COMPILED,
    "jit_compile": _COMPILED,
    "steps_per_execution": _COMPILED,
    "validation_split": (
        "validation_fraction holds out a share that is drawn with the seed, stratified, and by "
        "whole songs where fit is given groups"
    ),
    "validation_data": "pass X_val and y_val to fit",
    "validation_batch_size": _VALIDATION,
    "validation_steps": _VALIDATION,
    "validation_freq": _VALIDATION,
    "shuffle": "each epoch visits the rows in another order, drawn from random_state",
    "initial_epoch": "warm_start=True and partial_fit continue where a training stopped",
    "steps_per_epoch": _PASSES,
    "steps": "all rows are predicted",
    "x": "the excerpts are named X",
}

_PREDICTING = {"verbose": _QUIET, "callbacks": _QUIET}
# Arguments that one method does not take, although they are parameters or arguments of another.
_BY_METHOD = {
    "partial_fit": {
        "epochs": "it trains for one epoch; call it again for another, or use fit",
        "X_val": _HELD_OUT,
        "y_val": _HELD_OUT,
        "groups": _HELD_OUT,
        "validation_data": "nothing is scored in partial_fit; pass X_val and y_val to fit",
    },
    "fit": {"classes": "they are those of y; partial_fit, which sees a part of y, takes them"},
    "predict": _PREDICTING,
    "predict_proba": _PREDICTING,
    "score": _PREDICTING,
}
# Parameters that have another name in these methods.
_ROUTED = {
    method: {"batch_size": "predict__batch_size"}
    for method in ("predict", "predict_proba", "score")
}
_NEEDED = {"X": "X, the excerpts", "y": "y, the labels"}

ATTRIBUTES = {
    "target_encoder_": "classes_ has the labels in the order of predict_proba's columns",
    "feature_encoder_": "excerpts reach the network as they are; transform them in a Pipeline",
    "n_classes_": "use len(classes_)",
    "n_outputs_": "labels have one column; model_.output_shape[-1] counts the network's outputs",
    "n_outputs_expected_": "the network has one output layer, of model_.output_shape[-1] units",
    "target_type_": "use sklearn.utils.multiclass.type_of_target(classes_)",
    "X_dtype_": "excerpts are brought to float32",
    "X_shape_": "n_features_in_ is the number of time steps in an excerpt",
    "y_dtype_": "use classes_.dtype",
    "y_ndim_": "labels have one dimension",
    "y_shape_": "labels have one dimension",
}

_CHECKED = "fit and predict check their arguments themselves; override those methods"
_TRAINED = "override fit, or train by callbacks"
_COMPILE = "loss, optimizer and learning_rate are parameters"
DESTINATIONS = "routed parameters are listed in _destinations"
_TAGS = "scikit-learn asks for __sklearn_tags__"

# Hooks that scikeras calls and these classifiers do not.
HOOKS = {
    "feature_encoder": "transform excerpts by a step of a Pipeline before the classifier",
    "target_encoder": "labels are encoded by fit; bring them to another form before",
    "_keras_build_fn": _SUBCLASS_NETWORK,
    "_build_keras_model": _SUBCLASS_NETWORK,
    "_check_model_param": _SUBCLASS_NETWORK,
    "_check_model_compatibility": _SUBCLASS_NETWORK,
    "_get_compile_kwargs": _COMPILE,
    "_ensure_compiled_model": _COMPILE,
    "_initialize": "override initialize",
    "_initialize_callbacks": "callbacks is a parameter",
    "_fit": _TRAINED,
    "_fit_keras_model": _TRAINED,
    "_predict_raw": "override predict_proba",
    "_validate_data": _CHECKED,
    "_validate_sample_weight": _CHECKED,
    "_type_of_target": _CHECKED,
    "_get_metadata": "fitted attributes are those that the class documents",
    "_fit_kwargs": DESTINATIONS,
    "_predict_kwargs": DESTINATIONS,
    "_compile_kwargs": DESTINATIONS,
    "_wrapper_params": DESTINATIONS,
    "_routing_prefixes": DESTINATIONS,
    "_tags": _TAGS,
    "_more_tags": _TAGS,
}
_NOT_THERE = object()
_Method = TypeVar("_Method", bound=Callable[..., Any])


def refuse_hooks(owner):
    """Refuse a class or an estimator that brings a hook of scikeras which nothing would call.

    Where it comes from plays no part: the class itself, a mixin, a later assignment.

    Parameters
    ----------
    owner : type or estimator
        Subclass of scikeras' `KerasClassifier`, or an instance of one.

    Raises
    ------
    TypeError
        If it has a hook that is not scikeras' own; the message names it and its replacement.
    """
    for name, place in HOOKS.items():
        found = inspect.getattr_static(owner, name, _NOT_THERE)
        if found is not inspect.getattr_static(KerasClassifier, name, _NOT_THERE):
            cls = owner if inspect.isclass(owner) else type(owner)
            raise TypeError(f"{cls.__name__} defines {name}, which has no effect here: {place}.")


def instead_of_parameter(cls, name):
    """Return a sentence that names the replacement of a scikeras parameter, or None."""
    destination, _, target = name.partition("__")
    if destination == "score":
        return f"{cls.__name__} takes no {name}: a subclass gives its score by scorer."
    plain = target if destination in ("fit", "compile", "predict") else destination
    place = _PREDICTING.get(plain) if destination == "predict" else None
    place = place or PARAMETERS.get(plain)
    return place and f"{cls.__name__} takes no {name}: {place}."


def instead_of_attribute(owner, name):
    """Return a sentence that names the replacement of a scikeras attribute, or None."""
    place = ATTRIBUTES.get(name) or PARAMETERS.get(name)
    return place and f"{type(owner).__name__!r} object has no attribute {name!r}: {place}."


def explains_arguments(method: _Method) -> _Method:
    """Decorate a method so that arguments which it does not take are answered by what to do.

    Its signature is left as it is: scikit-learn reads from it what metadata can be requested.
    """
    parameters = list(inspect.signature(method).parameters.values())[1:]
    names = [parameter.name for parameter in parameters]
    required = [parameter.name for parameter in parameters if parameter.default is parameter.empty]

    @wraps(method)
    def explained(self, *args, **kwargs):
        for name, value in kwargs.items():
            if name not in names:
                raise TypeError(_unexpected(type(self), method.__name__, names, name, value))
        missing = [name for name in required[len(args) :] if name not in kwargs]
        if missing:
            needed = " and ".join(_NEEDED[name] for name in missing)
            raise TypeError(f"{type(self).__name__}.{method.__name__} needs {needed}.")
        return method(self, *args, **kwargs)

    return cast(_Method, explained)


def _unexpected(cls, method, names, name, value):
    place = _BY_METHOD.get(method, {}).get(name)
    parameter = _ROUTED.get(method, {}).get(name, name)
    if place is None and cls._is_param(parameter):
        setting = f"{parameter}={_brief(value)}"
        place = (
            f"set it when the classifier is made, {cls.__name__}({setting}), or by "
            f"set_params({setting})"
        )
    place = place or PARAMETERS.get(name)
    if place:
        return f"{cls.__name__}.{method} takes no {name}: {place}."
    return (
        f"{cls.__name__}.{method} got an unexpected keyword argument {name!r}."
        f"{did_you_mean(name, names)}"
    )


def _brief(value):
    return repr(value) if isinstance(value, (Number, str)) else "..."
