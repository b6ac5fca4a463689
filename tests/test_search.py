"""Searches and cross-validation, in several processes or threads."""

import os
from time import monotonic, sleep

import numpy as np
import pytest
import tensorflow as tf
from joblib import Parallel, cpu_count, delayed, parallel_config
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    StratifiedGroupKFold,
    cross_val_score,
)
from sklearn.pipeline import make_pipeline

from skgenre import CNNGenreClassifier, WaveformScaler
from skgenre.datasets import make_genre_excerpts
from tests.helpers.interpreter import run_python

# Large enough that TensorFlow would share the work among threads.
N_TIMESTEPS = 1200
GRID = {"cnngenreclassifier__kernel_sizes": [(31, 31, 15, 15), (21, 21, 9, 9)]}
# Two that see the last bit of a probability, and the one that most people take.
SCORING = ["neg_log_loss", "neg_brier_score", "accuracy"]


@pytest.fixture(scope="module")
def songs():
    """96 excerpts of 24 songs: X, y and the song of each."""
    X, y = make_genre_excerpts(96, n_timesteps=N_TIMESTEPS, random_state=0)
    order = np.argsort(y, kind="stable")
    return X[order], y[order], np.arange(96) // 4


def pipeline():
    return make_pipeline(WaveformScaler(), CNNGenreClassifier(epochs=1, random_state=0))


def grid_search(songs, n_jobs):
    X, y, groups = songs
    options = {"cv": StratifiedGroupKFold(2), "scoring": SCORING, "refit": "accuracy"}
    return GridSearchCV(pipeline(), GRID, n_jobs=n_jobs, **options).fit(X, y, groups=groups)


@pytest.fixture(scope="module")
def in_this_process(songs):
    return grid_search(songs, n_jobs=1)


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_grid_search_gives_the_same_in_parallel(songs, in_this_process, backend):
    with parallel_config(backend):
        parallel = grid_search(songs, n_jobs=2)
    columns = [name for name in parallel.cv_results_ if "_test_" in name]
    assert len(columns) == len(SCORING) * 5
    for column in columns:
        assert_array_equal(parallel.cv_results_[column], in_this_process.cv_results_[column])
    assert parallel.best_params_ == in_this_process.best_params_
    assert_array_equal(parallel.predict_proba(songs[0]), in_this_process.predict_proba(songs[0]))


def test_halving_search_gives_the_same_in_two_processes(songs):
    X, y, _ = songs
    options = {"cv": 2, "factor": 2, "min_resources": 48, "random_state": 0}
    options["scoring"] = "neg_log_loss"
    one, two = (
        HalvingGridSearchCV(pipeline(), GRID, n_jobs=n_jobs, **options).fit(X, y)
        for n_jobs in (1, 2)
    )
    assert one.n_resources_ == [48, 96]
    assert_array_equal(one.cv_results_["mean_test_score"], two.cv_results_["mean_test_score"])
    assert one.best_params_ == two.best_params_


def test_cross_val_score_gives_the_same_in_two_processes(songs):
    X, y, groups = songs
    one, two = (
        cross_val_score(
            pipeline(),
            X,
            y,
            groups=groups,
            cv=StratifiedGroupKFold(3),
            scoring="neg_log_loss",
            n_jobs=n_jobs,
        )
        for n_jobs in (1, 2)
    )
    assert_allclose(one, two, rtol=0, atol=0)
    assert np.isfinite(one).all()


def threads_of_tensorflow():
    """Fit, so that TensorFlow is at work, and tell how many threads it may use."""
    CNNGenreClassifier(epochs=1).fit(*make_genre_excerpts(8, n_timesteps=30, random_state=0))
    return (
        tf.config.threading.get_intra_op_parallelism_threads(),
        tf.config.threading.get_inter_op_parallelism_threads(),
    )


def test_workers_share_the_cores():
    share = max(1, cpu_count() // 2)
    found = Parallel(n_jobs=2)(delayed(threads_of_tensorflow)() for _ in range(2))
    assert found == [(share, share)] * 2


@pytest.mark.slow
def test_a_number_of_threads_asked_for_is_granted():
    with parallel_config("loky", inner_max_num_threads=3):
        found = Parallel(n_jobs=2)(delayed(threads_of_tensorflow)() for _ in range(2))
    assert found == [(3, 3)] * 2


# 0 leaves the number to TensorFlow.
@pytest.mark.parametrize("backend", ["sequential", "threading"])
def test_this_process_keeps_its_threads(backend):
    with parallel_config(backend):
        found = Parallel(n_jobs=2)(delayed(threads_of_tensorflow)() for _ in range(2))
    assert found == [(0, 0)] * 2


TENSORFLOW_AT_WORK_FIRST = """
from joblib import Parallel, delayed

def work():
    import tensorflow as tf
    tf.constant(1) + 1
    from skgenre import CNNGenreClassifier
    from skgenre.datasets import make_genre_excerpts
    X, y = make_genre_excerpts(8, n_timesteps=30, random_state=0)
    return CNNGenreClassifier(epochs=1).fit(X, y).predict(X).shape

print(Parallel(n_jobs=2)(delayed(work)() for _ in range(2)))
"""


@pytest.mark.slow
def test_a_worker_whose_tensorflow_is_at_work_already_keeps_its_threads():
    printed = run_python("-c", TENSORFLOW_AT_WORK_FIRST, timeout=120)
    assert printed == "[(8,), (8,)]\n"


A_SCRIPT = """
import os
from joblib import Parallel, delayed
from sklearn.model_selection import cross_val_score
from skgenre import CNNGenreClassifier
from skgenre.datasets import make_genre_excerpts

X, y = make_genre_excerpts(40, n_timesteps=60, random_state=0)
# TensorFlow is at work in this process too before the others start.
CNNGenreClassifier(epochs=1).fit(X, y)
for _ in range(2):
    cross_val_score(CNNGenreClassifier(epochs=1), X, y, cv=2, n_jobs=2, error_score="raise")
print(*set(Parallel(n_jobs=2)(delayed(os.getpid)() for _ in range(20))))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="asks for a process by signal 0")
def test_no_process_is_left_when_a_script_ends():
    printed = run_python("-c", A_SCRIPT, timeout=120)
    workers = list(map(int, printed.split()))
    assert workers
    deadline = monotonic() + 20
    while any(map(exists, workers)) and monotonic() < deadline:
        sleep(0.1)
    assert not any(map(exists, workers))


def exists(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
