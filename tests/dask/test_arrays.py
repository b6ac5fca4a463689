"""Clusters of dask, and arrays larger than memory."""

import os
import pickle
import signal
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dask.array as da
import h5py
import numpy as np
import pytest
import zarr
from joblib import parallel_config
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline

import skgenre
from skgenre import SongClassifier, WaveformScaler
from skgenre.dask import connect, open_excerpts, predict, predict_proba
from tests.helpers.small_networks import small_cnn


@pytest.fixture
def fitted(excerpts):
    return make_pipeline(WaveformScaler(), small_cnn()).fit(*excerpts)


# --- predictions of chunked arrays


@pytest.mark.parametrize("chunks", [(120, 60), (7, 60), (50, 17), ((20, 0, 100), (60,))])
def test_probabilities_and_labels_are_those_of_the_estimator(excerpts, fitted, chunks):
    X = da.from_array(excerpts[0], chunks=chunks)
    probabilities, labels = predict_proba(fitted, X), predict(fitted, X)
    assert probabilities.shape == (120, 2)
    assert labels.shape == (120,)
    # One excerpt alone is computed another way, and may differ in the last bit.
    assert_allclose(probabilities.compute(), fitted.predict_proba(excerpts[0]), atol=1e-6)
    assert_array_equal(labels.compute(), fitted.predict(excerpts[0]))
    assert labels.dtype == fitted.classes_.dtype
    assert probabilities.dtype == np.float32


def test_zarr_and_hdf5_are_predicted_too(excerpts, fitted, tmp_path):
    X, _ = excerpts
    expected = fitted.predict_proba(X)
    stored = zarr.create_array(tmp_path / "excerpts.zarr", data=X, chunks=(33, 60))
    assert_array_equal(predict_proba(fitted, stored).compute(), expected)
    with h5py.File(tmp_path / "excerpts.h5", "w") as file:
        stored = file.create_dataset("excerpts", data=X)
        assert_array_equal(predict_proba(fitted, stored).compute(), expected)


def test_the_estimator_is_used_as_it_was(excerpts, fitted):
    X, y = excerpts
    expected = fitted.predict_proba(X)
    lazy = predict_proba(fitted, da.from_array(X, chunks=(50, -1)))
    fitted.fit(-X[::-1], y)
    assert_array_equal(lazy.compute(), expected)


def test_an_onnx_model_predicts_chunked_arrays(excerpts, fitted, tmp_path):
    X, _ = excerpts
    skgenre.export_onnx(fitted, tmp_path / "genres.onnx")
    loaded = skgenre.load_onnx(tmp_path / "genres.onnx")
    lazy = predict_proba(loaded, da.from_array(X, chunks=(50, -1)))
    assert_array_equal(lazy.compute(), loaded.predict_proba(X))


def test_rows_that_were_chosen_are_predicted_though_some_chunks_have_none(excerpts, fitted):
    X, _ = excerpts
    chosen = da.from_array(X, chunks=(50, -1))[da.from_array(np.arange(len(X)) >= 60, chunks=50)]
    found = predict_proba(fitted, chosen.compute_chunk_sizes()).compute()
    assert found.dtype == np.float32
    assert_array_equal(found, fitted.predict_proba(X[60:]))


def test_three_classes_have_three_columns(three_classes):
    X, y = three_classes
    fitted = small_cnn().fit(X, y)
    lazy = predict_proba(fitted, da.from_array(X, chunks=(40, -1)))
    assert_array_equal(lazy.compute(), fitted.predict_proba(X))


def test_what_cannot_be_predicted_is_refused_before_it_is_computed(excerpts, fitted):
    X = da.from_array(excerpts[0], chunks=(50, -1))
    with pytest.raises(NotFittedError):
        predict_proba(small_cnn(), X)
    with pytest.raises(TypeError, match="got ndarray: open_excerpts opens"):
        predict_proba(fitted, excerpts[0])
    with pytest.raises(ValueError, match="59 features"):
        predict_proba(fitted, X[:, 1:])
    with pytest.raises(ValueError, match="Expected 2D array, got 1D"):
        predict(fitted, X[0])


