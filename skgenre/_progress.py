"""What a training shows while it runs."""

import time

import keras

# The lesson's order and names; Keras hands its callbacks a sorted dict.
_SHOWN = {
    "loss": "loss",
    "accuracy": "acc",
    "val_loss": "val_loss",
    "val_accuracy": "val_acc",
}
BATCH_EVENTS = ("on_train_batch_begin", "on_train_batch_end")
_BATCH_HOOKS = (*BATCH_EVENTS, "on_batch_begin", "on_batch_end")


class EpochLines(keras.callbacks.Callback):
    """Prints the lesson's one line an epoch: seconds, loss and accuracy."""

    def on_epoch_begin(self, epoch, logs=None):
        """Note when the epoch started."""
        self._started = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        """Print the epoch's line."""
        seconds = time.perf_counter() - self._started
        values = [f"{_SHOWN[name]}: {logs[name]:.4f}" for name in _SHOWN if name in logs]
        head = f"Epoch {epoch + 1}/{self.params['epochs']} - {seconds:.0f}s"
        print(" - ".join([head, *values]), flush=True)


def listens_to_batches(callbacks):
    """Whether any of some Keras callbacks wants to be called at every batch."""
    return any(_overrides(callback, hook) for callback in callbacks for hook in _BATCH_HOOKS)


def _overrides(callback, hook):
    default = getattr(keras.callbacks.Callback, hook)
    return getattr(getattr(callback, hook), "__func__", None) is not default
