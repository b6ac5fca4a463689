"""All that scikeras 0.13 lacks for today's scikit-learn, in one place.

scikeras looks for somebody to maintain it [1]_; each piece here says which of its gaps it closes
and can go once the gap is closed upstream.

References
----------
.. [1] https://github.com/adriangb/scikeras/issues/329
"""

import inspect
from typing import TYPE_CHECKING, Any, Self

from numpy.typing import ArrayLike
from scikeras.wrappers import BaseWrapper, KerasClassifier
from sklearn.base import BaseEstimator, ClassifierMixin

from skgenre._keras.copies import copy_whole
from skgenre._keras.did_you_mean import did_you_mean
from skgenre._types import ExcerptsLike
from skgenre.classifiers._scikeras_names import (
    explains_arguments,
    instead_of_attribute,
    instead_of_parameter,
    refuse_hooks,
)

# Constructor arguments of what the parameter names: `optimizer__beta_1=0.8`.
CONSTRUCTED = ("optimizer", "loss", "callbacks")


def _sklearn_tags(self):
    return super(BaseWrapper, self).__sklearn_tags__()


# scikit-learn refuses every class whose ancestry defines the old `_more_tags` without the new
# `__sklearn_tags__`, so this has to sit on scikeras' own class. It changes nothing there:
# the method returns what BaseEstimator would return without it.
if "__sklearn_tags__" not in vars(BaseWrapper):  # pragma: no branch  (no scikeras has it yet)
    BaseWrapper.__sklearn_tags__ = _sklearn_tags

# scikeras has put functions of its own there when it was imported.
copy_whole()


class _SklearnClassifierType(type):
    """What has to be settled above the class: its ancestry, and names that are no arguments."""

    def mro(cls):
        """Ancestry with `ClassifierMixin` before `BaseWrapper`.

        scikeras declares ``KerasClassifier(BaseWrapper, ClassifierMixin)``. In that order the
        estimator is no classifier to scikit-learn, and integer ``cv`` is not stratified;
        naming the mixin first in a subclass is a TypeError. Classes of either order have no
        common one.
        """
        foreign = [base for base in cls.__bases__ if issubclass(base, BaseWrapper)]
        foreign = [base for base in foreign if not isinstance(base, _SklearnClassifierType)]
        if foreign and len(cls.__bases__) > 1:
            raise TypeError(
                f"{cls.__name__} cannot derive from {foreign[0].__name__}, which derives from "
                "scikeras' KerasClassifier by itself: make it a mixin, derived from object."
            )
        order = super().mro()
        order.remove(ClassifierMixin)
        order.insert(order.index(BaseWrapper), ClassifierMixin)
        return order

    @property
    def __signature__(cls):
        """Signature of the class; without this, tools would be shown that of `__call__`."""
        init = inspect.signature(cls.__init__)
        return init.replace(parameters=list(init.parameters.values())[1:])

    # Checkers take the parameters from `__init__`, which this would hide from them.
    if not TYPE_CHECKING:

        def __call__(cls, *args, **params):
            """Make an estimator; routed parameters need no place in its signature.

            scikit-learn takes the signature of ``__init__`` for the list of parameters, so a
            ``**kwargs`` there would count as one more.
            """
            if args and not _takes_by_position(cls):
                raise TypeError(
                    f"{cls.__name__} takes parameters by name only. "
                    f"{instead_of_parameter(cls, 'model')}"
                )
            for name in params:
                if not cls._is_param(name):
                    raise TypeError(
                        instead_of_parameter(cls, name)
                        or f"{cls.__name__}() got an unexpected keyword argument {name!r}."
                        f"{cls._did_you_mean(name)}"
                    )
            routed = {name: params.pop(name) for name in list(params) if cls._is_routed(name)}
            estimator = super().__call__(*args, **params)
            vars(estimator).update(routed)
            return estimator


def _takes_by_position(cls):
    kinds = [parameter.kind for parameter in cls.__signature__.parameters.values()]
    return any(
        kind not in (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD)
        for kind in kinds
    )


