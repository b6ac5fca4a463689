"""Searches with Optuna: what a trial is told, when it is pruned, and what copies do."""

import pickle
import runpy
import sys

import keras
import numpy as np
import optuna
import pytest
from numpy.testing import assert_array_equal
from optuna.trial import TrialState
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

import skgenre
from skgenre import WaveformScaler
from skgenre.datasets import make_genre_excerpts
from skgenre.optuna import PruningCallback
from tests.helpers.small_networks import tiny_cnn

MINIMIZED = ("loss", "val_loss")
MONITORS = (*MINIMIZED, "accuracy", "val_accuracy")


@pytest.fixture(autouse=True)
def quiet():
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    yield
    optuna.logging.set_verbosity(verbosity)


class PruneAt(optuna.pruners.BasePruner):
    """Prunes every trial at one step."""

    def __init__(self, step):
        self.step = step

    def prune(self, study, trial):
        return trial.last_step == self.step


def validated_cnn(callback, **params):
    return tiny_cnn(callbacks=[callback], validation_fraction=0.25, **params)


def reported(study):
    return [list(trial.intermediate_values.items()) for trial in study.trials]


# --- what is reported


@pytest.mark.parametrize("monitor", MONITORS)
def test_every_epoch_is_reported(excerpts, monitor):
    study = optuna.create_study(direction="minimize" if monitor in MINIMIZED else "maximize")
    trial = study.ask()
    classifier = validated_cnn(PruningCallback(trial, monitor), epochs=3).fit(*excerpts)
    assert reported(study) == [list(enumerate(classifier.history_[monitor]))]
    assert not trial.should_prune()


def test_it_changes_no_training(excerpts):
    watched = validated_cnn(PruningCallback(optuna.create_study().ask())).fit(*excerpts)
    alone = tiny_cnn(validation_fraction=0.25).fit(*excerpts)
    assert watched.history_ == alone.history_
    assert_array_equal(watched.predict_proba(excerpts[0]), alone.predict_proba(excerpts[0]))


def test_validation_data_of_ones_own(excerpts):
    X, y = excerpts
    study = optuna.create_study()
    classifier = tiny_cnn(callbacks=PruningCallback(study.ask()))
    classifier.fit(X[:90], y[:90], X_val=X[90:], y_val=y[90:])
    assert reported(study) == [list(enumerate(classifier.history_["val_loss"]))]


def test_training_that_goes_on_is_reported_where_it_goes_on(excerpts):
    study = optuna.create_study()
    callback = PruningCallback(study.ask(), monitor="loss")
    classifier = tiny_cnn(callbacks=[callback], warm_start=True).fit(*excerpts).fit(*excerpts)
    classifier.partial_fit(*excerpts)
    assert classifier.n_iter_ == 5
    assert reported(study) == [list(enumerate(classifier.history_["loss"]))]


def test_a_trial_of_fixed_parameters(excerpts):
    trial = optuna.trial.FixedTrial({"learning_rate": 0.01})
    assert validated_cnn(PruningCallback(trial)).fit(*excerpts).n_iter_ == 2


# --- pruning


def test_training_ends_at_the_epoch_that_is_pruned(excerpts):
    histories = []

    def objective(trial):
        classifier = validated_cnn(PruningCallback(trial), epochs=50)
        try:
            classifier.fit(*excerpts)
        finally:
            histories.append(vars(classifier).get("history_"))

    study = optuna.create_study(pruner=PruneAt(2))
    study.optimize(objective, n_trials=2)
    assert [trial.state for trial in study.trials] == [TrialState.PRUNED] * 2
    assert [trial.last_step for trial in study.trials] == [2, 2]
    assert histories == [None, None]


def test_the_error_says_what_the_value_was(excerpts):
    study = optuna.create_study(pruner=PruneAt(1))
    with pytest.raises(optuna.TrialPruned, match=r"^Pruned after 2 epochs, at val_loss=0\.\d+\.$"):
        validated_cnn(PruningCallback(study.ask())).fit(*excerpts)


