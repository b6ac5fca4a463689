"""Training: epochs and batches."""

import numpy as np
from sklearn.utils import gen_batches

from skgenre._engine.callback_model import CallbackModel, Exchange
from skgenre._engine.compiled import CompiledNetwork
from skgenre._engine.feeding import feed, rows_per_block
from skgenre._engine.job import State, join_histories
from skgenre._engine.optimizer_steps import fresh_slots
from skgenre._engine.weights import pack_weights
from skgenre._keras.early_stopping import EarlyStopping
from skgenre._keras.optimizers import constant_learning_rate
from skgenre._keras.progress import progress_shown
from skgenre._keras.training_callbacks import TrainingCallbacks
from skgenre._tensorflow.shards import ROWS_PER_SCORING_CALL

# Steps between two returns to Python: few enough for Ctrl-C, enough for the returns to cost nothing
# beside the steps. A progress bar has to move more often.
STEPS_PER_CALL = 64
STEPS_PER_BAR_UPDATE = 16


class TrainingProgram:
    """A compiled network that trains one model at a time.

    Parameters
    ----------
    recipe : Recipe
        Architecture, loss and optimizer.
    """

    def __init__(self, recipe):
        self._network = CompiledNetwork(recipe)
        self._fresh_slots = self._network.slots() if self._network.in_one_piece else None
        self._fixed_weights = None
        self._exchange = None

    def train(self, recipe, state, training, validation, schedule):
        """Train from a state and return the new one, with the course of the training.

        Parameters
        ----------
        recipe : Recipe
            One that computes the same as this program's.
        state : State
            Where training starts.
        training, validation : LabelledExcerpts
            `validation` may be None.
        schedule : Schedule
            Epochs, batches, order and callbacks.

        Returns
        -------
        state : State
            Where training ended.
        history : dict of list of float
            Loss, accuracy and what callbacks have added, of each epoch, on both parts.
        """
        self._load(recipe, state)
        history = self._run(recipe, feed(training), validation, schedule)
        return self._state(), history

    def _load(self, recipe, state):
        self._network.loss = recipe.loss
        # Those of the front end come first.
        n_fixed = len(state.weights) - self._network.n_weights
        self._fixed_weights, trained = np.split(state.weights, [n_fixed])
        if self._fits(state):
            self._network.set_slots(state.slots)
        else:
            self._network.set_slots(self._fresh_slots or fresh_slots(recipe, trained))
        self._network.set_weights(trained)
        learning_rate = constant_learning_rate(recipe.optimizer)
        if learning_rate is not None:
            self._network.set_learning_rate(learning_rate)

    def _fits(self, state):
        """Return whether a state has slots that mean what the optimizer's own do."""
        return (
            bool(state.slots)
            and state.slot_names in (None, self._network.slot_names())
            and _shapes(state.slots) == _shapes(self._network.optimizer.variables)
        )

    def _run(self, recipe, training, validation, schedule):
        n_steps = -(-len(training.labelled) // schedule.batch_size)
        with progress_shown(schedule.verbose, schedule.epochs * n_steps) as shown:
            callbacks = self._training_callbacks(recipe, schedule, n_steps, shown)
            callbacks.call("on_train_begin")
            stopping = EarlyStopping(self._network, schedule.patience)
            history = self._run_epochs(training, validation, schedule, callbacks, stopping)
            self._network.finalize()
            last = {name: values[-1] for name, values in history.items() if values}
            callbacks.call("on_train_end", last)
            stopping.restore()
        return history

    def _training_callbacks(self, recipe, schedule, n_steps, shown):
        """Set up callbacks; the user's see a Keras model that is made for this fit."""
        exchange = None
        if schedule.callbacks:
            model = CallbackModel(recipe)
            self._exchange = self._exchange or Exchange(self._network, model)
            exchange = self._exchange.with_model(model)
        return TrainingCallbacks(schedule, n_steps, shown, exchange)

    def _run_epochs(self, training, validation, schedule, callbacks, stopping):
        def course():
            return self._state(), history

        history = {"loss": [], "accuracy": []}
        for epoch in range(callbacks.first_epoch(), schedule.epochs):
            schedule.tasks.begin(course)
            callbacks.call("on_epoch_begin", epoch)
            logs = self._run_epoch(training, schedule, epoch, callbacks)
            if validation is not None:
                scores = self._score(validation, callbacks)
                logs |= {f"val_{name}": value for name, value in scores.items()}
            callbacks.call("on_epoch_end", epoch, logs)
            logs |= callbacks.epoch_logs()
            history = join_histories(history, {name: [value] for name, value in logs.items()})
            stopping.update(logs)
            if schedule.tasks.end(course) or callbacks.want_to_stop() or stopping.is_over:
                break
        return history

    def _state(self):
        network = self._network
        weights = pack_weights([self._fixed_weights, network.weights()])
        return State(weights, network.slots(), network.slot_names())

    def _run_epoch(self, training, schedule, epoch, callbacks):
        rng = schedule.rng(epoch)
        order = training.order(rng)
        n_steps = -(-len(order) // schedule.batch_size)
        seeds = rng.integers(np.iinfo(np.int32).max // 2, size=(n_steps, 2), dtype=np.int32)
        shares = schedule.learning_rate_shares(epoch, n_steps)
        steps_per_call = _steps_per_call(schedule, training.labelled, callbacks)
        rows_per_call = schedule.batch_size * steps_per_call
        running = _RunningMeans()
        for first in range(0, len(order), rows_per_call):
            positions = order[first : first + rows_per_call]
            callbacks.call("on_train_batch_begin", first // schedule.batch_size)
            block = training.block(positions)
            step = first // schedule.batch_size
            steps = seeds[step : step + steps_per_call], shares[step : step + steps_per_call]
            running.add(
                self._network.train_steps(*block, schedule.batch_size, *steps), len(positions)
            )
            last_step = (first + len(positions) - 1) // schedule.batch_size
            callbacks.call("on_train_batch_end", last_step, running.logs())
            if callbacks.want_to_stop():
                break
        return running.logs()

    def _score(self, labelled, callbacks):
        running = _RunningMeans()
        callbacks.call("on_test_begin")
        for number, positions in enumerate(gen_batches(len(labelled), ROWS_PER_SCORING_CALL)):
            block = labelled.take(positions)
            callbacks.call("on_test_batch_begin", number)
            running.add(self._network.score(*block.arrays()), len(block))
            callbacks.call("on_test_batch_end", number, running.logs())
        callbacks.call("on_test_end", running.logs())
        return running.logs()


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


def _steps_per_call(schedule, labelled, callbacks):
    if callbacks.want_every_step():
        return 1
    wanted = STEPS_PER_BAR_UPDATE if schedule.verbose == 1 else STEPS_PER_CALL
    return min(wanted, max(1, rows_per_block(labelled) // schedule.batch_size))