def test_values_are_checked_when_they_are_predicted(excerpts, fitted):
    bad = excerpts[0].copy()
    bad[70, 3] = np.nan
    lazy = predict_proba(fitted, da.from_array(bad, chunks=(50, -1)))
    assert lazy[:50].compute().shape == (50, 2)
    with pytest.raises(ValueError, match="contains NaN"):
        lazy.compute()


# --- files


def test_a_file_of_excerpts_is_read_where_it_is_asked_for(excerpts, tmp_path, monkeypatch):
    X, _ = excerpts
    np.save(tmp_path / "excerpts.npy", X)
    monkeypatch.setattr("skgenre.dask._arrays.CHUNK_MIB", 50 * X[:1].nbytes / 2**20)
    opened = open_excerpts(tmp_path / "excerpts.npy")
    assert opened.chunks == ((50, 50, 20), (60,))
    assert len(pickle.dumps(opened)) < 10_000
    assert_array_equal(opened.compute(), X)
    assert_array_equal(opened[45:55].compute(), X[45:55])
    assert opened.dtype == np.float32


def test_a_file_in_columns_is_read_too(excerpts, tmp_path):
    np.save(tmp_path / "excerpts.npy", np.asfortranarray(excerpts[0]))
    assert_array_equal(open_excerpts(tmp_path / "excerpts.npy").compute(), excerpts[0])


def test_a_relative_path_is_found_from_another_folder(excerpts, tmp_path, monkeypatch):
    np.save(tmp_path / "excerpts.npy", excerpts[0])
    monkeypatch.chdir(tmp_path)
    opened = open_excerpts("excerpts.npy")
    monkeypatch.chdir("/")
    assert_array_equal(opened.compute(), excerpts[0])


def write_pickle(path):
    np.save(path, np.array([{}], dtype=object), allow_pickle=True)


def write_half(path):
    np.save(path, np.zeros((9, 9)))
    os.truncate(path, 200)


@pytest.mark.parametrize(
    ("write", "reason"),
    [
        (lambda path: None, "No such file"),
        (lambda path: path.mkdir(), "Is a directory"),
        (lambda path: path.write_bytes(b""), "0"),
        (lambda path: path.write_bytes(b"RIFF" * 100), "magic"),
        (lambda path: np.save(path, np.zeros(5)), r"shape \(5,\)"),
        (lambda path: np.save(path, np.zeros((0, 5))), r"shape \(0, 5\)"),
        (lambda path: np.save(path, np.array([["rock"]])), "numbers, got '<U4'"),
        (write_pickle, r"numbers, got '\|O'"),
        (write_half, "length"),
    ],
)
def test_a_file_that_holds_no_excerpts_is_refused(write, reason, tmp_path):
    path = tmp_path / "excerpts.npy"
    write(path)
    with pytest.raises(
        ValueError, match=f"Cannot read excerpts from '.*excerpts.npy': .*({reason})"
    ):
        open_excerpts(path)


def test_without_dask_it_is_said_what_to_install(monkeypatch, excerpts, fitted, tmp_path):
    np.save(tmp_path / "excerpts.npy", excerpts[0])
    for name in ("dask.array", "distributed", "skgenre.dask._client"):
        monkeypatch.setitem(sys.modules, name, None)
    for call in (connect, lambda: open_excerpts(tmp_path / "excerpts.npy")):
        with pytest.raises(ModuleNotFoundError, match=r"pip install 'skgenre\[dask\]'"):
            call()


# --- a client


@pytest.fixture
def client():
    with connect(processes=False, n_workers=1, dashboard_address="127.0.0.1:0") as client:
        yield client


