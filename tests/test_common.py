"""scikit-learn's own checks, with default parameters."""

import pytest
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import (
    check_dataframe_column_names_consistency,
    check_get_feature_names_out_error,
    check_global_output_transform_pandas,
    check_inplace_ensure_writeable,
    check_param_validation,
    check_set_output_transform,
    check_set_output_transform_pandas,
    check_transformer_get_feature_names_out,
    check_transformer_get_feature_names_out_pandas,
    parametrize_with_checks,
)

from skgenre import (
    CNNGenreClassifier,
    FilterbankGenreClassifier,
    MLPGenreClassifier,
    WaveformScaler,
)

WEIGHTS_ARE_NOT_REPETITION = {
    "check_sample_weight_equivalence_on_dense_data": (
        "A row of weight two is one row in one mini-batch, a row that stands there twice is in "
        "two places of the shuffled order: the steps differ, as they do for scikit-learn's own "
        "stochastic learners."
    )
}
STEPS_ARE_FITTED_IN_PLACE = "Pipeline fits its steps in place; scikit-learn expects this failure."
EXPECTED_FAILURES = {
    "WaveformScaler": {},
    "CNNGenreClassifier": WEIGHTS_ARE_NOT_REPETITION,
    "FilterbankGenreClassifier": WEIGHTS_ARE_NOT_REPETITION,
    "MLPGenreClassifier": WEIGHTS_ARE_NOT_REPETITION,
    "Pipeline": {
        "check_estimators_overwrite_params": STEPS_ARE_FITTED_IN_PLACE,
        "check_dont_overwrite_parameters": STEPS_ARE_FITTED_IN_PLACE,
    },
}


@parametrize_with_checks(
    [
        WaveformScaler(),
        WaveformScaler(per_excerpt=True),
        CNNGenreClassifier(),
        FilterbankGenreClassifier(),
        MLPGenreClassifier(),
        # The checks seed what they compare, but they do not reach into a pipeline's steps.
        make_pipeline(WaveformScaler(), CNNGenreClassifier(random_state=0)),
    ],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES[type(estimator).__name__],
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    "estimator",
    [CNNGenreClassifier(), FilterbankGenreClassifier(), MLPGenreClassifier(), WaveformScaler()],
)
@pytest.mark.parametrize(
    "check", [check_dataframe_column_names_consistency, check_param_validation]
)
def test_checks_that_are_never_run_automatically(check, estimator):
    check(type(estimator).__name__, estimator)


# These checks mix data frames and arrays on purpose.
@pytest.mark.filterwarnings("ignore:X (has|does not have valid) feature names:UserWarning")
@pytest.mark.parametrize(
    "check",
    [
        check_get_feature_names_out_error,
        check_global_output_transform_pandas,
        check_inplace_ensure_writeable,
        check_set_output_transform,
        check_set_output_transform_pandas,
        check_transformer_get_feature_names_out,
        check_transformer_get_feature_names_out_pandas,
    ],
)
@pytest.mark.parametrize("estimator", [WaveformScaler(), WaveformScaler(per_excerpt=True)])
def test_transformer_checks_that_are_never_run_automatically(check, estimator):
    check(type(estimator).__name__, estimator)
