"""Several threads, and processes that are started in every way there is."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from numpy.testing import assert_array_equal

from skgenre import CNNGenreClassifier, MLPGenreClassifier
from skgenre._tensorflow import process
from skgenre.networks import build_mlp
from tests.helpers.interpreter import run_python

N_THREADS = 8
FOUR_KINDS = [
    CNNGenreClassifier(filters=4, kernel_sizes=7, strides=2, dense_units=5),
    CNNGenreClassifier(filters=(3, 5), kernel_sizes=(9, 3), strides=(3, 2), dense_units=6),
    MLPGenreClassifier(hidden_units=7),
    MLPGenreClassifier(hidden_units=(9, 4)),
]


def at_once(works):
    """Do works in a thread each, which wait for one another before they begin."""
    barrier = Barrier(len(works), timeout=60)

    def begin(work):
        barrier.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(begin, works))


# --- threads


@pytest.mark.parametrize("n_predictions", [20, pytest.param(500, marks=pytest.mark.slow)])
def test_predictions_in_threads_equal_those_one_after_the_other(excerpts, n_predictions):
    X, y = excerpts
    fitted = [kind.set_params(random_state=0).initialize(X, y) for kind in FOUR_KINDS]
    sizes = [1, 2, 25, 120]

    def predictions(thread):
        numbers = range(thread, thread + n_predictions)
        # Each pairs the kinds with the sizes in another order.
        return [fitted[n % 4].predict_proba(X[: sizes[n // 4 % 4]]) for n in numbers]

    # The threads come first, so that they also compile at once what predicts.
    threaded = at_once([lambda thread=thread: predictions(thread) for thread in range(N_THREADS)])
    for thread, found in enumerate(threaded):
        for ours, alone in zip(found, predictions(thread), strict=True):
            assert_array_equal(ours, alone)


@pytest.mark.parametrize("same_network", [True, False])
def test_fits_in_two_threads_equal_fits_one_after_the_other(excerpts, same_network):
    X, y = excerpts

    def fit(seed):
        # Networks of which no other test makes one, so that the threads compile them at once.
        kernel_size = 11 if same_network else 12 + seed
        estimator = CNNGenreClassifier(filters=3, kernel_sizes=kernel_size, dense_units=3)
        estimator.set_params(strides=2, epochs=5, random_state=seed)
        return estimator.fit(X[:80], y[:80], X_val=X[80:], y_val=y[80:])

    threaded = at_once([lambda: fit(0), lambda: fit(1)])
    for seed, ours in enumerate(threaded):
        alone = fit(seed)
        for array, its in zip(ours.model_.get_weights(), alone.model_.get_weights(), strict=True):
            assert_array_equal(array, its)
        assert ours.history_ == alone.history_


def test_what_a_fork_finds_out_holds_for_all_that_computes(excerpts, monkeypatch):
    X, y = excerpts
    fitted = MLPGenreClassifier(hidden_units=3, epochs=1).fit(X, y)
    monkeypatch.setattr(process, "_has_lost_threads", False)
    # What is called in a child of this process, in which TensorFlow has run.
    process._look_back()
    for call in (lambda: fitted.predict(X), lambda: fitted.fit(X, y), lambda: build_mlp(5)):
        with pytest.raises(RuntimeError, match="forked after TensorFlow had run"):
            call()


# --- processes

# It is run as a file, as processes that are spawned import what they run.
PROCESSES = """
import faulthandler, hashlib, json, multiprocessing, os, signal, sys, warnings
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import numpy as np
from joblib import Parallel, delayed, parallel_config
from sklearn.model_selection import GridSearchCV, cross_val_score
import skgenre.classifiers
from skgenre import CNNGenreClassifier
from skgenre.datasets import make_genre_excerpts
from skgenre.networks import build_mlp

# A process that would wait for ever says where and ends.
SECONDS = 100
faulthandler.register(signal.SIGALRM, chain=True)
os.register_at_fork(after_in_child=lambda: signal.alarm(SECONDS))
signal.alarm(SECONDS)

X, y = make_genre_excerpts(72, n_timesteps=60, random_state=0)

def classifier(**params):
    settings = {"filters": 4, "kernel_sizes": 9, "strides": 2, "dense_units": 8, "epochs": 2}
    return CNNGenreClassifier(random_state=0, **{**settings, **params})

def predictions():
    return hashlib.sha256(classifier().fit(X, y).predict_proba(X).tobytes()).hexdigest()

def tell(work, sender):
    sender.send(work())

def told_by_child(method, work):
    context = multiprocessing.get_context(method)
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=tell, args=(work, sender))
    child.start()
    sender.close()
    answer = receiver.recv()
    child.join()
    return answer

