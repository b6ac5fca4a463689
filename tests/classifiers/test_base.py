"""Behaviour of the classifiers, through their public names."""

import copy
import inspect
import pickle
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pandas as pd
import pytest
import scikeras.wrappers
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.ensemble import AdaBoostClassifier, BaggingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.metrics import mean_squared_error
from sklearn.utils import get_tags

from skgenre import CNNGenreClassifier, MLPGenreClassifier, SongClassifier
from skgenre.classifiers._held_out import hold_out
from skgenre.datasets import make_genre_excerpts
from tests.helpers.interpreter import run_python
from tests.helpers.small_networks import TINY, small_cnn

CLASSIFIERS = [CNNGenreClassifier, MLPGenreClassifier]


def assert_same_weights(first, second):
    for ours, theirs in zip(first.model_.get_weights(), second.model_.get_weights(), strict=True):
        assert_array_equal(ours, theirs)


# --- what scikit-learn sees -----------------------------------------------------------------


@pytest.mark.parametrize("classifier", CLASSIFIERS)
def test_is_a_classifier_and_a_keras_classifier(classifier):
    assert is_classifier(classifier())
    assert issubclass(classifier, scikeras.wrappers.KerasClassifier)


def test_plain_scikeras_classifiers_keep_their_ancestry():
    mro = scikeras.wrappers.KerasClassifier.mro()
    assert mro.index(scikeras.wrappers.BaseWrapper) < mro.index(
        next(cls for cls in mro if cls.__name__ == "ClassifierMixin")
    )


def test_defaults_are_the_lessons():
    X, y = make_genre_excerpts(20, random_state=0)
    cnn = CNNGenreClassifier().initialize(X, y)
    mlp = MLPGenreClassifier().initialize(X, y)
    assert (cnn.model_.count_params(), mlp.model_.count_params()) == (167_425, 323_969)
    shared = {"loss": "mean_squared_error", "batch_size": 16, "epochs": 10, "class_weight": None}
    for estimator, optimizer, rate in [(cnn, "adam", 0.001), (mlp, "sgd", 0.01)]:
        params = estimator.get_params()
        assert {name: params[name] for name in shared} == shared
        assert (params["optimizer"], params["learning_rate"]) == (optimizer, rate)


@pytest.mark.parametrize("classifier", CLASSIFIERS)
def test_signature_lists_the_parameters(classifier):
    assert set(inspect.signature(classifier).parameters) == set(classifier().get_params())


def test_tags_of_plain_scikeras_classifiers_are_unchanged():
    ours = get_tags(scikeras.wrappers.BaseWrapper())
    assert ours == get_tags(BaseEstimator())


def test_repr_shows_changed_parameters_only():
    assert repr(small_cnn()) == (
        "CNNGenreClassifier(dense_units=8, epochs=2, filters=(4, 6), kernel_sizes=(9, 5),\n"
        "                   random_state=0, strides=(2, 2))"
    )


def test_html_repr_shows_parameters():
    html = small_cnn(kernel_sizes=(7, 3))._repr_html_()
    assert "CNNGenreClassifier" in html
    assert "(7, 3)" in html


# --- labels and predictions -----------------------------------------------------------------


@pytest.mark.parametrize(
    "labels",
    [
        np.array(["classical", "rock"]),
        np.array(["classical", "rock"], dtype=object),
        np.array([3, -1]),
        np.array([False, True]),
        np.array([0.0, 1.0]),
    ],
    ids=["str", "object", "int", "bool", "float"],
)
def test_two_classes_of_any_label_type(excerpts, labels):
    X, y = excerpts
    named = labels[(y == "1").astype(int)]
    fitted = small_cnn().fit(X, named)
    assert_array_equal(fitted.classes_, np.sort(labels))
    assert fitted.classes_.dtype == labels.dtype
    assert set(fitted.predict(X)) <= set(labels)
    assert fitted.predict_proba(X).shape == (120, 2)


def test_three_classes(three_classes):
    X, y = three_classes
    fitted = small_cnn(epochs=30, learning_rate=0.01).fit(X, y)
    probabilities = fitted.predict_proba(X)
    assert probabilities.shape == (90, 3)
    assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)
    assert fitted.score(X, y) > 0.9


@pytest.mark.parametrize("n_rows", [1, 2, 23, 24, 25, 120])
def test_probabilities_are_always_a_table(excerpts, n_rows):
    X, y = excerpts
    fitted = small_cnn().fit(X, y)
    probabilities = fitted.predict_proba(X[:n_rows])
    assert probabilities.shape == (n_rows, 2)
    assert probabilities.dtype == np.float32
    assert_allclose(probabilities, fitted.predict_proba(X)[:n_rows], atol=1e-6)


def test_more_excerpts_than_go_through_at_once(excerpts):
    X, y = excerpts
    fitted = small_cnn().fit(X, y)
    many = np.tile(X, (9, 1))
    assert_array_equal(fitted.predict_proba(many), np.tile(fitted.predict_proba(X), (9, 1)))
    bounded = clone(fitted).set_params(predict__batch_size=48).fit(X, y)
    assert_array_equal(bounded.predict_proba(many), fitted.predict_proba(many))


def test_learns_what_a_perceptron_on_sorted_samples_cannot():
    X, y = make_genre_excerpts(300, n_timesteps=240, random_state=0)
    shuffled = np.sort(X, axis=1)
    cnn = CNNGenreClassifier(epochs=5, random_state=0).fit(X[:200], y[:200])
    mlp = MLPGenreClassifier(epochs=5, random_state=0).fit(shuffled[:200], y[:200])
    assert cnn.score(X[200:], y[200:]) > 0.9
    assert mlp.score(shuffled[200:], y[200:]) < 0.7


@pytest.mark.parametrize("classifier", CLASSIFIERS)
def test_one_time_step(classifier):
    X = np.repeat([[-1.0], [1.0]], 20, axis=0)
    y = np.repeat(["low", "high"], 20)
    assert classifier(epochs=2, random_state=0).fit(X, y).predict_proba(X).shape == (40, 2)


