"""What of scikeras' `KerasClassifier` is kept, and what the errors say of the rest."""

import copy
import inspect
import pickle
import re
from pathlib import Path

import keras
import numpy as np
import pytest
import sklearn
from scikeras.wrappers import BaseWrapper, KerasClassifier
from sklearn.base import BaseEstimator, clone
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils.metadata_routing import get_routing_for_object
from sklearn.utils.validation import has_fit_parameter

import skgenre
from skgenre import CNNGenreClassifier, MLPGenreClassifier
from tests.helpers.small_networks import small_cnn

PAGE = Path(skgenre.__file__).parents[1] / "docs" / "guide" / "scikeras.rst"


@pytest.fixture(scope="module")
def fitted(excerpts):
    return small_cnn(epochs=1).fit(*excerpts)


@pytest.fixture(scope="module")
def fitted_by_scikeras(excerpts):
    def build(meta):
        layers = [keras.Input((meta["n_features_in_"],)), keras.layers.Dense(1, "sigmoid")]
        return keras.Sequential(layers)

    X, y = excerpts
    return KerasClassifier(build, loss="binary_crossentropy", verbose=0).fit(X, y)


# --- the table in the guide


def table():
    """Return what the page says of each name: "kept", "changed" or "no"."""
    body = PAGE.read_text(encoding="utf-8").partition(".. list-table::")[2].partition("\n\nSub")[0]
    cells = re.split(r"\n   (?:\* -|  -)", body)[1:]
    rows = [[" ".join(cell.split()) for cell in cells[i : i + 3]] for i in range(0, len(cells), 3)]
    names = [(re.findall(r"``(\w+)``", row[0]), row[1]) for row in rows]
    found = [(name, status) for listed, status in names for name in listed]
    assert len(found) == len(dict(found)), "a name stands there twice"
    return dict(found)


TABLE = table()
REFUSED = [name for name, status in TABLE.items() if status == "no"]


def hooks():
    """Return what scikeras' classes have for themselves and subclasses may override."""
    own = {**vars(BaseWrapper), **vars(KerasClassifier), "_keras_build_fn": None}
    return {name for name in own if name.startswith("_") and not name.startswith("__")}


# scikit-learn's own way of listing parameters, and an attribute that it no longer looks at.
NOT_SCIKERAS = {"_get_param_names", "_estimator_type"}


def arguments(method):
    return set(inspect.signature(method).parameters) - {"self"}


def test_the_table_has_every_name_of_a_keras_classifier(fitted_by_scikeras):
    public = {name for name in dir(KerasClassifier) if not name.startswith("_")}
    attributes = {name for name in vars(fitted_by_scikeras) if not name.startswith("_")}
    routed = BaseWrapper._fit_kwargs | BaseWrapper._predict_kwargs | BaseWrapper._compile_kwargs
    of_methods = arguments(keras.Model.fit) | arguments(keras.Model.predict) - {"y"}
    wanted = public | attributes | routed | of_methods | hooks()
    wanted |= KerasClassifier().get_params().keys()
    assert wanted - TABLE.keys() == NOT_SCIKERAS | {"y"}
    assert TABLE.keys() - wanted <= arguments(keras.Model.compile)
    assert set(TABLE.values()) == {"kept", "changed", "no"}


def test_what_the_table_says_is_kept_is_there(fitted):
    params = fitted.get_params()
    kept = [name for name, status in TABLE.items() if status != "no"]
    assert len(kept) > 25
    for name in kept:
        assert name in params or name == "sample_weight" or hasattr(fitted, name), name


def use(estimator, name):
    """Use a name of scikeras as what it is there: something to override, read or set."""
    if name in hooks() or isinstance(getattr(KerasClassifier, name, None), property):
        return type("OwnCNNGenreClassifier", (CNNGenreClassifier,), {name: None})
    if name.endswith("_"):
        return getattr(estimator, name)
    return CNNGenreClassifier(**{name: None})


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_table_says_is_not_kept_is_refused_with_what_to_use_instead(fitted, name):
    with pytest.raises((TypeError, AttributeError), match=r"CNNGenreClassifier.*: \w"):
        use(fitted, name)