def test_a_pruned_fit_leaves_the_classifier_as_it_was(excerpts):
    X, y = excerpts
    classifier = tiny_cnn(validation_fraction=0.25).fit(X, y)
    before, history = classifier.predict_proba(X), classifier.history_
    trial = optuna.create_study(pruner=PruneAt(1)).ask()
    classifier.set_params(callbacks=[PruningCallback(trial)], learning_rate=0.1)
    with pytest.raises(optuna.TrialPruned):
        classifier.fit(X, y)
    assert classifier.history_ is history
    assert_array_equal(classifier.predict_proba(X), before)


def test_the_worse_half_is_pruned(excerpts):
    def objective(trial):
        learning_rate = trial.suggest_float("learning_rate", 1e-6, 1e-2, log=True)
        callback = PruningCallback(trial, monitor="val_accuracy")
        classifier = validated_cnn(callback, learning_rate=learning_rate, epochs=4)
        return classifier.fit(*excerpts).history_["val_accuracy"][-1]

    study = optuna.create_study(
        direction="maximize", pruner=optuna.pruners.MedianPruner(n_startup_trials=1)
    )
    for learning_rate in (1e-2, 1e-6):
        study.enqueue_trial({"learning_rate": learning_rate})
    study.optimize(objective, n_trials=2)
    assert [trial.state for trial in study.trials] == [TrialState.COMPLETE, TrialState.PRUNED]
    assert study.best_params == {"learning_rate": 1e-2}