def test_model_is_the_fitted_network(excerpts):
    X, y = excerpts
    fitted = small_cnn().fit(X, y)
    assert isinstance(fitted.model_, keras.Model)
    assert fitted.model_ is fitted.model_
    assert_allclose(
        fitted.model_.predict(X, verbose=0)[:, 0], fitted.predict_proba(X)[:, 1], atol=1e-6
    )


def test_parameters_set_after_fit_leave_predictions_alone(excerpts):
    X, y = excerpts
    fitted = small_cnn().fit(X, y)
    before = fitted.predict_proba(X)
    fitted.set_params(filters=(2, 2), loss="huber", optimizer="sgd")
    assert_array_equal(fitted.predict_proba(X), before)


# --- training -------------------------------------------------------------------------------


def spread(targets, probabilities):
    """Compare the rows of a batch: the loss is not the mean of theirs."""
    return keras.ops.mean((targets - probabilities) ** 2) + keras.ops.std(probabilities)


CNN, MLP = CNNGenreClassifier(), MLPGenreClassifier()
# Adam divides by the size of the gradient: where that is as good as zero, rounding would decide.
STEADY = CNNGenreClassifier(optimizer__epsilon=1e-3)
CLIPPED = CNNGenreClassifier(learning_rate=0.1, optimizer__clipnorm=1e-3)
CLIPPED_TOGETHER = CNNGenreClassifier(learning_rate=0.1, optimizer__global_clipnorm=1e-3)
AVERAGED = CNNGenreClassifier(learning_rate=0.1, optimizer__use_ema=True)
OVERWRITTEN = clone(STEADY).set_params(
    optimizer__use_ema=True, optimizer__ema_overwrite_frequency=2
)
ACCUMULATED = CNNGenreClassifier(learning_rate=0.1, optimizer__gradient_accumulation_steps=2)
SCHEDULE_FREE = MLPGenreClassifier(optimizer__epsilon=1e-3)
SCALED = CNNGenreClassifier(learning_rate=0.1, optimizer__loss_scale_factor=1024.0)


@pytest.mark.parametrize(
    ("estimator", "optimizer", "loss", "weighted"),
    [
        (STEADY, "adam", "mean_squared_error", True),
        (MLP, "sgd", "mean_squared_error", False),
        # A loss that is no mean of what each row has by itself.
        (STEADY, "adam", spread, True),
        *(
            pytest.param(*settings, marks=pytest.mark.slow)
            for settings in (
                (STEADY, "adam", "mean_squared_error", False),
                (STEADY, "adamw", "binary_crossentropy", True),
                # Norms of each variable, or of all of them.
                (CLIPPED, "sgd", "mean_squared_error", False),
                (CLIPPED_TOGETHER, "sgd", "mean_squared_error", False),
                (STEADY, "lamb", "mean_squared_error", False),
                (MLP, "muon", "mean_squared_error", False),
                (STEADY, "adam", "dice", False),
                (CNN, "sgd", keras.losses.MeanSquaredError(reduction="sum"), True),
                (AVERAGED, "sgd", "mean_squared_error", False),
                (OVERWRITTEN, "adam", "mean_squared_error", False),
                (ACCUMULATED, "sgd", "mean_squared_error", True),
                (SCALED, "sgd", "mean_squared_error", True),
                (SCHEDULE_FREE, "schedulefreeadamw", "mean_squared_error", False),
            )
        ),
    ],
)
def test_one_epoch_equals_plain_keras(estimator, optimizer, loss, weighted):
    X, y = make_genre_excerpts(70, random_state=0)
    sample_weight = np.random.RandomState(1).uniform(0.5, 2, 70) if weighted else None
    estimator = clone(estimator).set_params(random_state=3, epochs=1)
    estimator.set_params(optimizer=optimizer, loss=loss)
    model = clone(estimator).initialize(X, y).model_
    routed = {
        name.removeprefix("optimizer__"): value
        for name, value in estimator.get_params().items()
        if name.startswith("optimizer__")
    }
    kinds = {name.lower(): kind for name, kind in vars(keras.optimizers).items()}
    model.compile(kinds[optimizer](estimator.learning_rate, **routed), loss)
    # As `Model.fit` does at its beginning; some optimizers begin with the weights.
    model.optimizer.build(model.trainable_variables)
    order = visiting_order(estimator, X, y)
    # Of weights only the ratios count: Keras is given those whose mean is 1.
    relative = None if sample_weight is None else sample_weight / sample_weight.mean()
    for first in range(0, 70, 16):
        rows = order[first : first + 16]
        model.train_on_batch(
            X[rows],
            y[rows, np.newaxis].astype(np.float32),
            sample_weight=None if relative is None else relative[rows],
        )
    # As `Model.fit` does at its end.
    model.optimizer.finalize_variable_values(model.trainable_variables)
    estimator.fit(X, y, sample_weight=sample_weight)
    for ours, keras_own in zip(estimator.model_.get_weights(), model.get_weights(), strict=True):
        assert_allclose(ours, keras_own, rtol=0, atol=1e-5)


def visiting_order(estimator, X, y):
    """Repeat how a seed decides the order of the first epoch."""
    seed = np.random.RandomState(estimator.random_state).randint(np.iinfo(np.int32).max)
    return np.random.default_rng([seed, 0]).permutation(len(X))


def test_history_counts_epochs(excerpts):
    X, y = excerpts
    fitted = small_cnn(epochs=3).fit(X, y)
    assert fitted.n_iter_ == 3
    assert list(fitted.history_) == ["loss", "accuracy"]
    assert all(type(value) is float for values in fitted.history_.values() for value in values)


def test_validation_columns_are_those_of_the_fitted_network(excerpts):
    X, y = excerpts
    fitted = small_cnn(epochs=3).fit(X[:80], y[:80], X_val=X[80:], y_val=y[80:])
    assert list(fitted.history_) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    probability = fitted.predict_proba(X[80:])[:, 1]
    target = (y[80:] == "1").astype(float)
    assert_allclose(
        fitted.history_["val_loss"][-1], mean_squared_error(target, probability), rtol=1e-4
    )
    assert_allclose(fitted.history_["val_accuracy"][-1], fitted.score(X[80:], y[80:]))


