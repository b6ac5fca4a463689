"""A fit computes with its own loss and optimizer, whatever was fitted before it."""

import copy
import functools
import json
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from skgenre import MLPGenreClassifier
from tests.helpers.interpreter import run_python
from tests.helpers.small_networks import tiny_cnn


def fit(X, y, **params):
    settings = {"hidden_units": 4, "epochs": 2, "random_state": 0, "learning_rate": 0.1}
    return MLPGenreClassifier(**{**settings, **params}).fit(X, y)


def weights(X, y, **params):
    return np.concatenate([a.ravel() for a in fit(X, y, **params).model_.get_weights()])


def assert_all_differ(arrays):
    assert len({array.tobytes() for array in arrays}) == len(arrays)


# --- what a name, a class or get_config does not tell


class Steep(keras.losses.Loss):
    """A loss with a fixed name, whose setting get_config leaves out."""

    factor_of_class = 1.0

    def __init__(self, steepness=1.0):
        super().__init__(name="steep")
        self.steepness = steepness

    def call(self, y_true, y_pred):
        error = keras.ops.square(y_true - y_pred) * self.factor_of_class
        return self.steepness * keras.ops.mean(error, axis=-1)


class Unnamed(Steep):
    """The same with a name that Keras numbers."""

    traces = 0

    def __init__(self, steepness=1.0):
        keras.losses.Loss.__init__(self)
        self.steepness = steepness

    def call(self, y_true, y_pred):
        type(self).traces += 1
        return super().call(y_true, y_pred)


class Boosted(keras.optimizers.SGD):
    """An optimizer whose setting get_config leaves out."""

    def __init__(self, learning_rate=0.01, boost=1.0, **params):
        super().__init__(learning_rate, **params)
        self.boost = boost

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(gradient * self.boost, variable, learning_rate)


