"""Seconds per epoch of one fit, without its first epoch, which compiles or allocates."""

from tempfile import TemporaryDirectory
from time import perf_counter

import keras
import numpy as np

from tests.benchmarks import rivals

EPOCHS = 2


def _epoch_clock():
    """Make a callback class and the list to which it adds each epoch's seconds."""
    taken = []

    # A class, since scikit-learn-like wrappers train with copies of instances.
    class EpochClock(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self._start = perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            taken.append(perf_counter() - self._start)

    return EpochClock, taken


def ours(X, y):
    clock, taken = _epoch_clock()
    rivals.ours(epochs=EPOCHS, callbacks=[clock]).fit(X, y)
    return taken[1:]


def plain_keras(X, y):
    clock, taken = _epoch_clock()
    rivals.plain_keras(X.shape[1]).fit(
        X, y, batch_size=rivals.BATCH_SIZE, epochs=EPOCHS, verbose=0, callbacks=[clock()]
    )
    return taken[1:]


def scikeras(X, y):
    clock, taken = _epoch_clock()
    rivals.scikeras(epochs=EPOCHS, callbacks=[clock]).fit(X, y)
    return taken[1:]


def skorch(X, y):
    net = rivals.skorch(X.shape[1], epochs=EPOCHS).fit(X, y.astype(np.float32))
    return net.history[1:, "dur"]


def aeon(X, y):
    clock, taken = _epoch_clock()
    with TemporaryDirectory() as folder:
        rivals.aeon(folder, clock(), epochs=EPOCHS).fit(X[:, None], y)
    return taken[1:]


CONTENDERS = {
    rivals.OURS: ours,
    "Keras": plain_keras,
    "scikeras": scikeras,
    "skorch": skorch,
    "aeon": aeon,
}