class Spoil(keras.callbacks.Callback):
    """Makes a training diverge in its second epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            self.model.set_weights([np.full_like(w, np.nan) for w in self.model.get_weights()])


@pytest.mark.parametrize("pruner", [optuna.pruners.NopPruner(), optuna.pruners.MedianPruner()])
def test_a_training_that_diverges_is_pruned_and_the_search_goes_on(excerpts, pruner):
    def objective(trial):
        callbacks = [Spoil(), PruningCallback(trial)]
        classifier = tiny_cnn(callbacks=callbacks, validation_fraction=0.25, epochs=9)
        return classifier.fit(*excerpts).history_["val_loss"][-1]

    study = optuna.create_study(pruner=pruner)
    study.optimize(objective, n_trials=2)
    assert [trial.state for trial in study.trials] == [TrialState.PRUNED] * 2
    assert [trial.last_step for trial in study.trials] == [1, 1]


# --- copies


def test_clones_report_to_the_same_trial(excerpts):
    study = optuna.create_study()
    callback = PruningCallback(study.ask())
    pipeline = make_pipeline(WaveformScaler(), tiny_cnn(validation_fraction=0.25))
    pipeline.set_params(cnngenreclassifier__callbacks=[callback])
    copied = clone(clone(pipeline))
    [of_copy] = copied[-1].callbacks
    assert of_copy is not callback
    assert of_copy.trial is callback.trial
    copied.fit(*excerpts)
    assert reported(study) == [list(enumerate(copied[-1].history_["val_loss"]))]


def test_folds_that_are_scored_one_after_the_other_can_be_pruned_each(excerpts):
    study = optuna.create_study(pruner=PruneAt(3))
    classifier = tiny_cnn(callbacks=[PruningCallback(study.ask(), "loss")])
    with pytest.raises(optuna.TrialPruned, match="after 4 epochs"):
        cross_val_score(classifier, *excerpts, cv=3, error_score="raise")


def test_a_fitted_classifier_is_pickled_with_it_and_saved_without_it(excerpts, tmp_path):
    study = optuna.create_study()
    classifier = validated_cnn(PruningCallback(study.ask())).fit(*excerpts)
    expected = classifier.predict_proba(excerpts[0])
    again = pickle.loads(pickle.dumps(classifier))
    assert_array_equal(again.predict_proba(excerpts[0]), expected)
    path = tmp_path / "genres.skops"
    with pytest.raises(ValueError, match=r"Cannot save CNNGenreClassifier.*optuna"):
        skgenre.save(classifier, path)
    skgenre.save(classifier.set_params(callbacks=None), path)
    assert_array_equal(skgenre.load(path).predict_proba(excerpts[0]), expected)


# --- searches


def search(X, y, song):
    def objective(trial):
        classifier = tiny_cnn(
            learning_rate=trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True),
            kernel_sizes=trial.suggest_categorical("kernel_size", [3, 9]),
            epochs=4,
            validation_fraction=0.25,
            callbacks=[PruningCallback(trial)],
        )
        classifier.fit(X, y, groups=song)
        return min(classifier.history_["val_loss"])

    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=0, n_startup_trials=4),
        pruner=optuna.pruners.HyperbandPruner(max_resource=4, reduction_factor=2),
        # Hyperband deals trials out by the study's name.
        study_name="genres",
    )
    study.optimize(objective, n_trials=8)
    return study


def test_the_same_seed_finds_the_same():
    X, y = make_genre_excerpts(80, n_timesteps=60, random_state=0)
    song = np.where(y == 0, 0, 8) + np.arange(80) % 8
    one, two = search(X, y, song), search(X, y, song)
    assert one.best_params == two.best_params
    assert reported(one) == reported(two)
    assert {trial.state for trial in one.trials} == {TrialState.COMPLETE, TrialState.PRUNED}


# --- mistakes


@pytest.mark.parametrize("monitor", ["val_loss", "val_accuracy"])
def test_validation_data_that_are_missing_are_named(excerpts, monitor):
    directions = {"val_loss": "minimize", "val_accuracy": "maximize"}
    trial = optuna.create_study(direction=directions[monitor]).ask()
    classifier = tiny_cnn(callbacks=[PruningCallback(trial, monitor)])
    message = f"monitor='{monitor}' .* are 'accuracy', 'loss'. Set validation_fraction, or pass"
    with pytest.raises(ValueError, match=message):
        classifier.fit(*excerpts)
    assert not hasattr(classifier, "classes_")


def test_a_value_that_nothing_has_is_named(excerpts):
    callback = PruningCallback(optuna.create_study().ask(), monitor="val_los")
    message = "monitor='val_los' .* are 'accuracy', 'loss', 'val_accuracy', 'val_loss'.$"
    with pytest.raises(ValueError, match=message):
        validated_cnn(callback).fit(*excerpts)


def test_without_any_values():
    callback = PruningCallback(optuna.create_study().ask(), monitor="f1")
    with pytest.raises(ValueError, match="monitor='f1'"):
        callback.on_epoch_end(0)


@pytest.mark.parametrize(
    ("monitor", "direction"), [("val_loss", "maximize"), ("accuracy", "minimize")]
)
def test_a_study_of_the_other_direction_is_refused(monitor, direction):
    trial = optuna.create_study(direction=direction).ask()
    with pytest.raises(ValueError, match=f"monitor='{monitor}' .* direction='{direction}'"):
        PruningCallback(trial, monitor)


def test_of_several_objectives_none_can_be_pruned(excerpts):
    trial = optuna.create_study(directions=["minimize", "maximize"]).ask()
    with pytest.raises(NotImplementedError, match="multi-objective"):
        validated_cnn(PruningCallback(trial)).fit(*excerpts)


def test_without_optuna_the_module_can_be_imported_and_says_what_is_missing(monkeypatch):
    trial = optuna.create_study(pruner=PruneAt(0)).ask()
    monkeypatch.setitem(sys.modules, "optuna", None)
    imported = runpy.run_path(skgenre.optuna.__file__)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'skgenre\[optuna\]'"):
        imported["PruningCallback"](trial).on_epoch_end(0, {"val_loss": 0.25})
