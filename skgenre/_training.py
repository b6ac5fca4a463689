"""One compiled network that trains one model at a time."""

from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from sklearn.utils import gen_batches

from skgenre._architecture import Architecture, pack_weights, unpack_weights
from skgenre._convolution import unfold_first_convolution
from skgenre._devices import map_rows, map_shards, on_one_thread
from skgenre._feeding import feed, rows_per_block
from skgenre._keras_parts import adds_up_over_rows
from skgenre._progress import EpochLines, listens_to_batches
from skgenre.networks import DTYPE

if keras.config.backend() != "tensorflow":
    raise ImportError(
        "skgenre trains with TensorFlow, but Keras is set to run on "
        f"{keras.config.backend()!r}: unset KERAS_BACKEND, or set it to 'tensorflow'."
    )

# Between two visits to Python: short enough for Ctrl-C, long enough that the visits cost nothing
# beside the steps. A progress bar wants to move more often.
STEPS_PER_CALL = 64
STEPS_PER_BAR_UPDATE = 8
# Threads that a batch can keep busy. It is the same everywhere, as it decides the order of sums.
SHARDS_PER_BATCH = 4
# Excerpts of a validation set that a thread scores at once, and that are scored in one call.
ROWS_PER_SHARD = 8
ROWS_PER_CALL = 64 * ROWS_PER_SHARD


class State(NamedTuple):
    """What training changes: a network's packed weights and its optimizer's slots."""

    weights: np.ndarray
    slots: list | None = None


class Recipe(NamedTuple):
    """What is trained, and towards what."""

    architecture: Architecture
    loss: object
    optimizer: keras.optimizers.Optimizer


@dataclass
class Schedule:
    """How long a training lasts, in which order it visits the rows, and who watches."""

    epochs: int
    batch_size: int
    seed: int
    first_epoch: int
    callbacks: list
    verbose: int

    def order(self, epoch, n_samples):
        """Shuffled row numbers; an epoch's order depends on the seed and its number alone."""
        rng = np.random.default_rng([self.seed, self.first_epoch + epoch])
        return rng.permutation(n_samples).astype(np.int32)


