"""The callbacks of a training, and which of its events they follow."""

import keras

# Methods that Keras' `Callback` calls for an event, unless a callback overrides it.
_ALIASES = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}
_EVENTS = (
    "on_train_begin",
    "on_train_end",
    "on_epoch_begin",
    "on_epoch_end",
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_test_begin",
    "on_test_end",
    "on_test_batch_begin",
    "on_test_batch_end",
)
_STEPS = {"on_train_batch_begin", "on_train_batch_end"}


class TrainingCallbacks:
    """Keras callbacks, which see the network as a Keras model and may change it.

    Parameters
    ----------
    schedule : Schedule
        The user's callbacks among others.
    n_steps : int
        Steps of an epoch.
    shown : list of keras.callbacks.Callback
        What shows the progress; it does without a model.
    exchange : Exchange or None
        Between the network and the user's callbacks; None where there are no such callbacks.
    """

    def __init__(self, schedule, n_steps, shown, exchange):
        self._exchange = exchange
        self._watched = {event for event in _EVENTS if _wanted(event, schedule.callbacks)}
        self._logs = _EpochLogs()
        if exchange is not None:
            exchange.show()
        self._callbacks = keras.callbacks.CallbackList(
            [*schedule.callbacks, *shown, self._logs],
            add_history=exchange is not None,
            model=None if exchange is None else exchange.model,
            epochs=schedule.epochs,
            steps=n_steps,
            verbose=schedule.verbose,
        )

    def call(self, event, *arguments):
        """Call the method of each callback that is named like the event."""
        is_watched = event in self._watched or (event in _STEPS and self._follows_schedule())
        if is_watched:
            self._exchange.show()
        getattr(self._callbacks, event)(*arguments)
        if is_watched:
            self._exchange.take()

    def first_epoch(self):
        """Return the number of the epoch to start with: 0 unless a callback restored a training."""
        return 0 if self._exchange is None else self._exchange.first_epoch

    def epoch_logs(self):
        """Return the last epoch's logs with what callbacks have put there."""
        return self._logs.logs

    def want_every_step(self):
        """Return whether anything has to happen between one step and the next."""
        return bool(_STEPS & self._watched) or self._follows_schedule()

    def want_to_stop(self):
        """Return whether a callback has asked for the end."""
        return self._exchange is not None and self._exchange.model.stop_training

    def _follows_schedule(self):
        return self._exchange is not None and self._exchange.follows_schedule


class _EpochLogs(keras.callbacks.Callback):
    """The last of all callbacks: keeps the logs as those before it have left them."""

    logs: dict

    def on_epoch_end(self, epoch, logs=None):
        """Keep the logs of an epoch."""
        self.logs = dict(logs)


def _wanted(event, callbacks):
    hooks = {event, _ALIASES.get(event, event)}
    return any(_overrides(callback, hook) for callback in callbacks for hook in hooks)


def _overrides(callback, hook):
    default = getattr(keras.callbacks.Callback, hook)
    return getattr(getattr(callback, hook), "__func__", None) is not default