def test_what_is_scattered_comes_back_in_its_form(client):
    array = np.arange(10)
    assert_array_equal(client.scatter(array).result(), array)
    assert client.gather(client.scatter([1, "two", array[:0].tolist()])) == [1, "two", []]
    assert client.gather(client.scatter({"a": 1, "b": 2})) == {"a": 1, "b": 2}
    assert client.gather(client.scatter((1, 2), broadcast=True)) == (1, 2)
    assert isinstance(client.scatter({1, 2}), set)
    same, other = client.scatter(array), client.scatter(array, hash=False)
    assert client.scatter(array).key == same.key != other.key


def test_large_data_are_sent_without_a_warning(client):
    assert len(client.scatter(np.zeros(2_000_000)).result()) == 2_000_000


def test_nobody_at_the_address_is_an_error():
    with pytest.raises(OSError, match=r"127\.0\.0\.1:1"):
        connect("127.0.0.1:1", timeout="1s")


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere", "other://host:1"])
def test_an_address_in_vain_leaves_dask_as_it_was(address):
    found = da.arange(3)
    # The error is kept, and with it the client that has failed.
    with pytest.raises((OSError, ValueError)) as _error:
        connect(address, timeout=0.5)
    assert found.compute().tolist() == [0, 1, 2]


def test_a_server_that_is_no_scheduler_is_an_error():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(OSError, match=rf"No scheduler .* at tcp://{address} in 0\.5 s"):
            connect(address, timeout=0.5)


# --- a cluster of processes


