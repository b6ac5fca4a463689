"""What the callbacks of a fit see: a Keras model of their own, in step with the training."""

import math
from copy import copy

import numpy as np
import tensorflow as tf

from skgenre._engine.compiled import compiled
from skgenre._engine.optimizer_steps import IN_ONE_PIECE
from skgenre._keras.optimizers import learning_rate_variable


class CallbackModel:
    """A compiled Keras model, made for one fit, so that nothing done to it reaches another.

    Parameters
    ----------
    recipe : Recipe
        Its optimizer belongs to the model from now on.
    """

    def __init__(self, recipe):
        optimizer = recipe.optimizer
        self.keras_model = recipe.architecture.build_model(seed=0)
        self.keras_model.compile(
            optimizer, recipe.loss, metrics=["accuracy"], auto_scale_loss=False
        )
        self.weights = self.keras_model.weights
        optimizer.build(self.weights)
        self.slots = optimizer.variables
        self.learning_rate = learning_rate_variable(optimizer)
        # Callbacks look there for the metrics, and whether more of one is better.
        nothing = np.zeros((1, recipe.architecture.n_outputs), np.float32)
        self.keras_model.compute_metrics(None, nothing, nothing)
        self.keras_model.reset_metrics()
        self.keras_model.stop_training = False

    def variables(self):
        """List all variables: those of the network, then those of the optimizer."""
        return [*self.weights, *self.slots]

    def new_learning_rate(self):
        """Return a learning rate that is not the optimizer's own, where a callback set one."""
        if self.learning_rate is None:
            return None
        rate = getattr(self.keras_model.optimizer, "learning_rate", None)
        return None if rate is self.learning_rate else rate


class Exchange:
    """Brings weights and optimizer state to a callback model, and back after each callback.

    Parameters
    ----------
    network : CompiledNetwork
        What is trained.
    model : CallbackModel
        One of the models for it.
    """

    def __init__(self, network, model):
        self._ours = [*network.variables, *network.optimizer.variables]
        self._shapes = [variable.shape for variable in model.variables()]
        self._places = _places(network, model)
        signature = [tf.TensorSpec((), tf.resource) for _ in self._shapes]
        self._show = compiled(self._assign_theirs, signature)
        self._take = compiled(self._assign_ours, signature)
        self._model, self._handles = model, _handles(model)

    def with_model(self, model):
        """Make an exchange with another model for the same network, without tracing it anew."""
        exchange = copy(self)
        exchange._model, exchange._handles = model, _handles(model)
        return exchange

    @property
    def model(self):
        """The Keras model."""
        return self._model.keras_model

    @property
    def first_epoch(self):
        """Epochs done already, where a callback has restored an interrupted training."""
        return self.model._initial_epoch or 0

    @property
    def follows_schedule(self):
        """Whether a callback has put a schedule in place of a learning rate."""
        return self._model.new_learning_rate() is not None

    def show(self):
        """Give the model what the network has."""
        self._show(*self._handles)

    def take(self):
        """Train with what the model has from now on."""
        rate = self._model.new_learning_rate()
        if rate is not None:
            self._model.learning_rate.assign(rate)
        self._take(*self._handles)

    def _assign_theirs(self, *handles):
        for ours, places in zip(self._ours, self._places, strict=True):
            shapes = [self._shapes[place] for place in places]
            values = tf.split(tf.reshape(ours.value, (-1,)), list(map(math.prod, shapes)))
            for place, value, shape in zip(places, values, shapes, strict=True):
                value = tf.reshape(value, shape)
                tf.raw_ops.AssignVariableOp(resource=handles[place], value=value)

    def _assign_ours(self, *handles):
        for ours, places in zip(self._ours, self._places, strict=True):
            values = [
                tf.raw_ops.ReadVariableOp(resource=handles[place], dtype=ours.dtype)
                for place in places
            ]
            flat = tf.concat([tf.reshape(value, (-1,)) for value in values], axis=0)
            ours.assign(tf.reshape(flat, ours.shape))


def _handles(model):
    return [variable.value.handle for variable in model.variables()]


def _places(network, model):
    """Find the model's variables that each of the network's stands for."""
    if not network.in_one_piece:
        return [[place] for place in range(len(model.weights) + len(model.slots))]
    first = len(model.weights)
    names = {slot.name: first + place for place, slot in enumerate(model.slots)}
    of_weights = [weight.path.replace("/", "_") for weight in model.weights]
    own = iter(place for name, place in names.items() if not name.startswith(tuple(of_weights)))
    places = [list(range(first))]
    for slot in network.optimizer.variables:
        if slot.name.startswith(IN_ONE_PIECE):
            kind = slot.name.removeprefix(IN_ONE_PIECE)
            places.append([names[weight + kind] for weight in of_weights])
        else:
            places.append([next(own)])
    return places