class Falling(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule without get_config."""

    def __init__(self, start):
        self.start = start

    def __call__(self, step):
        return self.start / (1.0 + keras.ops.cast(step, "float32"))


class WithVariable(keras.optimizers.SGD):
    """An optimizer whose setting is a variable."""

    def __init__(self, learning_rate=0.01, boost=1.0, **params):
        super().__init__(learning_rate, **params)
        self.boost = keras.Variable(boost, trainable=False)

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(gradient * self.boost, variable, learning_rate)


FACTOR = 1.0


def scaled_by_global(y_true, y_pred):
    return FACTOR * keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


def scaled(factor, y_true, y_pred):
    return factor * keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


def without_decay(pattern):
    optimizer = keras.optimizers.AdamW(0.01, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=[pattern])
    return optimizer


SETTINGS = {
    "routed": lambda value: {"loss": keras.losses.Huber, "loss__delta": value},
    "instance": lambda value: {"loss": keras.losses.Huber(delta=value)},
    "own loss of a fixed name": lambda value: {"loss": Steep(value)},
    "own loss": lambda value: {"loss": Unnamed(value)},
    "partial": lambda value: {"loss": functools.partial(scaled, value)},
    "closure": lambda value: {"loss": lambda y_true, y_pred: scaled(value, y_true, y_pred)},
    "own optimizer": lambda value: {"optimizer": Boosted(0.1, boost=value)},
    "own optimizer by class": lambda value: {"optimizer": Boosted, "optimizer__boost": value},
    "own variable": lambda value: {"optimizer": WithVariable(0.1, boost=value)},
    "own schedule": lambda value: {"optimizer": keras.optimizers.SGD(Falling(value))},
    "inner optimizer": lambda value: {
        "optimizer": keras.optimizers.LossScaleOptimizer(Boosted(0.1, boost=value))
    },
}


# The others take seconds each; together they are no quick test.
QUICK = ("instance", "own loss of a fixed name", "closure", "own optimizer", "own variable")
each_setting = pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in SETTINGS],
)


@each_setting
def test_no_setting_of_a_former_fit_is_used_again(excerpts, name):
    low, high, again = (weights(*excerpts, **SETTINGS[name](value)) for value in (0.01, 2.0, 0.01))
    assert_array_equal(low, again)
    assert_all_differ([low, high])


@each_setting
def test_copies_keep_all_settings(excerpts, name):
    estimator = MLPGenreClassifier(hidden_units=4, epochs=1, random_state=0, learning_rate=0.1)
    estimator.set_params(**SETTINGS[name](0.01))
    expected = copy.copy(estimator).fit(*excerpts).predict_proba(excerpts[0])
    copies = [clone(estimator), copy.deepcopy(estimator)]
    if name != "closure":
        copies.append(pickle.loads(pickle.dumps(estimator)))
    for copied in copies:
        assert_array_equal(copied.fit(*excerpts).predict_proba(excerpts[0]), expected)


def test_a_search_over_a_setting_scores_each_value(excerpts):
    X, y = excerpts
    losses = [keras.losses.Huber(delta=delta) for delta in (1e-6, 1.0)]
    search = GridSearchCV(
        tiny_cnn(epochs=4), {"loss": losses}, scoring="neg_log_loss", cv=2, refit=False
    )
    scores = search.fit(X, y).cv_results_["mean_test_score"]
    alone = [
        GridSearchCV(tiny_cnn(epochs=4), {"loss": [loss]}, scoring="neg_log_loss", cv=2)
        .fit(X, y)
        .best_score_
        for loss in losses
    ]
    assert scores.tolist() == alone
    assert alone[0] != alone[1]


def test_what_changes_after_a_fit_counts_in_the_next_one(excerpts, monkeypatch):
    loss = Steep(0.01)
    before = weights(*excerpts, loss=loss)
    loss.steepness = 2.0
    changed = weights(*excerpts, loss=loss)
    monkeypatch.setattr(Steep, "factor_of_class", 3.0)
    of_class = weights(*excerpts, loss=loss)
    assert_all_differ([before, changed, of_class])


def test_global_variables_of_a_loss_count(excerpts, monkeypatch):
    before = weights(*excerpts, loss=scaled_by_global)
    monkeypatch.setattr(sys.modules[__name__], "FACTOR", 0.01)
    assert_all_differ([before, weights(*excerpts, loss=scaled_by_global)])


def test_a_loss_that_changed_after_a_fit_is_not_what_another_one_is_validated_with(excerpts):
    X, y = excerpts
    first, second = Steep(1.0), Steep(1.0)
    fit(X, y, loss=first)
    first.steepness = 100.0
    history = fit(X, y, loss=second, validation_fraction=0.5).history_
    assert max(history["val_loss"]) < 1


def test_custom_gradients_count(excerpts):
    def loss_with_gradient(factor):
        @keras.ops.custom_gradient
        def error(y_true, y_pred):
            def gradient(upstream):
                return None, factor * upstream[:, None] * (y_pred - y_true)

            return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1), gradient

        return lambda y_true, y_pred: error(y_true, y_pred)

    arrays = [weights(*excerpts, loss=loss_with_gradient(factor)) for factor in (1.0, 5.0)]
    assert_all_differ(arrays)


@functools.wraps(keras.losses.mean_squared_error)
def wrapped(y_true, y_pred):
    return FACTOR * keras.losses.mean_squared_error(y_true, y_pred)


def test_what_wraps_a_loss_of_keras_is_not_taken_for_it(excerpts, monkeypatch):
    before = weights(*excerpts, loss=wrapped)
    monkeypatch.setattr(sys.modules[__name__], "FACTOR", 0.01)
    assert_all_differ([before, weights(*excerpts, loss=wrapped)])


def with_function(function):
    loss = keras.losses.MeanSquaredError()
    loss.fn = function
    return loss


def with_method(function):
    loss = keras.losses.MeanSquaredError()
    loss.call = function
    return loss


@pytest.mark.parametrize(
    "make", [with_function, with_method, functools.wraps(keras.losses.mean_squared_error)]
)
def test_a_batch_is_whole_for_what_stands_in_a_loss_of_keras(excerpts, make):
    def spread(y_true, y_pred):
        error = keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)
        return error + keras.ops.std(y_pred)

    assert_array_equal(weights(*excerpts, loss=make(spread)), weights(*excerpts, loss=spread))


def test_a_variable_of_a_loss_is_read_while_it_trains(excerpts):
    factor = keras.Variable(1.0)

    def loss(y_true, y_pred):
        return scaled(keras.ops.convert_to_tensor(factor), y_true, y_pred)

    before = weights(*excerpts, loss=loss)
    factor.assign(0.01)
    assert_all_differ([before, weights(*excerpts, loss=loss)])


def test_a_variable_in_a_loss_of_keras_is_read_while_it_trains(excerpts):
    delta = keras.Variable(1e-3)
    before = weights(*excerpts, loss=keras.losses.Huber(delta=delta))
    delta.assign(10.0)
    assert_all_differ([before, weights(*excerpts, loss=keras.losses.Huber(delta=delta))])


def test_arrays_in_a_loss_of_keras_count(excerpts):
    X, y = excerpts[0], np.arange(len(excerpts[0])) % 3
    losses = [
        keras.losses.CategoricalFocalCrossentropy(alpha=np.array(alpha, np.float32))
        for alpha in ([0.1, 0.1, 0.8], [0.8, 0.1, 0.1])
    ]
    assert_all_differ([weights(X, y, loss=loss) for loss in losses])


def test_keras_smallest_number_counts(excerpts):
    default = keras.config.epsilon()
    params = {"loss": "mean_absolute_percentage_error"}
    before = weights(*excerpts, **params)
    try:
        keras.config.set_epsilon(0.49)
        coarse = weights(*excerpts, **params)
    finally:
        keras.config.set_epsilon(default)
    assert_all_differ([before, coarse])
    assert_array_equal(weights(*excerpts, **params), before)


def test_names_that_weight_decay_leaves_out_count(excerpts):
    arrays = [weights(*excerpts, optimizer=without_decay(name)) for name in ("kernel", "bias")]
    assert_all_differ(arrays)


def test_a_method_that_was_put_into_an_optimizer_counts(excerpts):
    optimizer = keras.optimizers.SGD(0.1)
    before = weights(*excerpts, optimizer=optimizer)
    optimizer.update_step = lambda gradient, variable, learning_rate: None
    assert_all_differ([before, weights(*excerpts, optimizer=optimizer)])


SGD, RMSprop, Ftrl = keras.optimizers.SGD, keras.optimizers.RMSprop, keras.optimizers.Ftrl
scaled_loss = keras.optimizers.LossScaleOptimizer
LATER = {
    "averages after momentum": (SGD(0.1, momentum=0.9), SGD(0.1, use_ema=True)),
    "momentum after averages": (SGD(0.1, use_ema=True), SGD(0.1, momentum=0.9)),
    "accumulation after momentum": (
        SGD(0.1, momentum=0.9),
        SGD(0.1, gradient_accumulation_steps=2),
    ),
    "another centre": (RMSprop(0.01, momentum=0.9), RMSprop(0.01, centered=True)),
    "another one inside": (scaled_loss(SGD(0.1, momentum=0.9)), scaled_loss(RMSprop(0.01))),
    "a user's own": (keras.optimizers.Adam(0.01), Ftrl(0.01)),
}


@pytest.mark.parametrize("first", [True, False], ids=["warm start", "partial fit"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name.startswith("averages") else pytest.mark.slow)
        for name in LATER
    ],
)
def test_an_optimizer_starts_afresh_where_its_state_would_mean_something_else(
    excerpts, name, first
):
    X, y = excerpts
    earlier, later = LATER[name]
    fitted = fit(X, y, optimizer=earlier, warm_start=True)
    afresh = copy.deepcopy(fitted)
    # What an older version knew of no slots at all.
    vars(afresh)["_slots_by_optimizer"] = {}
    for estimator in (fitted, afresh):
        estimator.set_params(optimizer=later)
        estimator.fit(X, y) if first else estimator.partial_fit(X, y)
    assert_array_equal(fitted.predict_proba(X), afresh.predict_proba(X))


@pytest.mark.parametrize(
    "optimizer",
    [
        SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.9)),
        SGD(lambda: 0.1),
        keras.optimizers.Adafactor(keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.9)),
        scaled_loss(SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.9))),
    ],
    ids=["schedule", "function", "adafactor", "inside"],
)
def test_callbacks_get_along_with_schedules(excerpts, optimizer):
    early = keras.callbacks.EarlyStopping("loss", patience=9)
    watched = weights(*excerpts, optimizer=optimizer, callbacks=[early])
    assert_array_equal(watched, weights(*excerpts, optimizer=optimizer))


def test_a_loss_of_ones_own_is_compiled_once(excerpts):
    fit(*excerpts, loss=Unnamed(0.5))
    traces = Unnamed.traces
    fit(*excerpts, loss=Unnamed(0.5))
    once = Unnamed.traces - traces
    fit(*excerpts, loss=Unnamed(0.25))
    anew = Unnamed.traces - traces - once
    # To know the loss again, it is traced for a key; to train with it, once more.
    assert (once, anew) == (1, 2)


@pytest.mark.slow
def test_every_setting_of_kerass_losses_and_optimizers_counts():
    with ThreadPoolExecutor() as threads:
        forwards, backwards = threads.map(outcomes, ("forwards", "backwards"))
    assert len(forwards) > 250
    by_recipe = dict(forwards)
    # Wherever two recipes shared a program, the first of them decided.
    assert dict(backwards) == by_recipe
    assert all(by_recipe[recipe] == outcome for recipe, outcome in forwards)
    assert len(set(by_recipe.values())) > 0.8 * len(by_recipe)


def outcomes(order):
    """Fit with each recipe in a process of its own, first to last or last to first."""
    printed = run_python(
        "-m", "tests.helpers.keras_settings", order, cwd=Path(__file__).parents[2], timeout=1200
    )
    return json.loads(printed)
