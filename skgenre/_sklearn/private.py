"""Private names of scikit-learn that load no estimators, each with the reason why it is used.

The rest of the package takes them from here: what a new version of scikit-learn renames is mended
in this folder.
"""

from numbers import Integral

# Constraints as scikit-learn's own parameters have them, with its words for what is refused.
from sklearn.utils._missing import is_pandas_na, is_scalar_nan
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    StrOptions,
    validate_parameter_constraints,
)

# Checks the classes of a first `partial_fit` and remembers them, as scikit-learn's checks expect.
from sklearn.utils.multiclass import _check_partial_fit_first_call as check_first_partial_fit

# Weights of any kind of array, a number among them, as scikit-learn's estimators take them.
from sklearn.utils.validation import _check_sample_weight as check_sample_weight

__all__ = [
    "AT_LEAST_ONE",
    "HasMethods",
    "Interval",
    "StrOptions",
    "check_first_partial_fit",
    "check_parameters",
    "check_sample_weight",
    "is_pandas_na",
    "is_scalar_nan",
    "validate_parameter_constraints",
]

AT_LEAST_ONE = Interval(Integral, 1, None, closed="left")


def check_parameters(estimator):
    """Check the parameters of an estimator as `fit` does, before there is anything to fit."""
    estimator._validate_params()
