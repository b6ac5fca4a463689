"""Excerpts in memory maps, and sets too large to stay on the device."""

import gc
import sys

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import skgenre._engine.feeding
import skgenre._engine.programs
from skgenre._arrays.memory_maps import release_pages
from skgenre._tensorflow.memory import collection_paused
from tests.helpers.interpreter import run_python
from tests.helpers.small_networks import small_cnn


def weights(fitted):
    return np.concatenate([array.ravel() for array in fitted.model_.get_weights()])


@pytest.fixture
def mapped(excerpts, tmp_path):
    X, y = excerpts
    path = tmp_path / "excerpts.f32"
    X.tofile(path)
    return np.memmap(path, dtype=np.float32, mode="r", shape=X.shape), y


def test_a_memory_map_trains_and_predicts_like_an_array(excerpts, mapped):
    X, y = excerpts
    X_mapped, _ = mapped
    in_memory, from_file = small_cnn().fit(X, y), small_cnn().fit(X_mapped, y)
    assert_array_equal(weights(in_memory), weights(from_file))
    assert_array_equal(in_memory.predict_proba(X), from_file.predict_proba(X_mapped))


@pytest.mark.parametrize("params", [{}, {"validation_fraction": 0.25}, {"batch_size": 7}])
def test_a_streamed_fit_equals_a_resident_one(excerpts, monkeypatch, params):
    X, y = excerpts
    sample_weight = np.arange(120) % 5
    resident = small_cnn(**params).fit(X, y, sample_weight=sample_weight)
    monkeypatch.setattr(skgenre._engine.feeding, "RESIDENT_MIB", 0)
    streamed = small_cnn(**params).fit(X, y, sample_weight=sample_weight)
    assert_array_equal(weights(resident), weights(streamed))
    assert resident.history_ == streamed.history_


def test_blocks_never_hold_more_than_their_budget(excerpts, monkeypatch):
    X, y = excerpts
    whole = small_cnn().fit(X, y)
    monkeypatch.setattr(skgenre._engine.feeding, "BLOCK_MIB", 1e-6)
    assert_array_equal(weights(small_cnn().fit(X, y)), weights(whole))


@pytest.mark.parametrize("mode", ["r", "r+", "c"])
def test_released_pages_are_read_again(tmp_path, mode):
    path = tmp_path / "numbers"
    np.arange(10_000, dtype=np.float64).tofile(path)
    mapped = np.memmap(path, dtype=np.float64, mode=mode)
    if mode != "r":
        mapped[5] = -1
    release_pages(mapped[2:])
    release_pages(np.asarray(mapped))
    assert mapped[5] == (5 if mode == "r" else -1)
    assert mapped[9_999] == 9_999


def test_arrays_in_memory_have_no_pages_to_release():
    numbers = np.arange(10)
    release_pages(numbers[3:])
    assert_array_equal(numbers, np.arange(10))


PEAK_OF_A_LARGE_FIT = """
import os, sys, threading, time
import numpy as np
import tensorflow as tf
from skgenre import CNNGenreClassifier

def resident_mib():
    fields = dict(line.split(":") for line in open("/proc/self/status"))
    return int(fields["VmRSS"].split()[0]) / 1024

def watch():
    while not done.is_set():
        peaks.append(resident_mib())
        time.sleep(0.02)

path = sys.argv[1]
small = np.zeros((64, 1200), np.float32)
small[::2] = 1
estimator = CNNGenreClassifier(
    filters=(4,), kernel_sizes=9, strides=16, dense_units=4, batch_size=1024, epochs=1
)
estimator.fit(small, np.arange(64) % 2)
n_rows = 4 * 2**30 // (1200 * 4)
X = np.memmap(path, dtype=np.float32, mode="w+", shape=(n_rows, 1200))
X[::1000] = 1
y = np.arange(n_rows) % 2
idle, peaks, done = resident_mib(), [], threading.Event()
watcher = threading.Thread(target=watch)
watcher.start()
estimator.fit(X, y)
done.set()
watcher.join()
print(max(peaks) - idle)
"""


@pytest.mark.slow
@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="reads the kernel's account in /proc"
)
def test_four_gigabytes_train_in_bounded_memory(tmp_path):
    printed = run_python("-c", PEAK_OF_A_LARGE_FIT, str(tmp_path / "large.f32"))
    print(f"{float(printed):.0f} MiB over idle")
    assert float(printed) < 1500


GROWTH_OVER_FITS = """
import ctypes
import gc
import sys
import numpy as np
import skgenre

def resident_mib():
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    fields = dict(line.split(":") for line in open("/proc/self/status"))
    return int(fields["VmRSS"].split()[0]) / 1024

def fit(n_fits):
    for _ in range(n_fits):
        getattr(skgenre, sys.argv[1])(epochs=1).fit(X, y).predict(X)

X = np.random.RandomState(0).randn(40, 400).astype(np.float32)
y = np.arange(40) % 2
fit(50)
before = resident_mib()
fit(400)
print(resident_mib() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="reads the kernel's account in /proc"
)
@pytest.mark.parametrize(
    "classifier", ["CNNGenreClassifier", "FilterbankGenreClassifier", "MLPGenreClassifier"]
)
def test_memory_does_not_grow_with_the_number_of_fits(classifier):
    printed = run_python("-c", GROWTH_OVER_FITS, classifier)
    print(f"{float(printed):.1f} MiB more after 400 fits")
    assert float(printed) < 3


@pytest.mark.slow
def test_networks_that_are_no_longer_kept_are_freed(excerpts, monkeypatch):
    X, y = excerpts
    monkeypatch.setattr(skgenre._engine.programs, "PROGRAMS_KEPT", 1)
    graphs = []
    for size in range(3, 7):
        small_cnn(kernel_sizes=(size, 3), epochs=1).fit(X, y)
        gc.collect()
        graphs.append(sum(type(thing).__name__ == "FuncGraph" for thing in gc.get_objects()))
    assert graphs[0] > 0
    assert graphs == graphs[:1] * 4


@pytest.mark.parametrize("is_on", [True, False])
def test_collection_is_paused_and_left_as_it_was(is_on):
    was_on = gc.isenabled()
    try:
        gc.enable() if is_on else gc.disable()
        with collection_paused():
            assert not gc.isenabled()
        assert gc.isenabled() == is_on
    finally:
        gc.enable() if was_on else gc.disable()
