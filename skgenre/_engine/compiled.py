"""A network with its loss and optimizer, compiled."""

import re
from copy import deepcopy
from functools import cached_property

import keras
import numpy as np
import tensorflow as tf

from skgenre._arrays.dtype import DTYPE
from skgenre._engine.architecture import blank_model
from skgenre._engine.network_run import NetworkRun, draw_noise, noisy_layers
from skgenre._engine.optimizer_steps import (
    apply_gradients,
    assign,
    make_variables,
    share_of_learning_rate,
)
from skgenre._engine.weights import pack_weights, split_weights, unpack_weights
from skgenre._keras.losses import adds_up_over_rows, batch_loss
from skgenre._keras.optimizers import updates_each_number_alone
from skgenre._tensorflow.memory import collection_paused
from skgenre._tensorflow.shards import (
    ROWS_PER_TRAINING_SHARD,
    SHARDS_PER_TRAINING_BATCH,
    map_rows,
    map_shards,
    on_one_thread,
)

if keras.config.backend() != "tensorflow":
    raise ImportError(
        "skgenre trains with TensorFlow, but Keras is set to run on "
        f"{keras.config.backend()!r}: unset KERAS_BACKEND, or set it to 'tensorflow'."
    )


class CompiledNetwork:
    """A network whose steps of training run on the device, many in one call.

    Parameters
    ----------
    recipe : Recipe
        Architecture, loss and optimizer; of the optimizer a copy is trained with.
    """

    def __init__(self, recipe):
        self._network = blank_model(recipe.architecture)
        # The caller may replace it by any that computes the same, for when it is traced again.
        self.loss = recipe.loss
        self._adds_up = adds_up_over_rows(recipe.loss)
        self.optimizer = deepcopy(recipe.optimizer)
        # Tracing an update costs more time than any other part of a network, once per variable.
        self.in_one_piece = updates_each_number_alone(recipe.optimizer)
        self.variables = make_variables(recipe.architecture, self.in_one_piece)
        self.optimizer.build(self.variables)
        self._noisy_layers = noisy_layers(self._network)
        self._rows = [
            tf.TensorSpec((None, *recipe.architecture.input_shape), DTYPE),
            tf.TensorSpec((None, recipe.architecture.n_outputs), DTYPE),
            tf.TensorSpec((None,), DTYPE),
        ]

    @property
    def n_weights(self):
        """How many numbers are trained."""
        return self._network.count_params()

    def weights(self):
        """Copy the weights that are trained, packed."""
        return pack_weights([np.asarray(variable.value) for variable in self.variables])

    def set_weights(self, weights):
        """Take over packed weights."""
        assign(self.variables, unpack_weights(self.variables, weights))

    def slots(self):
        """Copy the optimizer's slots."""
        return [np.asarray(variable.value) for variable in self.optimizer.variables]

    def slot_names(self):
        """List the names of the optimizer's slots, without numbers of Keras' own."""
        names = [variable.name for variable in self.optimizer.variables]
        return [re.sub(r"^variable_\d+$", "variable", name) for name in names]

    def set_slots(self, slots):
        """Take over the slots of an optimizer of the same kind."""
        assign(self.optimizer.variables, slots)

    def set_learning_rate(self, learning_rate):
        """Go on with another learning rate."""
        self.optimizer.learning_rate = learning_rate

    def finalize(self):
        """Replace the weights by their moving averages, where the optimizer keeps them."""
        self.optimizer.finalize_variable_values(self.variables)

    @cached_property
    def train_steps(self):
        """Train on rows in a given order and in batches of a given size.

        A function of X, targets, sample weights, order and batch size, and of what decides each
        step: its seed, and its share of the learning rate. It returns the sum of the losses and
        the number of hits.
        """
        order, batch_size = tf.TensorSpec((None,), tf.int32), tf.TensorSpec((), tf.int32)
        seeds, shares = tf.TensorSpec((None, 2), tf.int32), tf.TensorSpec((None,), DTYPE)
        return compiled(self._train_steps, [*self._rows, order, batch_size, seeds, shares])

    @cached_property
    def score(self):
        """Score rows without training: a function of X, targets and sample weights.

        It returns the sum of the losses and the number of hits.
        """
        return compiled(self._score, self._rows)

    def _train_steps(self, X, targets, sample_weight, order, batch_size, seeds, shares):
        def step(first, losses, hits):
            # TensorFlow does not see that a step changes what the next one reads.
            with tf.control_dependencies([first]):
                rows, number = order[first : first + batch_size], first // batch_size
                batch = [tf.gather(array, rows) for array in (X, targets, sample_weight)]
                more_losses, more_hits = self._train_step(*batch, seeds[number], shares[number])
            with tf.control_dependencies([more_losses]):
                return first + batch_size, losses + more_losses, hits + more_hits

        def unfinished(first, losses, hits):
            return first < tf.shape(order)[0]

        return tf.while_loop(unfinished, step, (0, 0.0, 0.0))[1:]

    def _train_step(self, X, targets, sample_weight, seed, share):
        differentiate = self._gradients_by_shard if self._adds_up else self._gradients_of_batch
        # The optimizer divides gradients by what it multiplies the loss with.
        scale = tf.cast(self.optimizer.scale_loss(tf.constant(1, DTYPE)), DTYPE)
        layer_weights = self._layer_weights()
        noise = draw_noise(self._noisy_layers, tf.shape(X)[0], seed)
        losses, hits, gradients = differentiate(
            layer_weights, X, noise, targets, sample_weight, scale
        )

        def update():
            sums = [tf.reduce_sum(shards, axis=0) for shards in gradients]
            with share_of_learning_rate(self.optimizer, share):
                apply_gradients(self.optimizer, sums, self.variables)
            return tf.reduce_sum(losses), tf.reduce_sum(hits)

        return on_one_thread(update)

    def _layer_weights(self):
        """Read the weights as the network's layers have them."""
        values = [tf.convert_to_tensor(variable) for variable in self.variables]
        return split_weights(self._network.weights, *values) if self.in_one_piece else values

    def _joined(self, layer_weights):
        """Undo `_layer_weights`."""
        if not self.in_one_piece:
            return layer_weights
        return [tf.concat([tf.reshape(weights, (-1,)) for weights in layer_weights], axis=0)]

    def _gradients_by_shard(self, layer_weights, X, noise, targets, sample_weight, scale):
        """Compute loss, hits and gradients of each shard by itself."""

        def differentiate(first, end):
            shard, shard_targets = X[first:end], targets[first:end]
            weight = sample_weight[first:end]
            with tf.GradientTape() as tape:
                tape.watch(layer_weights)
                own_noise = [drawn[first:end] for drawn in noise]
                run = NetworkRun(self._network, layer_weights, shard, own_noise)
                loss = batch_loss(self.loss, shard_targets, run.outputs, weight) * _count(shard)
                share = scale * loss / _count(X)
            gradients = run.gradients(tape, share)
            return loss, _hits(shard_targets, run.outputs), *self._joined(gradients)

        losses, hits, *gradients = map_shards(differentiate, _bounds(X))
        return losses, hits, gradients

    def _gradients_of_batch(self, layer_weights, X, noise, targets, sample_weight, scale):
        """Compute the loss of all rows together, and its gradients through each shard."""
        probabilities = self._probabilities(layer_weights, X, noise)

        def differentiate_loss():
            with tf.GradientTape() as tape:
                tape.watch(probabilities)
                loss = batch_loss(self.loss, targets, probabilities, sample_weight)
                scaled = scale * loss
            gradients = tape.gradient(scaled, probabilities)
            return loss * _count(X), _hits(targets, probabilities), gradients

        def differentiate_network(first, end):
            with tf.GradientTape() as tape:
                tape.watch(layer_weights)
                own_noise = [drawn[first:end] for drawn in noise]
                run = NetworkRun(self._network, layer_weights, X[first:end], own_noise)
            gradients = run.gradients(tape, run.outputs, output_gradients[first:end])
            return tuple(self._joined(gradients))

        loss, hits, output_gradients = on_one_thread(differentiate_loss)
        return loss, hits, map_shards(differentiate_network, _bounds(X))

    def _score(self, X, targets, sample_weight):
        probabilities = self._probabilities(self._layer_weights(), X)

        def loss_and_hits():
            loss = batch_loss(self.loss, targets, probabilities, sample_weight)
            return loss * _count(X), _hits(targets, probabilities)

        return on_one_thread(loss_and_hits)

    def _probabilities(self, layer_weights, X, noise=()):
        def outputs(rows, *noise):
            return NetworkRun(self._network, layer_weights, rows, noise).outputs

        return map_rows(outputs, [X, *noise], ROWS_PER_TRAINING_SHARD)


def compiled(function, signature):
    """Trace a function for tensors of the given shapes."""
    with collection_paused():
        # A concrete function is traced here and now, and never again.
        return tf.function(function, autograph=False).get_concrete_function(*signature)


def _bounds(X):
    """Cut a batch into shards of about equal size."""
    n_rows = tf.shape(X)[0]
    n_shards = tf.minimum(SHARDS_PER_TRAINING_BATCH, -(-n_rows // ROWS_PER_TRAINING_SHARD))
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