# --- arguments and parameters


@pytest.mark.parametrize("classifier", [CNNGenreClassifier, MLPGenreClassifier])
@pytest.mark.parametrize(
    ("method", "arguments", "message"),
    [
        (
            "fit",
            {"epochs": 3},
            "{0}.fit takes no epochs: set it when the classifier is made, {0}(epochs=3), or by "
            "set_params(epochs=3).",
        ),
        ("fit", {"callbacks": [print]}, "{0}.fit takes no callbacks: set it .*(callbacks=...)"),
        ("fit", {"class_weight": "balanced"}, "set_params(class_weight='balanced')."),
        ("fit", {"batch_size": np.int64(8)}, "{0}.fit takes no batch_size: set it"),
        ("fit", {"verbose": 2}, "{0}(verbose=2)"),
        ("fit", {"optimizer__beta_1": 0.5}, "{0}(optimizer__beta_1=0.5)"),
        ("fit", {"validation_data": ([[0]], [0])}, "no validation_data: pass X_val and y_val"),
        ("fit", {"validation_split": 0.2}, "no validation_split: validation_fraction holds out"),
        ("fit", {"shuffle": False}, "no shuffle: each epoch visits the rows in another order"),
        ("fit", {"initial_epoch": 3}, "no initial_epoch: warm_start=True and partial_fit"),
        ("fit", {"steps_per_epoch": 3}, "no steps_per_epoch: an epoch is one pass"),
        ("fit", {"classes": [0, 1]}, "no classes: they are those of y"),
        ("fit", {"X_valid": [[0]]}, "unexpected keyword argument 'X_valid'. Did you mean 'X_val'?"),
        ("partial_fit", {"epochs": 3}, "{0}.partial_fit takes no epochs: it trains for one epoch"),
        ("partial_fit", {"X_val": [[0]]}, "{0}.partial_fit takes no X_val: nothing is held out"),
        ("partial_fit", {"initial_epoch": 1}, "{0}.partial_fit takes no initial_epoch: "),
        ("initialize", {"epochs": 3}, "{0}.initialize takes no epochs: set it"),
    ],
)
def test_training_says_where_an_argument_belongs(excerpts, classifier, method, arguments, message):
    pattern = re.escape(message.format(classifier.__name__)).replace(r"\.\*", ".*")
    with pytest.raises(TypeError, match=pattern):
        getattr(classifier(), method)(*excerpts, **arguments)


@pytest.mark.parametrize("method", ["predict", "predict_proba"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 32}, r"set it .*CNNGenreClassifier\(predict__batch_size=32\)"),
        ({"verbose": 0}, "takes no verbose: predictions show no progress"),
        ({"steps": 2}, "takes no steps: all rows are predicted"),
        ({"callbacks": []}, "takes no callbacks: predictions .* call no callbacks"),
        ({"nonsense": 1}, "got an unexpected keyword argument 'nonsense'"),
    ],
)
def test_prediction_says_where_an_argument_belongs(excerpts, fitted, method, arguments, message):
    with pytest.raises(TypeError, match=rf"^CNNGenreClassifier\.{method} .*{message}"):
        getattr(fitted, method)(excerpts[0], **arguments)


@pytest.mark.parametrize("method", ["fit", "partial_fit", "initialize", "score"])
def test_labels_that_are_missing_are_named(excerpts, fitted, method):
    with pytest.raises(TypeError, match=rf"^CNNGenreClassifier\.{method} needs y, the labels\.$"):
        getattr(fitted, method)(excerpts[0])
    with pytest.raises(TypeError, match="needs X, the excerpts"):
        getattr(fitted, method)(y=excerpts[1])


def test_a_pipeline_passes_the_answer_on(excerpts):
    pipe = make_pipeline(small_cnn())
    with pytest.raises(TypeError, match=r"CNNGenreClassifier\.fit takes no epochs: set it"):
        pipe.fit(*excerpts, cnngenreclassifier__epochs=3)