@pytest.fixture(scope="module")
def workers():
    """A client of two worker processes of one thread each, on this machine."""
    with connect(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as client:
        yield client


class Announce(TransformerMixin, BaseEstimator):
    """Leaves a file for each fit, and takes its time."""

    def __init__(self, folder, seconds=0):
        self.folder = folder
        self.seconds = seconds

    def fit(self, X, y=None):
        (Path(self.folder) / f"{os.getpid()}-{time.monotonic_ns()}").touch()
        time.sleep(self.seconds)
        return self

    def transform(self, X):
        return X

    def __sklearn_is_fitted__(self):
        return True


GRID = {"cnngenreclassifier__kernel_sizes": [(9, 5), (7, 3)], "cnngenreclassifier__epochs": [1, 2]}


def search(excerpts, folder, seconds=0):
    pipe = make_pipeline(Announce(folder, seconds), WaveformScaler(), small_cnn())
    options = {"cv": 3, "scoring": "neg_log_loss", "error_score": "raise"}
    return GridSearchCV(pipe, GRID, **options).fit(*excerpts)


def assert_same_search(found, expected):
    for name in expected.cv_results_:
        if "_test_" in name:
            assert_array_equal(found.cv_results_[name], expected.cv_results_[name])
    assert found.best_params_ == expected.best_params_


@pytest.mark.slow
def test_a_search_gives_the_same_on_a_cluster(excerpts, workers, tmp_path):
    with parallel_config("dask"):
        found = search(excerpts, tmp_path)
    pids = {int(file.name.partition("-")[0]) for file in tmp_path.iterdir()}
    assert pids > set(workers.run(os.getpid).values())
    assert_same_search(found, search(excerpts, tmp_path))
    assert_array_equal(
        found.predict_proba(excerpts[0]), search(excerpts, tmp_path).predict_proba(excerpts[0])
    )


def threads_of_tensorflow():
    import tensorflow as tf

    return (
        tf.config.threading.get_intra_op_parallelism_threads(),
        tf.config.threading.get_inter_op_parallelism_threads(),
    )


@pytest.mark.slow
def test_tensorflow_has_the_threads_of_its_worker(excerpts, workers, tmp_path):
    with parallel_config("dask"):
        search(excerpts, tmp_path)
    assert list(workers.run(threads_of_tensorflow).values()) == [(1, 1)] * 2


def count_compilations():
    from skgenre._engine import programs

    class Counted(programs.TrainingProgram):
        made = 0

        def __init__(self, recipe):
            Counted.made += 1
            super().__init__(recipe)

    programs.TrainingProgram = Counted


def compilations():
    from skgenre._engine import programs

    return programs.TrainingProgram.made


def received(dask_worker):
    return [key for entry in dask_worker.transfer_incoming_log for key in entry["keys"]]


@pytest.mark.slow
def test_workers_compile_once_and_receive_data_once(excerpts, workers, tmp_path):
    workers.restart()
    workers.run(count_compilations)
    with parallel_config("dask"):
        search(excerpts, tmp_path)
    # Two networks, six fits of each.
    assert all(1 <= made <= 2 for made in workers.run(compilations).values())
    for keys in workers.run(received).values():
        assert len(set(keys)) == len(keys)


def kill_behind(n_fits, folder, pids):
    """Kill processes once some fits have begun."""
    deadline = time.monotonic() + 60
    while len(list(folder.iterdir())) < n_fits:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
@pytest.mark.parametrize("n_killed", [1, 2])
def test_a_search_ends_right_though_workers_are_killed(excerpts, workers, tmp_path, n_killed):
    expected = search(excerpts, tmp_path)
    folder = tmp_path / "on the cluster"
    folder.mkdir()
    pids = list(workers.run(os.getpid).values())[:n_killed]
    with parallel_config("dask"), ThreadPoolExecutor(1) as pool:
        killed = pool.submit(kill_behind, 5, folder, pids)
        found = search(excerpts, folder, seconds=0.3)
        killed.result()
    assert_same_search(found, expected)
    assert not set(pids) & set(workers.run(os.getpid).values())


@pytest.mark.slow
def test_songs_are_cross_validated_on_a_cluster(workers):
    seconds = np.arange(0, 3, 1 / 400)
    songs = np.empty(12, object)
    songs[:] = [np.sin(2 * np.pi * hertz * seconds) for hertz in [*range(20, 26), *range(90, 96)]]
    labels = np.repeat(["low", "high"], 6)
    classifier = SongClassifier(small_cnn(), n_jobs=-1, hop_seconds=1)
    with parallel_config("dask"):
        found = cross_val_score(classifier, songs, labels, cv=3, scoring="neg_log_loss")
    assert_array_equal(
        found, cross_val_score(classifier, songs, labels, cv=3, scoring="neg_log_loss")
    )


class Counted:
    """A classifier that leaves a file wherever it is unpickled."""

    def __init__(self, classifier, folder):
        self.classifier, self.folder = classifier, folder
        self.classes_, self.n_features_in_ = classifier.classes_, 60

    def predict_proba(self, X):
        return self.classifier.predict_proba(X)

    def __setstate__(self, state):
        vars(self).update(state)
        (Path(self.folder) / f"{os.getpid()}-{time.monotonic_ns()}").touch()

    def __sklearn_tags__(self):
        return self.classifier.__sklearn_tags__()


@pytest.mark.slow
def test_weights_go_to_each_worker_once(excerpts, fitted, workers, tmp_path, monkeypatch):
    X, _ = excerpts
    np.save(tmp_path / "excerpts.npy", X)
    folder = tmp_path / "unpickled"
    folder.mkdir()
    monkeypatch.setattr("skgenre.dask._arrays.CHUNK_MIB", 4 * X[:1].nbytes / 2**20)
    opened = open_excerpts(tmp_path / "excerpts.npy")
    assert opened.npartitions == 30
    found = predict_proba(Counted(fitted, folder), opened).compute()
    assert_array_equal(found, fitted.predict_proba(X))
    pids = [int(file.name.partition("-")[0]) for file in folder.iterdir()]
    of_workers = [pid for pid in pids if pid != os.getpid()]
    assert sorted(of_workers) == sorted(workers.run(os.getpid).values())
