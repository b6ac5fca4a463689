"""What a training shows while it runs."""

import time
from contextlib import contextmanager

import keras

from skgenre._terminal.bars import bar

# The lesson's order and names; Keras hands its callbacks a sorted dict.
_SHOWN = {
    "loss": "loss",
    "accuracy": "acc",
    "val_loss": "val_loss",
    "val_accuracy": "val_acc",
}


class EpochLines(keras.callbacks.Callback):
    """Prints the lesson's one line an epoch: seconds, loss and accuracy."""

    def on_epoch_begin(self, epoch, logs=None):
        """Note when the epoch started."""
        self._started = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        """Print the epoch's line."""
        seconds = time.perf_counter() - self._started
        values = [f"{name}: {value}" for name, value in _figures(logs)]
        head = f"Epoch {epoch + 1}/{self.params['epochs']} - {seconds:.0f}s"
        print(" - ".join([head, *values]), flush=True)


class EpochBar(keras.callbacks.Callback):
    """Moves a bar over the whole training, with loss and accuracy beside it."""

    def __init__(self, progress):
        super().__init__()
        self._bar = progress

    def on_epoch_begin(self, epoch, logs=None):
        """Name the epoch."""
        self._steps = 0
        self._bar.advance(0, description=f"Epoch {epoch + 1}/{self.params['epochs']}")

    def on_train_batch_end(self, batch, logs=None):
        """Go on by the steps since the last visit, which may be many."""
        self._bar.advance(batch + 1 - self._steps, values=_in_short(logs))
        self._steps = batch + 1

    def on_epoch_end(self, epoch, logs=None):
        """Show the epoch's figures, those of validation too."""
        self._bar.advance(0, values=_in_short(logs))


@contextmanager
def progress_shown(verbose, n_steps):
    """Show a training of some steps for as long as a block runs.

    Parameters
    ----------
    verbose : int
        0 shows nothing, 1 a bar, more one line an epoch.
    n_steps : int
        Steps of all epochs.

    Yields
    ------
    callbacks : list of keras.callbacks.Callback
        What has to hear of epochs and steps.
    """
    if verbose == 1:
        with bar("Training", n_steps) as progress:
            yield [EpochBar(progress)]
    else:
        yield [EpochLines()] if verbose else []


def _figures(logs):
    return [(_SHOWN[name], f"{logs[name]:.4f}") for name in _SHOWN if name in logs]


def _in_short(logs):
    return " ".join(f"{name} {value}" for name, value in _figures(logs))