def test_a_subclass_is_named_by_its_own_name(excerpts):
    class OtherNetwork(CNNGenreClassifier):
        pass

    with pytest.raises(TypeError, match=r"OtherNetwork\.fit takes no epochs: .*OtherNetwork\("):
        OtherNetwork().fit(*excerpts, epochs=3)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"model": print}, "CNNGenreClassifier takes no model: the network is .* own"),
        ({"build_fn": print}, "CNNGenreClassifier takes no build_fn: the network is .* own"),
        ({"metrics": ["AUC"]}, "takes no metrics: history_ has loss and accuracy"),
        ({"metrics__0__name": "auc"}, "takes no metrics__0__name: history_ has"),
        ({"compile__metrics": ["AUC"]}, "takes no compile__metrics: history_ has"),
        ({"validation_split": 0.2}, "takes no validation_split: validation_fraction"),
        ({"fit__validation_split": 0.2}, "takes no fit__validation_split: validation_fraction"),
        ({"fit__shuffle": False}, "takes no fit__shuffle: each epoch"),
        ({"predict__verbose": 1}, "takes no predict__verbose: predictions show no progress"),
        ({"score__normalize": False}, "takes no score__normalize: .*scorer"),
    ],
)
def test_parameters_of_scikeras_are_answered_by_what_to_use(params, message):
    with pytest.raises(TypeError, match=message):
        CNNGenreClassifier(**params)
    with pytest.raises(ValueError, match=f"Invalid parameter .*{message}.*Valid parameters are"):
        CNNGenreClassifier().set_params(**params)


def test_a_network_that_is_passed_by_position_is_refused():
    with pytest.raises(
        TypeError, match=r"CNNGenreClassifier takes parameters by name only\..* model"
    ):
        CNNGenreClassifier(print)


def test_subclasses_may_take_parameters_by_position():
    class Short(MLPGenreClassifier):
        def __init__(self, epochs=1):
            super().__init__(epochs=epochs)

    assert Short(3).epochs == 3


# --- what scikit-learn reads


@pytest.mark.parametrize("classifier", [CNNGenreClassifier, MLPGenreClassifier])
def test_signatures_are_those_of_the_methods(classifier):
    for method, names in {
        "fit": ["X", "y", "sample_weight", "X_val", "y_val", "groups"],
        "partial_fit": ["X", "y", "classes", "sample_weight"],
        "initialize": ["X", "y"],
        "predict": ["X"],
        "predict_proba": ["X"],
        "score": ["X", "y", "sample_weight"],
    }.items():
        assert list(inspect.signature(getattr(classifier(), method)).parameters) == names
    assert has_fit_parameter(classifier(), "sample_weight")
    assert not has_fit_parameter(classifier(), "epochs")


def test_metadata_that_can_be_requested_is_unchanged():
    requests = get_routing_for_object(CNNGenreClassifier())
    assert set(requests.fit.requests) == {"sample_weight", "groups", "X_val", "y_val"}
    assert set(requests.partial_fit.requests) == {"classes", "sample_weight"}
    assert set(requests.score.requests) == {"sample_weight"}
    assert not requests.predict.requests
    with sklearn.config_context(enable_metadata_routing=True):
        CNNGenreClassifier().set_fit_request(groups=True)
        with pytest.raises(TypeError, match="epochs"):
            CNNGenreClassifier().set_fit_request(epochs=True)


# --- attributes


def test_an_attribute_of_scikeras_is_answered_by_what_to_use(fitted):
    with pytest.raises(AttributeError, match=r"no attribute 'n_classes_': use len\(classes_\)"):
        fitted.n_classes_  # noqa: B018
    with pytest.raises(
        AttributeError, match=r"^'CNNGenreClassifier' object has no attribute 'x_'$"
    ):
        fitted.x_  # noqa: B018
    assert getattr(fitted, "target_encoder_", "nothing") == "nothing"
    assert not hasattr(copy.copy(fitted), "transform")
    assert not hasattr(pickle.loads(pickle.dumps(fitted)), "X_dtype_")


def test_what_is_left_of_scikeras_attributes_agrees(fitted):
    assert fitted.initialized_
    assert not small_cnn().initialized_
    assert fitted.current_epoch == fitted.n_iter_ == 1