def test_validation_data_does_not_change_training(excerpts):
    X, y = excerpts
    alone = small_cnn().fit(X[:80], y[:80])
    watched = small_cnn().fit(X[:80], y[:80], X_val=X[80:], y_val=y[80:])
    assert_same_weights(alone, watched)


def test_validation_fraction_trains_on_the_rest(excerpts):
    X, y = excerpts
    batches = []
    counter = keras.callbacks.LambdaCallback(on_train_batch_end=lambda b, logs: batches.append(b))
    fitted = small_cnn(validation_fraction=0.25, epochs=1, batch_size=10, callbacks=[counter])
    fitted.fit(X, y)
    assert len(batches) == 9  # 90 of 120 excerpts
    assert len(fitted.history_["val_loss"]) == 1


def test_early_stopping_restores_the_best_epoch(excerpts):
    X, y = excerpts
    fitted = small_cnn(epochs=60, learning_rate=0.03, early_stopping=True, patience=2)
    fitted.fit(X[:40], y[:40], X_val=X[40:], y_val=y[40:])
    losses = fitted.history_["val_loss"]
    assert fitted.n_iter_ == len(losses) < 60
    assert np.argmin(losses) == len(losses) - 3
    probability = fitted.predict_proba(X[40:])[:, 1]
    target = (y[40:] == "1").astype(float)
    assert_allclose(mean_squared_error(target, probability), min(losses), rtol=1e-4)


def test_partial_fit_epoch_by_epoch_equals_fit(excerpts):
    X, y = excerpts
    whole = small_cnn(epochs=3).fit(X, y)
    stepwise = small_cnn()
    stepwise.partial_fit(X, y, classes=["0", "1"])
    for _ in range(2):
        stepwise.partial_fit(X, y)
    assert_same_weights(whole, stepwise)
    assert stepwise.history_ == whole.history_
    assert stepwise.n_iter_ == 3


def test_warm_start_continues(excerpts):
    X, y = excerpts
    whole = small_cnn(epochs=3).fit(X, y)
    continued = small_cnn(epochs=2, warm_start=True).fit(X, y)
    continued.set_params(epochs=1).fit(X, y)
    assert_same_weights(whole, continued)
    assert continued.n_iter_ == 3


def test_warm_start_takes_up_a_new_learning_rate(excerpts):
    X, y = excerpts
    fitted = small_cnn(warm_start=True).fit(X, y)
    before = fitted.model_.get_weights()
    fitted.set_params(learning_rate=1e-9).fit(X, y)
    for ours, former in zip(fitted.model_.get_weights(), before, strict=True):
        assert_allclose(ours, former, atol=1e-6)


def test_warm_start_with_another_optimizer_starts_its_state_afresh(excerpts):
    X, y = excerpts
    fitted = small_cnn(warm_start=True).fit(X, y).set_params(optimizer="sgd").fit(X, y)
    assert fitted.n_iter_ == 4


def test_warm_start_with_other_settings_of_the_optimizer(excerpts):
    X, y = excerpts
    fitted = small_cnn(optimizer="sgd", warm_start=True).fit(X, y)
    assert fitted.set_params(optimizer__momentum=0.9).fit(X, y).n_iter_ == 4


def test_history_has_gaps_where_there_was_no_validation_data(excerpts):
    X, y = excerpts
    fitted = small_cnn(epochs=1).fit(X, y, X_val=X, y_val=y).partial_fit(X, y)
    assert [len(values) for values in fitted.history_.values()] == [2] * 4
    assert_array_equal(np.isnan(fitted.history_["val_loss"]), [False, True])
    fitted = small_cnn(epochs=1, warm_start=True).fit(X, y).fit(X, y, X_val=X, y_val=y)
    assert_array_equal(np.isnan(fitted.history_["val_loss"]), [True, False])


def test_balanced_weights_survive_a_warm_start_without_one_of_the_classes(excerpts):
    X, y = excerpts
    fitted = small_cnn(class_weight="balanced", warm_start=True).fit(X, y)
    assert fitted.fit(X[y == "1"], y[y == "1"]).n_iter_ == 4


def test_partial_fit_accepts_a_part_of_the_classes(excerpts):
    X, y = excerpts
    fitted = small_cnn().partial_fit(X[y == "0"], y[y == "0"], classes=["0", "1"])
    assert_array_equal(fitted.classes_, ["0", "1"])


def test_initialize_gives_the_weights_that_fit_starts_from(excerpts):
    X, y = excerpts
    initialized = small_cnn().initialize(X, y)
    assert initialized.n_iter_ == 0
    assert initialized.current_epoch == 0
    fitted = small_cnn(learning_rate=1e-12, epochs=1, optimizer="sgd").fit(X, y)
    for ours, theirs in zip(
        initialized.model_.get_weights(), fitted.model_.get_weights(), strict=True
    ):
        assert_allclose(ours, theirs, atol=1e-9)


# --- weights --------------------------------------------------------------------------------


def test_rows_of_weight_zero_are_left_out(excerpts):
    X, y = excerpts
    sample_weight = np.ones(120)
    sample_weight[::3] = 0
    weighted = small_cnn().fit(X, y, sample_weight=sample_weight)
    assert_same_weights(weighted, small_cnn().fit(X[sample_weight > 0], y[sample_weight > 0]))


def test_balanced_class_weight_equals_sample_weight(excerpts):
    X, y = excerpts
    rows = np.r_[np.flatnonzero(y == "0")[:45], np.flatnonzero(y == "1")[:15]]
    by_class = small_cnn(class_weight="balanced").fit(X[rows], y[rows])
    by_label = small_cnn(class_weight={"0": 60 / 90, "1": 60 / 30}).fit(X[rows], y[rows])
    by_row = small_cnn().fit(
        X[rows], y[rows], sample_weight=np.where(y[rows] == "0", 60 / 90, 60 / 30)
    )
    assert_same_weights(by_class, by_label)
    assert_same_weights(by_class, by_row)