class SklearnKerasClassifier(KerasClassifier, metaclass=_SklearnClassifierType):
    """`KerasClassifier` whose parameters, tags and repr follow scikit-learn's rules.

    A routed parameter (scikeras' ``<destination>__<name>``) is either a constructor argument
    of an optimizer, a loss or the callbacks, or stands for the parameter of that name.
    """

    # Parameters that may be written with the destination that scikeras gives them.
    _destinations: dict[str, tuple[str, ...]] = {}

    # scikeras lists whatever stands in `__dict__`; scikit-learn reads the signature.
    _get_param_names: Any = classmethod(vars(BaseEstimator)["_get_param_names"].__func__)
    if not TYPE_CHECKING:
        __repr__ = BaseEstimator.__repr__

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        refuse_hooks(cls)

    # Checkers would take any attribute to be there.
    if not TYPE_CHECKING:

        def __getattr__(self, name):
            """Raise an error for an attribute that is not there, of what scikeras has included."""
            instead = instead_of_attribute(self, name)
            if instead:
                raise AttributeError(instead, name=name, obj=self)
            # Python's own error, or that of a property.
            return self.__getattribute__(name)

    @explains_arguments
    def score(self, X: ExcerptsLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Score predictions.

        The score is the accuracy, or what the `scorer` of a subclass returns.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_timesteps)
            Excerpts.
        y : array-like of shape (n_samples,)
            True labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights.

        Returns
        -------
        float
            What ``scorer(y, predict(X), sample_weight=sample_weight)`` returns.

        Raises
        ------
        NotFittedError
            If the classifier is not fitted.
        ValueError
            As in `predict`, or if `X` and `y` differ in length.

        See Also
        --------
        predict : The labels that are scored.

        Examples
        --------
        >>> from skgenre import CNNGenreClassifier
        >>> from skgenre.datasets import make_genre_excerpts
        >>> X, y = make_genre_excerpts(20, n_timesteps=60, random_state=0)
        >>> CNNGenreClassifier(random_state=0).initialize(X, y).score(X, y) >= 0
        True
        """
        return self.scorer(y, self.predict(X), sample_weight=sample_weight)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters of this estimator, routed ones included.

        A routed parameter is listed where it has been set.

        Parameters
        ----------
        deep : bool, default=True
            Whether parameters that are estimators add their own parameters.

        Returns
        -------
        dict
            Parameter names and values.

        See Also
        --------
        set_params : Set parameters.

        Examples
        --------
        >>> from skgenre import CNNGenreClassifier
        >>> CNNGenreClassifier(optimizer__beta_1=0.8).get_params()["optimizer__beta_1"]
        0.8
        """
        return BaseEstimator.get_params(self, deep=deep) | self._routed_params()

    def set_params(self, **params: Any) -> Self:
        """Set parameters of this estimator, routed ones included.

        Values are checked by `fit`.

        Parameters
        ----------
        **params : dict
            Names and values.

        Returns
        -------
        object
            The estimator.

        Raises
        ------
        ValueError
            If a name is unknown; the message says which near name may have been meant.

        See Also
        --------
        get_params : Get the parameters.

        Examples
        --------
        >>> from skgenre import CNNGenreClassifier
        >>> CNNGenreClassifier().set_params(epochs=3, optimizer__beta_1=0.8)
        CNNGenreClassifier(epochs=3, optimizer__beta_1=0.8)
        """
        for name in params:
            if not self._is_param(name):
                instead = instead_of_parameter(type(self), name)
                hint = f" {instead}" if instead else self._did_you_mean(name)
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {self}.{hint} "
                    f"Valid parameters are: {self._get_param_names()!r}."
                )
        self.__dict__.update(params)
        return self

    def _routed_params(self):
        return {name: value for name, value in vars(self).items() if self._is_routed(name)}

    @classmethod
    def _is_param(cls, name):
        return name in cls._get_param_names() or cls._is_routed(name)

    @classmethod
    def _is_routed(cls, name):
        destination, _, target = name.partition("__")
        if destination in CONSTRUCTED:
            return bool(target)
        return target in cls._destinations.get(destination, ())

    @classmethod
    def _did_you_mean(cls, name):
        routed = [
            f"{place}__{target}"
            for place in cls._destinations
            for target in cls._destinations[place]
        ]
        return did_you_mean(name, [*cls._get_param_names(), *routed])

    def _setting(self, name):
        """Value of a parameter, whether it was given by its name or routed."""
        for destination in ("model", "compile", "fit"):
            if name in self._destinations.get(destination, ()):
                return vars(self).get(f"{destination}__{name}", getattr(self, name))
        return getattr(self, name)
