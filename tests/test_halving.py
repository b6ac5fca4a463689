"""Successive halving with epochs as the resource."""

import numpy as np
import pytest
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import (
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    StratifiedGroupKFold,
)
from sklearn.pipeline import make_pipeline

from skgenre import WaveformScaler
from skgenre._engine import programs
from skgenre.datasets import make_genre_excerpts
from tests.helpers.small_networks import tiny_cnn

RATES = [1e-5, 1e-4, 1e-3, 1e-2]


@pytest.fixture(scope="module")
def songs():
    """64 excerpts of 16 songs: X, y and the song of each."""
    X, y = make_genre_excerpts(64, n_timesteps=60, random_state=0)
    return X, y, np.where(y == 0, 0, 8) + np.arange(64) % 8


def halve(search, estimator, params, songs, **options):
    X, y, song = songs
    halving = search(
        estimator,
        params,
        factor=2,
        cv=StratifiedGroupKFold(2),
        scoring="neg_brier_score",
        random_state=0,
        error_score="raise",
        **options,
    )
    return halving.fit(X, y, groups=song)


def test_each_rung_trains_longer_and_the_best_is_refitted_with_the_last_epochs(songs):
    resources = {"resource": "epochs", "min_resources": 2, "max_resources": 8}
    halving = halve(HalvingGridSearchCV, tiny_cnn(), {"learning_rate": RATES}, songs, **resources)
    assert halving.n_candidates_ == [4, 2, 1]
    assert halving.n_resources_ == [2, 4, 8]
    assert halving.best_params_ == {"learning_rate": 1e-2, "epochs": 8}
    assert halving.best_estimator_.n_iter_ == 8
    assert [params["epochs"] for params in halving.cv_results_["params"]] == [2] * 4 + [4, 4, 8]


def test_epochs_of_a_pipelines_step(songs):
    step = "cnngenreclassifier__"
    halving = halve(
        HalvingRandomSearchCV,
        make_pipeline(WaveformScaler(), tiny_cnn()),
        {f"{step}learning_rate": RATES, f"{step}batch_size": [8, 16]},
        songs,
        resource=f"{step}epochs",
        min_resources=1,
        max_resources=4,
        n_candidates=4,
    )
    assert halving.n_candidates_ == [4, 2, 1]
    assert halving.n_resources_ == [1, 2, 4]
    assert halving.best_estimator_[-1].n_iter_ == 4


def test_more_epochs_compile_nothing(songs, monkeypatch):
    X, y, _ = songs
    tiny_cnn(epochs=1).fit(X, y)

    def compile_another(recipe):
        raise AssertionError(f"compiled another program: {recipe}")

    monkeypatch.setattr(programs, "TrainingProgram", compile_another)
    resources = {"resource": "epochs", "min_resources": 1, "max_resources": 2}
    halving = halve(HalvingGridSearchCV, tiny_cnn(), {"learning_rate": RATES}, songs, **resources)
    assert halving.n_resources_ == [1, 2]