# --- subclasses


@pytest.mark.parametrize("name", ["target_encoder", "_keras_build_fn", "_fit_keras_model"])
def test_a_hook_that_nothing_calls_cannot_be_defined(name):
    message = rf"^Own defines {name}, which has no effect here: \w"
    with pytest.raises(TypeError, match=message):
        type("Own", (MLPGenreClassifier,), {name: property(lambda self: None)})
    mixin = type("Mixin", (), {name: lambda self: None})
    with pytest.raises(TypeError, match=message):
        type("Own", (mixin, CNNGenreClassifier), {})
    grandchild = type("Mixin", (type("Deeper", (mixin, BaseEstimator), {}),), {})
    with pytest.raises(TypeError, match=message):
        type("Own", (grandchild, CNNGenreClassifier), {})


def test_a_keras_classifier_is_no_mixin():
    other = type("Other", (KerasClassifier,), {"target_encoder": None})
    for bases in [(other, CNNGenreClassifier), (CNNGenreClassifier, other)]:
        with pytest.raises(TypeError, match=r"Own cannot derive from Other, .*: make it a mixin"):
            type("Own", bases, {})


def test_a_network_that_a_later_base_brings_is_refused_too():
    mixin = type("Mixin", (), {"_keras_build_fn": lambda self: None})
    with pytest.raises(TypeError, match="Own defines _keras_build_fn"):
        type("Own", (CNNGenreClassifier, mixin), {})


@pytest.mark.parametrize("method", ["fit", "initialize"])
def test_a_hook_that_is_assigned_later_is_refused_by_fit(excerpts, method):
    class Own(CNNGenreClassifier):
        pass

    estimator = Own(epochs=1)
    Own.feature_encoder = None
    with pytest.raises(TypeError, match="Own defines feature_encoder"):
        getattr(estimator, method)(*excerpts)
    del Own.feature_encoder
    estimator._keras_build_fn = print
    with pytest.raises(TypeError, match="Own defines _keras_build_fn"):
        getattr(estimator, method)(*excerpts)


def test_public_methods_and_mixins_without_hooks_may_be_added(excerpts):
    class Mixin:
        def loudest(self, X):
            return np.abs(X).max(axis=1)

    class Own(Mixin, MLPGenreClassifier):
        def fit(self, X, y, sample_weight=None):
            return super().fit(X, y, sample_weight)

    X, y = excerpts
    fitted = Own(epochs=1, hidden_units=4).fit(X, y)
    assert fitted.loudest(X).shape == (120,)
    assert type(clone(fitted)) is Own


class ScoredByErrors(MLPGenreClassifier):
    """Its scores are negative."""

    def __init__(self, *, epochs=1, random_state=0):
        super().__init__(hidden_units=4, epochs=epochs, random_state=random_state)

    @staticmethod
    def scorer(y_true, y_pred, sample_weight=None):
        return accuracy_score(y_true, y_pred, sample_weight=sample_weight) - 1


def test_a_scorer_of_ones_own_is_used(excerpts):
    X, y = excerpts
    weights = np.linspace(1, 2, 120)
    fitted = ScoredByErrors().fit(X, y)
    expected = accuracy_score(y, fitted.predict(X), sample_weight=weights) - 1
    assert fitted.score(X, y, sample_weight=weights) == expected
    assert (cross_val_score(ScoredByErrors(), X, y, cv=2) <= 0).all()
    search = GridSearchCV(ScoredByErrors(), {"epochs": [1, 2]}, cv=2).fit(X, y)
    assert search.best_score_ <= 0


def test_a_scorer_may_be_any_kind_of_method(excerpts, fitted):
    class Bound(CNNGenreClassifier):
        def scorer(self, y_true, y_pred, **kwargs):
            return self.epochs + len(y_true) + len(y_pred)

    X, y = excerpts
    own = Bound(**fitted.get_params()).initialize(X, y)
    assert own.score(X, y) == 1 + 120 + 120
    assert fitted.score(X, y) == accuracy_score(y, fitted.predict(X))