def test_class_weight_multiplies_sample_weight_and_leaves_it_alone(excerpts):
    X, y = excerpts
    sample_weight = np.linspace(1, 2, 120)
    before = sample_weight.copy()
    both = small_cnn(class_weight={"1": 2.0}).fit(X, y, sample_weight=sample_weight)
    assert_array_equal(sample_weight, before)
    product = small_cnn().fit(X, y, sample_weight=before * np.where(y == "1", 2, 1))
    assert_same_weights(both, product)


def test_validation_loss_is_weighted_like_the_training_loss(excerpts):
    X, y = excerpts
    fitted = small_cnn(class_weight={"0": 0.5, "1": 2.0}).fit(X, y, X_val=X, y_val=y)
    target = (y == "1").astype(float)
    losses = (target - fitted.predict_proba(X)[:, 1]) ** 2
    weighted = np.average(losses, weights=np.where(y == "1", 2.0, 0.5))
    assert_allclose(fitted.history_["val_loss"][-1], weighted, rtol=1e-4)


UNEVEN = np.random.RandomState(0).uniform(0.5, 2, 120)


@pytest.mark.parametrize("factor", [1 / 120, 1e-6, 1e6, 1e-30, 1e-300, 1e300, 2.0**-1000])
def test_a_factor_common_to_all_sample_weights_has_no_effect(excerpts, factor):
    X, y = excerpts
    validated = {"X_val": X[:30], "y_val": y[:30]}
    params = {"class_weight": "balanced", "optimizer": "sgd", "learning_rate": 0.1}
    plain = small_cnn(**params).fit(X, y, sample_weight=UNEVEN, **validated)
    scaled = small_cnn(**params).fit(X, y, sample_weight=factor * UNEVEN, **validated)
    assert_same_weights(scaled, plain)
    assert scaled.history_ == plain.history_


@pytest.mark.parametrize("classifier", CLASSIFIERS)
@pytest.mark.parametrize("weight", [1, 7, 1e-30, np.float32(1e-30), np.float32(1e30)])
def test_equal_weights_are_no_weights(excerpts, classifier, weight):
    X, y = excerpts
    plain = classifier(epochs=1, random_state=0).fit(X, y)
    weighted = classifier(epochs=1, random_state=0).fit(X, y, sample_weight=np.full(120, weight))
    assert_same_weights(weighted, plain)
    assert weighted.history_ == plain.history_


@pytest.mark.parametrize("factor", [0.25, 1 / 3, 1e-30, 1e300])
def test_a_factor_common_to_all_class_weights_has_no_effect(excerpts, factor):
    X, y = excerpts
    plain, scaled = (
        small_cnn(class_weight={"0": scale * 1.0, "1": scale * 2.5}, optimizer="sgd").fit(
            X, y, X_val=X[:30], y_val=y[:30]
        )
        for scale in (1, factor)
    )
    assert_same_weights(scaled, plain)
    assert scaled.history_ == plain.history_


def test_a_factor_common_to_the_weights_of_a_call_has_no_effect_in_partial_fit(excerpts):
    X, y = excerpts
    plain, scaled = small_cnn(optimizer="sgd"), small_cnn(optimizer="sgd")
    for factor in (1e-6, 1e6, 1 / 120):
        plain.partial_fit(X, y, classes=["0", "1"], sample_weight=UNEVEN)
        scaled.partial_fit(X, y, classes=["0", "1"], sample_weight=factor * UNEVEN)
    assert_same_weights(scaled, plain)


def test_weighted_partial_fit_epoch_by_epoch_equals_fit(excerpts):
    X, y = excerpts
    settings = {"class_weight": {"0": 1, "1": 3}}
    whole = small_cnn(epochs=3, **settings).fit(X, y, sample_weight=UNEVEN)
    stepwise = small_cnn(**settings)
    for _ in range(3):
        stepwise.partial_fit(X, y, classes=["0", "1"], sample_weight=UNEVEN)
    assert_same_weights(whole, stepwise)


def test_a_part_with_one_class_keeps_that_class_weight(excerpts):
    X, y = excerpts
    rows = {label: np.flatnonzero(y == label) for label in "01"}

    def after_both(**params):
        classifier = small_cnn(optimizer="sgd", learning_rate=0.1, **params)
        for label in "01":
            classifier.partial_fit(X[rows[label]], y[rows[label]], classes=["0", "1"])
        return classifier

    light = after_both(class_weight={"0": 1, "1": 0.5})
    heavy = after_both(class_weight={"0": 1, "1": 2})
    assert heavy.predict_proba(X)[:, 1].mean() > light.predict_proba(X)[:, 1].mean() + 0.01
    # Its mean counts all rows seen so far, 60 of weight 1 and 60 of weight 2.
    assert_allclose(
        heavy.history_["loss"][1] / after_both().history_["loss"][1], 2 / 1.5, rtol=0.05
    )


def test_a_class_that_weighs_nothing_leaves_the_others_alone(three_classes):
    X, y = three_classes
    without = small_cnn(class_weight={2: 0}, optimizer="sgd").fit(X, y)
    scaled = small_cnn(class_weight={0: 5, 1: 5, 2: 0}, optimizer="sgd").fit(X, y)
    assert_same_weights(without, scaled)
    before = without.predict_proba(X)
    without.partial_fit(X[y == 2], y[y == 2])
    assert_array_equal(without.predict_proba(X), before)


def test_a_heavy_song_that_is_held_out_does_not_stop_the_training(excerpts):
    X, y = excerpts
    groups = np.arange(120) // 5
    settings = {"validation_fraction": 0.25, "optimizer": "sgd", "learning_rate": 0.1}
    plain = small_cnn(**settings).fit(X, y, groups=groups)
    held_out = hold_out(y, groups, 0.25, plain._seed)
    weighted = small_cnn(**settings).fit(
        X, y, groups=groups, sample_weight=np.where(held_out, 1e6, 1)
    )
    assert_same_weights(weighted, plain)


def test_models_saved_before_totals_were_recorded_continue(excerpts):
    X, y = excerpts
    fitted = small_cnn().fit(X, y)
    state = fitted.__getstate__()
    del state["_class_totals"]
    older = small_cnn()
    older.__setstate__(state)
    assert_same_weights(older.partial_fit(X, y), fitted.partial_fit(X, y))