def refusals():
    calls = {
        "fit": lambda: classifier().fit(X, y),
        "warm start": lambda: here.set_params(warm_start=True).fit(X, y),
        "partial_fit": lambda: here.partial_fit(X, y),
        "predict": lambda: here.predict(X),
        "one excerpt": lambda: here.predict_proba(X[:1]),
        "another network": lambda: classifier(filters=5).fit(X, y),
        "initialize": lambda: classifier(filters=6).initialize(X, y),
        "model_": lambda: here.model_,
        "build_mlp": lambda: build_mlp(60),
    }
    return {name: refusal(call) for name, call in calls.items()}

def refusal(call):
    began = monotonic()
    try:
        call()
    except RuntimeError as error:
        return [str(error), monotonic() - began]

def fork_behind_tensorflow_alone():
    import tensorflow as tf
    tf.constant(1) + 1
    return told_by_child("fork", lambda: refusal(lambda: classifier().fit(X, y)))

def fork_of_a_fork():
    return told_by_child("fork", predictions)

def in_forked_workers():
    with parallel_config("multiprocessing"):
        cross_val_score(classifier(), X, y, cv=2, n_jobs=2, error_score="raise")

def in_workers_of_joblib():
    return Parallel(n_jobs=2, timeout=SECONDS)(delayed(predictions)() for _ in range(2))

def scores(n_jobs):
    grid = {"learning_rate": [0.001, 0.01]}
    options = {"cv": 2, "scoring": "neg_log_loss", "error_score": "raise"}
    found = GridSearchCV(classifier(epochs=1), grid, n_jobs=n_jobs, **options).fit(X, y)
    return found.cv_results_["mean_test_score"].tolist()

if __name__ == "__main__":
    warnings.simplefilter("error")
    # Python 3.12 has come to warn of what is tried here.
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    found = {"fork": told_by_child("fork", predictions)}
    found["fork of a fork"] = told_by_child("fork", fork_of_a_fork)
    found["behind TensorFlow alone"] = told_by_child("fork", fork_behind_tensorflow_alone)
    here = classifier().fit(X, y)
    found["here"] = predictions()
    with ThreadPoolExecutor() as pool:
        of_joblib = pool.submit(in_workers_of_joblib)
        started = {way: pool.submit(told_by_child, way, predictions) for way in sys.argv[2:]}
        found |= {way: told.result() for way, told in started.items()}
        found["loky"], found["loky again"] = of_joblib.result()
    found["behind a fit"] = told_by_child("fork", refusals)
    found["in forked workers"] = refusal(in_forked_workers)
    found["scores here"] = scores(n_jobs=1)
    found["scores"] = [scores(n_jobs=2) for _ in range(int(sys.argv[1]))]
    print(json.dumps(found))
"""

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no forks")


def told_by_processes(folder, n_grids, *ways_to_start):
    """Have processes started in several ways; a hang anywhere is an error."""
    script = folder / "processes.py"
    script.write_text(PROCESSES, encoding="utf-8")
    printed = run_python(str(script), str(n_grids), *ways_to_start, timeout=120)
    return json.loads(printed)


@pytest.fixture(scope="module")
def processes(tmp_path_factory):
    return told_by_processes(tmp_path_factory.mktemp("processes"), 2)


@pytest.fixture(scope="module")
def more_processes(tmp_path_factory):
    return told_by_processes(tmp_path_factory.mktemp("processes"), 20, "spawn", "forkserver")


CALLS = [
    "fit",
    "warm start",
    "partial_fit",
    "predict",
    "one excerpt",
    "another network",
    "initialize",
    "model_",
    "build_mlp",
]


@needs_fork
@pytest.mark.slow
@pytest.mark.parametrize("start", ["fork", "fork of a fork", "loky", "loky again"])
def test_processes_predict_alike_however_they_are_started(processes, start):
    assert len(processes["here"]) == 64
    assert processes[start] == processes["here"]


@needs_fork
@pytest.mark.slow
@pytest.mark.parametrize("start", ["spawn", "forkserver"])
def test_processes_that_import_all_anew_predict_alike(more_processes, start):
    assert more_processes[start] == more_processes["here"]


def assert_refused_at_once(refusal):
    message, seconds = refusal
    assert "forked after TensorFlow had run in its parent" in message
    for way in ("'loky'", "'spawn'", "'forkserver'"):
        assert way in message
    assert seconds < 5


@needs_fork
@pytest.mark.slow
@pytest.mark.parametrize("call", CALLS)
def test_a_process_forked_after_a_fit_is_told_so_at_once(processes, call):
    assert_refused_at_once(processes["behind a fit"][call])


@needs_fork
@pytest.mark.slow
@pytest.mark.parametrize("situation", ["behind TensorFlow alone", "in forked workers"])
def test_a_process_forked_after_tensorflow_has_run_is_told_so_at_once(processes, situation):
    assert_refused_at_once(processes[situation])


@needs_fork
@pytest.mark.slow
def test_grids_in_two_processes_score_alike_one_after_the_other(processes):
    assert processes["scores"] == [processes["scores here"]] * 2


@needs_fork
@pytest.mark.slow
def test_twenty_grids_in_two_processes_end_in_time(more_processes):
    assert more_processes["scores"] == [more_processes["scores here"]] * 20