class TrainingProgram:
    """One compiled network that trains one model at a time.

    Parameters
    ----------
    recipe : Recipe
        Architecture, loss and optimizer; the optimizer is this program's own from now on.
    """

    def __init__(self, recipe):
        self.model = recipe.architecture.build_model(seed=0)
        unfold_first_convolution(self.model)
        self.model.compile(optimizer=recipe.optimizer, loss=recipe.loss)
        self.model.optimizer.build(self.model.trainable_variables)
        self._adds_up = adds_up_over_rows(recipe.loss)
        self._fresh_slots = self._slots()
        self._samples = [
            tf.TensorSpec((None, recipe.architecture.n_timesteps), DTYPE),
            tf.TensorSpec((None, recipe.architecture.n_outputs), DTYPE),
            tf.TensorSpec((None,), DTYPE),
        ]

    @cached_property
    def _walk(self):
        order, batch_size = tf.TensorSpec((None,), tf.int32), tf.TensorSpec((), tf.int32)
        return compiled(self._walk_batches, [*self._samples, order, batch_size])

    @cached_property
    def _judge(self):
        return compiled(self._loss_and_hits, self._samples)

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
        return State(pack_weights(self.model.get_weights()), self._slots()), history

    def _slots(self):
        return [np.asarray(v) for v in self.model.optimizer.variables]

    def _load(self, state, learning_rate):
        self.model.stop_training = False
        self.model.set_weights(unpack_weights(self.model, state.weights))
        # Slots of other settings (say, without momentum) are of no use either.
        fitting = state.slots and _shapes(state.slots) == _shapes(self._fresh_slots)
        slots = state.slots if fitting else self._fresh_slots
        for variable, value in zip(self.model.optimizer.variables, slots, strict=True):
            variable.assign(value)
        if learning_rate is not None:
            self.model.optimizer.learning_rate = learning_rate

    def _run(self, training, validation, schedule):
        n_steps = -(-len(training.samples) // schedule.batch_size)
        callbacks = _callback_list(self.model, schedule, n_steps)
        history = {}
        callbacks.on_train_begin()
        for epoch in range(schedule.epochs):
            callbacks.on_epoch_begin(epoch)
            logs = self._run_epoch(training, schedule, epoch, callbacks)
            if validation is not None:
                logs |= {f"val_{name}": value for name, value in self._score(validation).items()}
            for name, value in logs.items():
                history.setdefault(name, []).append(value)
            callbacks.on_epoch_end(epoch, dict(logs))
            if self.model.stop_training:
                break
        callbacks.on_train_end(dict(logs))
        return history

    def _run_epoch(self, training, schedule, epoch, callbacks):
        order = schedule.order(epoch, len(training.samples))
        rows_per_call = schedule.batch_size * _steps_per_call(schedule, training.samples)
        running = _RunningMeans()
        for first in range(0, len(order), rows_per_call):
            positions = order[first : first + rows_per_call]
            callbacks.on_train_batch_begin(first // schedule.batch_size)
            running.add(self._walk(*training.block(positions), schedule.batch_size), len(positions))
            last_step = (first + len(positions) - 1) // schedule.batch_size
            callbacks.on_train_batch_end(last_step, running.logs())
            if self.model.stop_training:
                break
        return running.logs()

    def _score(self, samples):
        running = _RunningMeans()
        for positions in gen_batches(len(samples), ROWS_PER_CALL):
            block = samples.take(positions)
            running.add(self._judge(*block.arrays()), len(block))
        return running.logs()

    def _walk_batches(self, X, targets, weights, order, batch_size):
        def step(first, losses, hits):
            rows = order[first : first + batch_size]
            more_losses, more_hits = self._train_step(
                tf.gather(X, rows), tf.gather(targets, rows), tf.gather(weights, rows)
            )
            # TensorFlow does not know that a step changes what the next one reads.
            with tf.control_dependencies([more_losses]):
                return first + batch_size, losses + more_losses, hits + more_hits

        def unfinished(first, losses, hits):
            return first < tf.shape(order)[0]

        return tf.while_loop(unfinished, step, (0, 0.0, 0.0))[1:]

    def _train_step(self, X, targets, weights):
        learn = self._learn_from_shards if self._adds_up else self._learn_from_batch
        losses, hits, gradients = learn(X, targets, weights)
        optimizer, variables = self.model.optimizer, self.model.trainable_variables

        def update():
            optimizer.apply([tf.reduce_sum(shards, axis=0) for shards in gradients], variables)
            return tf.reduce_sum(losses), tf.reduce_sum(hits)

        return on_one_thread(update)

    def _learn_from_shards(self, X, targets, weights):
        """Take loss, hits and gradients of each shard by itself."""

        def learn(first, end):
            shard = X[first:end]
            with tf.GradientTape() as tape:
                probabilities = self.model(shard, training=True)
                loss = self._loss(targets[first:end], probabilities, weights[first:end])
                loss *= _count(shard)
                share = loss / _count(X)
            gradients = tape.gradient(share, self.model.trainable_variables)
            return loss, _hits(targets[first:end], probabilities), *gradients

        losses, hits, *gradients = map_shards(learn, _bounds(X))
        return losses, hits, gradients

    def _learn_from_batch(self, X, targets, weights):
        """Take the loss of all rows together, and its gradients through each shard."""

        def judge():
            with tf.GradientTape() as tape:
                tape.watch(probabilities)
                loss = self._loss(targets, probabilities, weights)
            slopes = tape.gradient(loss, probabilities)
            return loss * _count(X), _hits(targets, probabilities), slopes

        def learn(first, end):
            variables = self.model.trainable_variables
            with tf.GradientTape() as tape:
                outputs = self.model(X[first:end], training=True)
            return tuple(tape.gradient(outputs, variables, slopes[first:end]))

        probabilities = self._forward(X)
        loss, hits, slopes = on_one_thread(judge)
        return loss, hits, map_shards(learn, _bounds(X))

    def _forward(self, X):
        return map_rows(partial(self.model, training=False), X, ROWS_PER_SHARD)

    def _loss_and_hits(self, X, targets, weights):
        probabilities = self._forward(X)

        def judge():
            loss = self._loss(targets, probabilities, weights)
            return loss * _count(X), _hits(targets, probabilities)

        return on_one_thread(judge)

    def _loss(self, targets, probabilities, weights):
        return self.model.compute_loss(y=targets, y_pred=probabilities, sample_weight=weights)


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


def compiled(function, signature):
    """Trace a function for tensors of the given shapes."""
    # A concrete function is traced here and now, and never again.
    return tf.function(function, autograph=False).get_concrete_function(*signature)


def _shapes(arrays):
    return [array.shape for array in arrays]


def _bounds(X):
    """Cut a batch into shards of about equal size."""
    n_rows = tf.shape(X)[0]
    n_shards = tf.minimum(SHARDS_PER_BATCH, n_rows)
    return n_rows * tf.range(n_shards + 1) // n_shards


def _count(X):
    return tf.cast(tf.shape(X)[0], DTYPE)


def _hits(targets, probabilities):
    """Count the rows whose likeliest class is the target."""
    if targets.shape[1] == 1:
        right = tf.equal(probabilities > 0.5, targets > 0.5)
    else:
        right = tf.equal(tf.argmax(probabilities, axis=1), tf.argmax(targets, axis=1))
    return tf.reduce_sum(tf.cast(right, DTYPE))


def _steps_per_call(schedule, samples):
    if listens_to_batches(schedule.callbacks):
        return 1
    wanted = STEPS_PER_BAR_UPDATE if schedule.verbose == 1 else STEPS_PER_CALL
    return min(wanted, max(1, rows_per_block(samples) // schedule.batch_size))


def _callback_list(model, schedule, n_steps):
    shown = [EpochLines()] if schedule.verbose > 1 else []
    return keras.callbacks.CallbackList(
        [*schedule.callbacks, *shown],
        add_progbar=schedule.verbose == 1,
        model=model,
        verbose=schedule.verbose,
        epochs=schedule.epochs,
        steps=n_steps,
    )