@pytest.mark.parametrize("totals", [[1.0] * 3, [1.0, -1.0], [1.0, np.nan], [[1.0], 2.0], "ab"])
def test_totals_that_cannot_be_are_refused(excerpts, totals):
    state = small_cnn().fit(*excerpts).__getstate__()
    with pytest.raises(ValueError, match=r"The state has|inhomogeneous"):
        small_cnn().__setstate__({**state, "_class_totals": totals})


def lasting_tone(n_excerpts):
    """Excerpts with an offset, below or above zero, that even few steps of a perceptron learn."""
    y = np.arange(n_excerpts) % 2
    noise = np.random.RandomState(0).normal(size=(n_excerpts, 20))
    return noise + np.where(y == 1, 0.5, -0.5)[:, np.newaxis], y


@pytest.mark.parametrize(
    "estimator",
    [
        MLPGenreClassifier(hidden_units=16, learning_rate=0.1, epochs=5),
        CNNGenreClassifier(**TINY, optimizer="sgd", learning_rate=0.1, epochs=5),
    ],
    ids=["mlp", "cnn"],
)
@pytest.mark.parametrize(
    "ensemble",
    [AdaBoostClassifier(n_estimators=3), BaggingClassifier(n_estimators=2)],
    ids=["adaboost", "bagging"],
)
def test_ensembles_that_weigh_rows_learn(estimator, ensemble):
    X, y = lasting_tone(240)
    ensemble = clone(ensemble).set_params(estimator=estimator, random_state=0)
    # Each class has half of the rows.
    assert ensemble.fit(X[:160], y[:160]).score(X[160:], y[160:]) > 0.8


def test_a_factor_common_to_all_weights_of_songs_has_no_effect(excerpts):
    songs, y = excerpts
    mlp = MLPGenreClassifier(hidden_units=8, epochs=2, random_state=0)
    plain, scaled = (
        SongClassifier(mlp, excerpt_seconds=0.05).fit(list(songs), y, sample_weight=factor * UNEVEN)
        for factor in (1, 1e-6)
    )
    assert_array_equal(scaled.predict_proba(songs), plain.predict_proba(songs))


def test_the_callers_arrays_are_never_changed(excerpts):
    X, y = excerpts
    arrays = {
        "X": X.copy(),
        "y": y.copy(),
        "sample_weight": np.linspace(0, 1, 120),
        "X_val": X[:30].copy(),
        "y_val": y[:30].copy(),
        "groups": np.arange(120) // 4,
    }
    before = copy.deepcopy(arrays)
    small_cnn(class_weight="balanced").fit(**arrays).predict_proba(arrays["X"])
    for name, array in arrays.items():
        assert_array_equal(array, before[name])


def test_float32_is_copied_by_nothing_but_tensorflow():
    X = np.zeros((4000, 1000), np.float32)
    X[::2] = 1
    y = np.arange(4000) % 2
    estimator = small_cnn(epochs=1, batch_size=4000).fit(X[:10], y[:10])
    tracemalloc.start()
    estimator.fit(X, y)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.1 * X.nbytes  # TensorFlow's own tensor; a second copy would make it 2


# --- parameters -----------------------------------------------------------------------------


def test_an_int_stands_for_every_layer(excerpts):
    X, y = excerpts
    by_int = small_cnn(kernel_sizes=5, strides=2).fit(X, y)
    assert_same_weights(by_int, small_cnn(kernel_sizes=(5, 5), strides=(2, 2)).fit(X, y))


def test_ints_alone_stand_for_one_layer(excerpts):
    X, y = excerpts
    fitted = small_cnn(filters=3, kernel_sizes=5, strides=2).fit(X, y)
    assert fitted.model_.get_layer("conv1d_1").kernel.shape == (5, 1, 3)
    assert [layer.name for layer in fitted.model_.layers if "conv" in layer.name] == ["conv1d_1"]


def test_every_parameter_can_be_set_by_name():
    for classifier in CLASSIFIERS:
        for name, value in classifier().get_params().items():
            assert (
                classifier(**{name: value}).set_params(**{name: value}).get_params()[name] is value
            )


def test_routed_names_of_scikeras(excerpts):
    X, y = excerpts
    routed = small_cnn(
        optimizer__beta_1=0.5, model__dense_units=3, fit__epochs=1, compile__loss="huber"
    )
    assert routed.get_params()["optimizer__beta_1"] == 0.5
    assert clone(routed).get_params() == routed.get_params()
    plain = small_cnn(
        optimizer=keras.optimizers.Adam(0.001, beta_1=0.5), dense_units=3, epochs=1, loss="huber"
    )
    assert_same_weights(routed.fit(X, y), plain.fit(X, y))


def test_routed_names_reach_losses_and_callbacks(excerpts):
    X, y = excerpts
    routed = small_cnn(loss=keras.losses.Huber, loss__delta=0.2).fit(X, y)
    assert_same_weights(routed, small_cnn(loss=keras.losses.Huber(delta=0.2)).fit(X, y))
    stopped = small_cnn(
        callbacks=[keras.callbacks.EarlyStopping],
        callbacks__0__monitor="loss",
        callbacks__0__min_delta=1e9,
        callbacks__0__patience=1,
        epochs=9,
    )
    assert stopped.fit(X, y).n_iter_ == 2
    stopped.set_params(callbacks={"stop": keras.callbacks.EarlyStopping(monitor="loss")})
    assert stopped.fit(X, y).n_iter_ <= 9


def test_an_optimizer_class_gets_the_learning_rate(excerpts):
    X, y = excerpts
    by_class = small_cnn(optimizer=keras.optimizers.SGD, learning_rate=0.05).fit(X, y)
    assert_same_weights(by_class, small_cnn(optimizer="sgd", learning_rate=0.05).fit(X, y))


def test_an_optimizer_instance_is_copied(excerpts):
    X, y = excerpts
    optimizer = keras.optimizers.SGD(0.05, momentum=0.9)
    fitted = small_cnn(optimizer=optimizer).fit(X, y)
    assert not optimizer.built
    assert_same_weights(fitted, small_cnn(optimizer=optimizer).fit(X, y))


