"""The classifiers inside scikit-learn's own machinery."""

import numpy as np
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.inspection import permutation_importance
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedGroupKFold,
    StratifiedKFold,
    check_cv,
    cross_val_score,
    cross_validate,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from skgenre import CNNGenreClassifier, MLPGenreClassifier, WaveformScaler
from tests.helpers.small_networks import SMALL


def small_pipeline(**params):
    return make_pipeline(
        WaveformScaler(),
        CNNGenreClassifier(**{**SMALL, "epochs": 3, "random_state": 0, **params}),
    )


@pytest.fixture
def metadata_routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


@pytest.mark.parametrize("estimator", [CNNGenreClassifier(), MLPGenreClassifier()])
def test_class_ordered_labels_are_stratified(estimator):
    y = np.repeat([0, 1], 30)
    splitter = check_cv(3, y, classifier=sklearn.base.is_classifier(estimator))
    assert isinstance(splitter, StratifiedKFold)


def test_cross_validation_of_class_ordered_labels_learns(excerpts):
    X, y = excerpts
    order = np.argsort(y, kind="stable")
    pipe = small_pipeline(epochs=30, learning_rate=0.01)
    results = cross_validate(pipe, X[order], y[order], cv=3, return_estimator=True)
    for fitted in results["estimator"]:
        assert_array_equal(fitted.classes_, ["0", "1"])
    assert results["test_score"].mean() > 0.8


def test_cross_validation_by_song(excerpts):
    X, y = excerpts
    song = np.arange(120) // 6 * 2 + (y == "1")
    scores = cross_val_score(small_pipeline(), X, y, groups=song, cv=StratifiedGroupKFold(3))
    assert scores.shape == (3,)
    assert np.isfinite(scores).all()


def test_grid_search_over_routed_names(excerpts):
    grid = {"cnngenreclassifier__optimizer__beta_1": [0.5, 0.9]}
    search = GridSearchCV(small_pipeline(), grid, cv=2).fit(*excerpts)
    assert search.best_params_["cnngenreclassifier__optimizer__beta_1"] in (0.5, 0.9)


@pytest.mark.usefixtures("metadata_routing")
def test_validation_data_is_scaled_by_the_pipelines_own_scaler(excerpts):
    X, y = excerpts
    X = X * 50 + 7
    classifier = CNNGenreClassifier(**SMALL, epochs=3, random_state=0)
    classifier.set_fit_request(X_val=True, y_val=True)
    pipe = make_pipeline(WaveformScaler(), classifier, transform_input=["X_val"])
    pipe.fit(X[:80], y[:80], X_val=X[80:], y_val=y[80:])
    scaler = WaveformScaler().fit(X[:80])
    alone = CNNGenreClassifier(**SMALL, epochs=3, random_state=0).fit(
        scaler.transform(X[:80]), y[:80], X_val=scaler.transform(X[80:]), y_val=y[80:]
    )
    assert pipe[-1].history_ == alone.history_
    assert len(alone.history_["val_loss"]) == 3


@pytest.mark.usefixtures("metadata_routing")
def test_each_fold_scales_validation_data_itself(excerpts):
    X, y = excerpts
    X = np.where(np.arange(120) % 2, 1, 100)[:, np.newaxis] * X
    classifier = CNNGenreClassifier(**SMALL, epochs=1, random_state=0)
    classifier.set_fit_request(X_val=True, y_val=True, groups=True)
    pipe = make_pipeline(WaveformScaler(), classifier, transform_input=["X_val"])
    folds = list(StratifiedKFold(2).split(X[:100], y[:100]))
    results = cross_validate(
        pipe,
        X[:100],
        y[:100],
        cv=folds,
        params={"X_val": X[100:], "y_val": y[100:], "groups": np.arange(100)},
        return_estimator=True,
    )
    for (train, _), fitted in zip(folds, results["estimator"], strict=True):
        scaler = WaveformScaler().fit(X[train])
        assert fitted[0].scale_ == scaler.scale_
        by_hand = CNNGenreClassifier(**SMALL, epochs=1, random_state=0).fit(
            scaler.transform(X[train]),
            y[train],
            X_val=scaler.transform(X[100:]),
            y_val=y[100:],
        )
        assert fitted[-1].history_ == by_hand.history_


def test_songs_are_held_out_whole_inside_a_pipeline(excerpts):
    X, y = excerpts
    song = np.where(y == "0", 0, 10) + np.arange(120) % 4
    pipe = small_pipeline(validation_fraction=0.25, early_stopping=True)
    pipe.fit(X, y, cnngenreclassifier__groups=song)
    assert len(pipe[-1].history_["val_loss"]) == pipe[-1].n_iter_
    with pytest.raises(ValueError, match="at least two songs"):
        pipe.fit(X, y, cnngenreclassifier__groups=(y == "0").astype(int))


@pytest.mark.parametrize("voting", ["hard", "soft"])
def test_voting(excerpts, voting):
    X, y = excerpts
    members = [("cnn", small_pipeline()), ("bayes", GaussianNB())]
    assert VotingClassifier(members, voting=voting).fit(X, y).predict(X).shape == (120,)


def test_calibration(excerpts):
    X, y = excerpts
    probabilities = CalibratedClassifierCV(small_pipeline(), cv=2).fit(X, y).predict_proba(X)
    assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)


def test_permutation_importance(excerpts):
    X, y = excerpts
    fitted = small_pipeline().fit(X, y)
    importance = permutation_importance(fitted, X[:, :60], y, n_repeats=1, random_state=0)
    assert importance.importances_mean.shape == (60,)
