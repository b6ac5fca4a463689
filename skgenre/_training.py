"""Training: epochs, batches, and the callbacks that watch."""

from dataclasses import dataclass
from typing import NamedTuple

import keras
import numpy as np
from sklearn.utils import gen_batches

from skgenre._compiled import CompiledNetwork
from skgenre._feeding import feed, rows_per_block
from skgenre._progress import BATCH_EVENTS, listens_to_batches, progress_shown
from skgenre._sklearn_callbacks import EpochTasks

# Between two visits to Python: short enough for Ctrl-C, long enough that the visits cost nothing
# beside the steps. A progress bar wants to move more often.
STEPS_PER_CALL = 64
STEPS_PER_BAR_UPDATE = 16
# Excerpts of a validation set that are judged in one call.
ROWS_PER_CALL = 512
EPOCH_EVENTS = ("on_train_begin", "on_epoch_begin", "on_epoch_end", "on_train_end")


class State(NamedTuple):
    """What training changes: a network's packed weights and its optimizer's slots."""

    weights: np.ndarray
    slots: list | None = None


@dataclass
class Schedule:
    """How long a training lasts, in which order it visits the rows, and who watches."""

    epochs: int
    batch_size: int
    seed: int
    first_epoch: int
    callbacks: list
    verbose: int
    tasks: EpochTasks

    def rng(self, epoch):
        """Make what decides an epoch's order, which depends on the seed and its number alone."""
        return np.random.default_rng([self.seed, self.first_epoch + epoch])


class TrainingProgram:
    """A compiled network that trains one model at a time.

    Parameters
    ----------
    recipe : Recipe
        Architecture, loss and optimizer; the optimizer is this program's own from now on.
    """

    def __init__(self, recipe):
        self._network = CompiledNetwork(recipe)
        self._fresh_slots = self._network.slots()

    def train(self, state, training, validation, schedule, learning_rate):
        """Train from a state and return the new one, with the course of the training.

        Parameters
        ----------
        state : State
            Where training starts.
        training, validation : Samples
            `validation` may be None.
        schedule : Schedule
            Epochs, batches, order and callbacks.
        learning_rate : float or None
            Rate to start with; None leaves it to the optimizer's own schedule.

        Returns
        -------
        state : State
            Where training ended.
        history : dict of list of float
            Loss and accuracy of each epoch, on both parts.
        """
        self._load(state, learning_rate)
        history = self._run(feed(training), validation, schedule)
        return self._state(), history

    def _load(self, state, learning_rate):
        # Slots of other settings (say, without momentum) are of no use either.
        fitting = state.slots and _shapes(state.slots) == _shapes(self._fresh_slots)
        self._network.set_slots(state.slots if fitting else self._fresh_slots)
        self._network.set_weights(state.weights)
        if learning_rate is not None:
            self._network.set_learning_rate(learning_rate)

    def _run(self, training, validation, schedule):
        n_steps = -(-len(training.samples) // schedule.batch_size)
        with progress_shown(schedule.verbose, schedule.epochs * n_steps) as shown:
            callbacks = _Watchers(self._network, schedule, n_steps, shown)
            callbacks.tell("on_train_begin")
            history = self._run_epochs(training, validation, schedule, callbacks)
            callbacks.tell("on_train_end", {name: values[-1] for name, values in history.items()})
        return history

    def _run_epochs(self, training, validation, schedule, callbacks):
        def course():
            return self._state(), history

        history = {"loss": [], "accuracy": []}
        stop = False
        while not stop and len(history["loss"]) < schedule.epochs:
            epoch = len(history["loss"])
            schedule.tasks.begin(course)
            callbacks.tell("on_epoch_begin", epoch)
            logs = self._run_epoch(training, schedule, epoch, callbacks)
            if validation is not None:
                logs |= {f"val_{name}": value for name, value in self._score(validation).items()}
            for name, value in logs.items():
                history.setdefault(name, []).append(value)
            callbacks.tell("on_epoch_end", epoch, dict(logs))
            stop = schedule.tasks.end(course) or callbacks.want_to_stop()
        return history

    def _state(self):
        return State(self._network.weights(), self._network.slots())

    def _run_epoch(self, training, schedule, epoch, callbacks):
        order = training.order(schedule.rng(epoch))
        rows_per_call = schedule.batch_size * _steps_per_call(schedule, training.samples)
        running = _RunningMeans()
        for first in range(0, len(order), rows_per_call):
            positions = order[first : first + rows_per_call]
            callbacks.tell("on_train_batch_begin", first // schedule.batch_size)
            running.add(
                self._network.walk(*training.block(positions), schedule.batch_size), len(positions)
            )
            last_step = (first + len(positions) - 1) // schedule.batch_size
            callbacks.tell("on_train_batch_end", last_step, running.logs())
            if callbacks.want_to_stop():
                break
        return running.logs()

    def _score(self, samples):
        running = _RunningMeans()
        for positions in gen_batches(len(samples), ROWS_PER_CALL):
            block = samples.take(positions)
            running.add(self._network.judge(*block.arrays()), len(block))
        return running.logs()


class _Watchers:
    """Keras callbacks, which see the network as a Keras model and may change its weights."""

    def __init__(self, network, schedule, n_steps, shown):
        self._network = network
        self._model = None
        self._heard = ()
        if schedule.callbacks:
            self._model = network.model
            self._model.stop_training = False
            self._heard = EPOCH_EVENTS
        if listens_to_batches(schedule.callbacks):
            self._heard += BATCH_EVENTS
        self._callbacks = keras.callbacks.CallbackList(
            [*schedule.callbacks, *shown],
            model=self._model,
            epochs=schedule.epochs,
            steps=n_steps,
        )

    def tell(self, event, *arguments):
        """Call the method of each callback that is named like the event."""
        if event in self._heard:
            self._network.show_weights()
        getattr(self._callbacks, event)(*arguments)
        if event in self._heard:
            self._network.take_weights()

    def want_to_stop(self):
        """Say whether a callback has asked for the end."""
        return self._model is not None and self._model.stop_training


class _RunningMeans:
    """Means of loss and accuracy over the rows seen so far in an epoch."""

    def __init__(self):
        self._losses = self._hits = 0.0
        self._rows = 0

    def add(self, losses_and_hits, n_rows):
        losses, hits = losses_and_hits
        self._losses += float(losses)
        self._hits += float(hits)
        self._rows += n_rows

    def logs(self):
        return {"loss": self._losses / self._rows, "accuracy": self._hits / self._rows}


def _shapes(arrays):
    return [array.shape for array in arrays]


def _steps_per_call(schedule, samples):
    if listens_to_batches(schedule.callbacks):
        return 1
    wanted = STEPS_PER_BAR_UPDATE if schedule.verbose == 1 else STEPS_PER_CALL
    return min(wanted, max(1, rows_per_block(samples) // schedule.batch_size))