def test_a_learning_rate_schedule_is_followed(excerpts):
    X, y = excerpts
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([8], [0.01, 0.0])
    scheduled = small_cnn(optimizer=keras.optimizers.SGD(schedule), epochs=3).fit(X, y)
    constant = small_cnn(optimizer="sgd", learning_rate=0.01, epochs=1).fit(X, y)
    for ours, theirs in zip(
        scheduled.model_.get_weights(), constant.model_.get_weights(), strict=True
    ):
        assert_allclose(ours, theirs, atol=1e-3)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"kernel_size": 3}, "Did you mean 'kernel_sizes'"),
        ({"optimiser": "adam"}, "Did you mean 'optimizer'"),
        ({"fit__epoch": 3}, "Did you mean 'fit__epochs'"),
        ({"nonsense": 3}, "nonsense"),
    ],
)
def test_a_wrong_name_says_which_was_meant(params, message):
    with pytest.raises(TypeError, match=message):
        CNNGenreClassifier(**params)
    with pytest.raises(ValueError, match=message):
        CNNGenreClassifier().set_params(**params)


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"kernel_sizes": 0}, ValueError, "'kernel_sizes' parameter of CNNGenreClassifier must be"),
        ({"kernel_sizes": (9, 0)}, ValueError, "kernel_sizes must be integers of at least 1"),
        ({"kernel_sizes": (9, 2.5)}, ValueError, "kernel_sizes must be integers .* got 2.5"),
        ({"kernel_sizes": (9, 5, 3)}, ValueError, "equal length, got lengths 2, 3, 2"),
        (dict.fromkeys(["filters", "kernel_sizes", "strides"], ()), ValueError, "at least one"),
        ({"loss": "mean_square_error"}, ValueError, "Did you mean 'mean_squared_error'"),
        ({"loss": "categorical_crossentropy"}, ValueError, "use 'binary_crossentropy'"),
        ({"loss": "sparse_categorical_crossentropy"}, ValueError, "class numbers"),
        ({"loss": "huber", "loss__delta": 1.0}, ValueError, "loss__delta needs loss to be a class"),
        ({"optimizer": "adm"}, ValueError, "Did you mean 'adam'"),
        ({"optimizer": int}, TypeError, "no subclass of keras.optimizers.Optimizer"),
        ({"optimizer__beta1": 0.5}, ValueError, "Did you mean 'beta_1'"),
        ({"callbacks": [print]}, TypeError, "callbacks must be"),
        ({"epochs": 0}, ValueError, "'epochs' parameter"),
        ({"fit__epochs": 0}, ValueError, "'epochs' parameter"),
        ({"predict__batch_size": 0}, ValueError, "'predict__batch_size' parameter"),
        ({"learning_rate": 0}, ValueError, "'learning_rate' parameter"),
        ({"validation_fraction": 1.0}, ValueError, "'validation_fraction' parameter"),
        ({"class_weight": "balance"}, ValueError, "'class_weight' parameter"),
        ({"class_weight": {"jazz": 2}}, ValueError, "names 'jazz', but the classes are"),
        ({"class_weight": {"0": -1}}, ValueError, "must be a weight of 0 or more, got -1"),
        ({"class_weight": {"0": 10**400}}, ValueError, "must be a weight of 0 or more, got 1000"),
        ({"class_weight": {"0": 0, "1": 0}}, ValueError, "class_weight has only zeros"),
        ({"early_stopping": True}, ValueError, "needs validation data"),
    ],
)
def test_bad_parameters_are_named_before_any_training(excerpts, params, error, message):
    epochs = []
    watch = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: epochs.append(epoch))
    with pytest.raises(error, match=message):
        small_cnn(**{"callbacks": [watch], **params}).fit(*excerpts)
    assert epochs == []


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"X": np.full((4, 3), np.nan)}, ValueError, "NaN"),
        ({"X": np.full((4, 3), np.inf)}, ValueError, "infinity"),
        ({"X": np.full((4, 3), 1e300)}, ValueError, "too large for dtype"),
        ({"X": np.ones((4, 3)) * 1j}, ValueError, "Complex data not supported"),
        ({"X": np.ones(4)}, ValueError, "Expected 2D array, got 1D"),
        ({"X": np.ones((4, 3, 2))}, ValueError, "dim 3"),
        ({"X": np.ones((0, 3))}, ValueError, "0 sample"),
        ({"X": np.ones((4, 0))}, ValueError, "0 feature"),
        ({"X": np.ones((5, 3))}, ValueError, "inconsistent numbers of samples"),
        ({"X": [["a"] * 3] * 4}, ValueError, "could not convert string"),
        ({"y": None}, ValueError, "requires y to be passed"),
        ({"y": ["a", "a", "a", "a"]}, ValueError, "1 class"),
        ({"y": [0.1, 0.2, 0.3, 0.4]}, ValueError, "continuous"),
        ({"sample_weight": np.zeros(4)}, ValueError, "zero"),
        ({"sample_weight": -np.ones(4)}, ValueError, "[Nn]egative"),
        ({"sample_weight": np.ones(3)}, ValueError, "sample_weight"),
        ({"groups": [1, 2]}, ValueError, "inconsistent numbers of samples"),
        ({"X_val": np.ones((2, 3))}, ValueError, "y_val go together"),
        ({"X_val": np.ones((2, 4)), "y_val": ["a", "b"]}, ValueError, "X_val: X has 4 features"),
        ({"X_val": np.full((2, 3), np.nan), "y_val": ["a", "b"]}, ValueError, "X_val: .*NaN"),
        ({"X_val": np.ones((2, 3)), "y_val": ["a", "jazz"]}, ValueError, "y_val has labels .*jazz"),
    ],
)
def test_bad_arrays_are_named(arguments, error, message):
    good = {"X": np.ones((4, 3)), "y": ["a", "b", "a", "b"]}
    with pytest.raises(error, match=message):
        small_cnn().fit(**{**good, **arguments})


def test_sparse_input_is_refused():
    from scipy.sparse import csr_matrix

    with pytest.raises(TypeError, match=r"[Ss]parse"):
        small_cnn().fit(csr_matrix(np.eye(4)), ["a", "b", "a", "b"])


