"""scikit-learn's bases and decorators, with the types that it does not give them.

Type checkers see classes derived from scikit-learn's own, and decorators that leave a signature as
it is. What runs is scikit-learn's.
"""

from typing import TYPE_CHECKING

__all__ = [
    "BaseEstimator",
    "CallbackSupportMixin",
    "ClassifierMixin",
    "OneToOneFeatureMixin",
    "TransformerMixin",
    "available_if",
    "fit_context",
    "validate_params",
]

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Literal, Self, TypeVar, overload

    import numpy as np
    import sklearn.base
    from numpy.typing import ArrayLike, NDArray

    from skgenre._types import Chunked, Request

    _Function = TypeVar("_Function", bound=Callable[..., Any])

    def validate_params(
        parameter_constraints: Mapping[str, Any], *, prefer_skip_nested_validation: bool
    ) -> Callable[[_Function], _Function]: ...

    def fit_context(*, prefer_skip_nested_validation: bool) -> Callable[[_Function], _Function]: ...

    def available_if(check: Callable[[Any], object]) -> Callable[[_Function], _Function]: ...

    class BaseEstimator(sklearn.base.BaseEstimator):
        def get_params(self, deep: bool = True) -> dict[str, Any]: ...

        def set_params(self, **params: Any) -> Self: ...

    class CallbackSupportMixin:
        def set_callbacks(self, *callbacks: Any) -> Self: ...

    class ClassifierMixin(sklearn.base.ClassifierMixin):
        def score(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float: ...

        def set_fit_request(self, *, sample_weight: Request = ...) -> Self: ...

        def set_score_request(self, *, sample_weight: Request = ...) -> Self: ...

    class TransformerMixin(sklearn.base.TransformerMixin):
        @overload
        def fit_transform(
            self, X: Chunked, y: ArrayLike | None = None, **fit_params: Any
        ) -> Any: ...

        @overload
        def fit_transform(
            self, X: ArrayLike, y: ArrayLike | None = None, **fit_params: Any
        ) -> NDArray[Any]: ...

        def fit_transform(self, X: Any, y: ArrayLike | None = None, **fit_params: Any) -> Any: ...

        def set_output(
            self, *, transform: Literal["default", "pandas", "polars"] | None = None
        ) -> Self: ...

    class OneToOneFeatureMixin(sklearn.base.OneToOneFeatureMixin):
        def get_feature_names_out(
            self, input_features: ArrayLike | None = None
        ) -> NDArray[np.object_]: ...

else:
    from sklearn.base import (
        BaseEstimator,
        ClassifierMixin,
        OneToOneFeatureMixin,
        TransformerMixin,
    )
    from sklearn.base import _fit_context as fit_context
    from sklearn.utils._param_validation import validate_params
    from sklearn.utils.metaestimators import available_if

    from skgenre._sklearn.callbacks import CallbackSupportMixin