def test_both_kinds_of_validation_data_are_refused(excerpts):
    X, y = excerpts
    with pytest.raises(ValueError, match="two ways to say the same"):
        small_cnn(validation_fraction=0.2).fit(X, y, X_val=X, y_val=y)


@pytest.mark.parametrize("method", ["predict", "predict_proba"])
def test_prediction_refuses_bad_input(excerpts, method):
    X, y = excerpts
    with pytest.raises(NotFittedError):
        getattr(small_cnn(), method)(X)
    fitted = small_cnn().fit(X, y)
    with pytest.raises(ValueError, match="X has 59 features"):
        getattr(fitted, method)(X[:, :59])
    with pytest.raises(ValueError, match="Expected 2D array"):
        getattr(fitted, method)(X[0])
    with pytest.raises(ValueError, match="0 sample"):
        getattr(fitted, method)(X[:0])


def test_model_of_an_unfitted_classifier():
    with pytest.raises(NotFittedError):
        CNNGenreClassifier().model_  # noqa: B018


def test_partial_fit_refuses(excerpts):
    X, y = excerpts
    with pytest.raises(ValueError, match="classes must be passed"):
        small_cnn().partial_fit(X, y)
    with pytest.raises(ValueError, match="'balanced' is not supported by partial_fit"):
        small_cnn(class_weight="balanced").partial_fit(X, y, classes=["0", "1"])
    with pytest.raises(ValueError, match="early_stopping=True is not supported by partial_fit"):
        small_cnn(early_stopping=True).partial_fit(X, y, classes=["0", "1"])
    with pytest.raises(ValueError, match="labels that training has not seen: \\['1'\\]"):
        small_cnn().partial_fit(X, y, classes=["0", "2"])


def test_a_network_cannot_change_while_its_training_continues(excerpts):
    X, y = excerpts
    fitted = small_cnn(warm_start=True).fit(X, y).set_params(strides=(2, 1))
    with pytest.raises(ValueError, match="cannot change"):
        fitted.fit(X, y)


def test_divergence_is_an_error(excerpts):
    X, y = excerpts
    with pytest.raises(ValueError, match="diverged"):
        small_cnn(learning_rate=3e38).fit(X, y)


# --- data frames ----------------------------------------------------------------------------


def test_data_frames_keep_their_column_names(excerpts):
    X, y = excerpts
    frame = pd.DataFrame(X, columns=[f"t{i}" for i in range(60)])
    fitted = small_cnn().fit(frame, pd.Series(y), X_val=frame, y_val=pd.Series(y))
    assert_array_equal(fitted.feature_names_in_, frame.columns)
    assert_same_weights(fitted, small_cnn().fit(X, y))
    with pytest.raises(ValueError, match="feature names"):
        fitted.predict(frame[frame.columns[::-1]])


# --- reproducibility and state --------------------------------------------------------------

HASH_OF_A_FIT = """
import hashlib
from skgenre import CNNGenreClassifier
from skgenre.datasets import make_genre_excerpts

X, y = make_genre_excerpts(100, random_state=0)
model = CNNGenreClassifier(random_state=7, epochs=2).fit(X, y).model_
print(hashlib.sha256(b"".join(w.tobytes() for w in model.get_weights())).hexdigest())
"""


@pytest.mark.slow
def test_same_bytes_in_two_processes():
    hashes = [run_python("-c", HASH_OF_A_FIT) for _ in range(2)]
    assert len(hashes[0].strip()) == 64
    assert hashes[0] == hashes[1]


def test_an_unseeded_fit_differs_each_time(excerpts):
    X, y = excerpts
    estimator = small_cnn(random_state=None)
    first = estimator.fit(X, y).predict_proba(X)
    assert not np.array_equal(first, estimator.fit(X, y).predict_proba(X))


NOTHING_GLOBAL_CHANGES = """
import os, random
import numpy as np
import tensorflow as tf
from skgenre import CNNGenreClassifier
from skgenre.datasets import make_genre_excerpts

X, y = make_genre_excerpts(40, n_timesteps=60, random_state=0)
random.seed(1), np.random.seed(2), tf.random.set_seed(3)
before = dict(os.environ), random.getstate(), np.random.get_state()[1].tolist()
drawn = tf.random.uniform((3,)).numpy().tolist()
tf.random.set_seed(3)
CNNGenreClassifier(random_state=0, epochs=2, validation_fraction=0.2).fit(X, y).predict(X)
after = dict(os.environ), random.getstate(), np.random.get_state()[1].tolist()
assert before == after
assert drawn == tf.random.uniform((3,)).numpy().tolist()
print(os.listdir())
"""


@pytest.mark.slow
def test_a_fit_leaves_no_trace_in_the_process(tmp_path):
    printed = run_python("-c", NOTHING_GLOBAL_CHANGES, cwd=tmp_path)
    assert printed == "[]\n"


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda fitted: pickle.loads(pickle.dumps(fitted))]
)
def test_copies_predict_and_continue_like_the_original(excerpts, copied):
    X, y = excerpts
    fitted = small_cnn().fit(X, y)
    fitted.model_  # noqa: B018 - a cached network must not travel along
    twin = copied(fitted)
    assert_array_equal(twin.predict_proba(X), fitted.predict_proba(X))
    assert_same_weights(twin.partial_fit(X, y), fitted.partial_fit(X, y))


def test_a_clone_is_unfitted():
    X, y = make_genre_excerpts(20, n_timesteps=30, random_state=0)
    with pytest.raises(NotFittedError):
        clone(small_cnn().fit(X, y)).predict(X)


def test_the_state_is_plain_values_and_arrays(excerpts):
    X, y = excerpts
    fitted = small_cnn(validation_fraction=0.2).fit(X, y)
    fitted.model_  # noqa: B018

    def plain(value):
        if isinstance(value, (list, tuple)):
            return all(map(plain, value))
        if isinstance(value, dict):
            return all(map(plain, value)) and all(map(plain, value.values()))
        return value is None or type(value) in (bool, int, float, str, np.ndarray)

    assert [name for name, value in fitted.__getstate__().items() if not plain(value)] == []


def test_an_interrupted_first_fit_leaves_the_estimator_unfitted(excerpts):
    def interrupt(epoch, logs):
        raise KeyboardInterrupt

    estimator = small_cnn(callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=interrupt)])
    with pytest.raises(KeyboardInterrupt):
        estimator.fit(*excerpts)
    assert vars(estimator) == vars(clone(estimator)) | {"callbacks": estimator.callbacks}


def test_estimators_of_one_architecture_are_independent(excerpts):
    X, y = excerpts
    first = small_cnn(random_state=1).fit(X, y)
    before = first.predict_proba(X)
    small_cnn(random_state=2).fit(X, y)
    assert_array_equal(first.predict_proba(X), before)


def test_fits_in_threads_equal_serial_fits(excerpts):
    X, y = excerpts
    seeds = range(4)
    with ThreadPoolExecutor(2) as pool:
        threaded = list(pool.map(lambda seed: small_cnn(random_state=seed).fit(X, y), seeds))
    for seed, fitted in zip(seeds, threaded, strict=True):
        assert_same_weights(fitted, small_cnn(random_state=seed).fit(X, y))


# --- callbacks and progress -----------------------------------------------------------------


class Recorder(keras.callbacks.Callback):
    """Counts its calls, in itself and in a list that its copies share."""

    shared: list = []

    def __init__(self):
        super().__init__()
        self.calls = 0

    def on_epoch_end(self, epoch, logs=None):
        self.calls += 1
        self.shared.append((self.calls, sorted(logs)))


def test_callbacks_are_fresh_for_each_fit(excerpts):
    X, y = excerpts
    recorder = Recorder()
    Recorder.shared.clear()
    estimator = small_cnn(callbacks=[recorder]).fit(X, y)
    clone(estimator).fit(X, y)
    assert Recorder.shared == [(1, ["accuracy", "loss"]), (2, ["accuracy", "loss"])] * 2
    assert recorder.calls == 0


def test_batch_callbacks_hear_every_batch(excerpts):
    X, y = excerpts
    begun, ended = [], []
    listener = keras.callbacks.LambdaCallback(
        on_train_batch_begin=lambda batch, logs: begun.append(batch),
        on_train_batch_end=lambda batch, logs: ended.append(batch),
    )
    heard = small_cnn(callbacks=[listener], epochs=1).fit(X, y)
    assert begun == ended == list(range(8))
    assert_same_weights(heard, small_cnn(epochs=1).fit(X, y))


class Stop(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = True


def test_a_callback_can_stop_training(excerpts):
    X, y = excerpts
    assert small_cnn(callbacks=[Stop()], epochs=5).fit(X, y).n_iter_ == 1
    assert small_cnn(epochs=5).fit(X, y).n_iter_ == 5


class StopAtBatch(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        self.model.stop_training = batch == 1


def test_a_callback_can_stop_within_an_epoch(excerpts):
    X, y = excerpts
    stopped = small_cnn(callbacks=[StopAtBatch()], epochs=5, batch_size=60).fit(X, y)
    assert stopped.n_iter_ == 1
    # Two batches of 30 have been learned from, in the order in which a whole epoch begins.
    halved = small_cnn(callbacks=[StopAtBatch()], epochs=1, batch_size=30).fit(X, y)
    whole = small_cnn(epochs=1, batch_size=30).fit(X, y)
    assert not np.array_equal(halved.predict_proba(X), whole.predict_proba(X))


def test_a_callback_sees_the_weights_and_can_change_them(excerpts):
    X, y = excerpts
    seen = []

    class Halve(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            seen.append(self.model.get_weights())

        def on_epoch_end(self, epoch, logs=None):
            seen.append(self.model.get_weights())
            self.model.set_weights([array / 2 for array in self.model.get_weights()])

    fitted = small_cnn(callbacks=[Halve()], epochs=1).fit(X, y)
    initial, trained = small_cnn().initialize(X, y), small_cnn(epochs=1).fit(X, y)
    for part, (begun, ended) in enumerate(zip(*seen, strict=True)):
        assert_array_equal(begun, initial.model_.get_weights()[part])
        assert_array_equal(ended, trained.model_.get_weights()[part])
        assert_array_equal(fitted.model_.get_weights()[part], ended / 2)


def test_a_callback_can_change_weights_between_batches(excerpts):
    X, y = excerpts

    class Forget(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.model.set_weights([np.zeros_like(array) for array in self.model.get_weights()])

    fitted = small_cnn(callbacks=[Forget()], epochs=1, optimizer="sgd").fit(X, y)
    # Nothing comes through layers of zeros but the last bias.
    *others, last_bias = fitted.model_.get_weights()
    assert not any(map(np.any, others))
    assert last_bias.any()


# Keras 3.15 reads its own variable in a way that numpy 2 deprecates.
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")
def test_a_callback_can_change_the_learning_rate(excerpts):
    X, y = excerpts
    still = keras.callbacks.LearningRateScheduler(lambda epoch: 0.01 if epoch == 0 else 0.0)
    frozen = small_cnn(optimizer="sgd", callbacks=[still], epochs=3).fit(X, y)
    once = small_cnn(optimizer="sgd", learning_rate=0.01, epochs=1).fit(X, y)
    assert_same_weights(frozen, once)


def test_verbose_2_prints_the_lessons_lines(excerpts, capsys):
    X, y = excerpts
    fitted = small_cnn(verbose=2).fit(X, y, X_val=X, y_val=y)
    history = fitted.history_
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    for epoch, line in enumerate(lines):
        head, seconds, *values = line.split(" - ")
        assert head == f"Epoch {epoch + 1}/2"
        assert seconds.endswith("s")
        assert values == [
            f"{shown}: {history[name][epoch]:.4f}"
            for shown, name in [
                ("loss", "loss"),
                ("acc", "accuracy"),
                ("val_loss", "val_loss"),
                ("val_acc", "val_accuracy"),
            ]
        ]


def test_silent_by_default(excerpts, capsys):
    small_cnn().fit(*excerpts)
    assert capsys.readouterr() == ("", "")
