"""Variables that are trained, and the steps that an optimizer makes with them."""

import math
from contextlib import contextmanager
from copy import deepcopy

import keras
import numpy as np
import tensorflow as tf

from skgenre._arrays.dtype import DTYPE
from skgenre._engine.architecture import blank_model
from skgenre._engine.weights import unpack_weights
from skgenre._keras.optimizers import learning_rate_variable, updates_each_number_alone

# Name of the one variable that stands for all.
IN_ONE_PIECE = "weights"


def fresh_slots(recipe, weights):
    """Make what an optimizer remembers before the first step, which may depend on the weights."""
    optimizer = deepcopy(recipe.optimizer)
    in_one_piece = updates_each_number_alone(optimizer)
    variables = make_variables(recipe.architecture, in_one_piece)
    assign(variables, unpack_weights(variables, weights))
    optimizer.build(variables)
    return [np.asarray(variable.value) for variable in optimizer.variables]


def make_variables(architecture, in_one_piece):
    """Make variables of zeros for a network's weights."""
    variables = blank_model(architecture).weights
    if in_one_piece:
        n_numbers = sum(math.prod(variable.shape) for variable in variables)
        return [keras.Variable(np.zeros(n_numbers, DTYPE), dtype=DTYPE, name=IN_ONE_PIECE)]
    # Some optimizers go by the names of layers.
    return architecture.build_model(seed=0).weights


def apply_gradients(optimizer, gradients, variables):
    """Have an optimizer make a step, within a traced function."""
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        optimizer.apply(gradients, variables)
        return
    # Called in the context of one of several replicas, Keras would add up the gradients of them
    # all, by way of tf.custom_gradient, which keeps every graph that it was ever used in.
    replica = tf.distribute.get_replica_context()
    replica.merge_call(lambda strategy: optimizer.apply(gradients, variables))


@contextmanager
def share_of_learning_rate(optimizer, share):
    """Lower an optimizer's learning rate for one step, within a traced function.

    One that follows a schedule of its own, or has several rates, is left alone.
    """
    rate = learning_rate_variable(getattr(optimizer, "inner_optimizer", optimizer))
    if rate is None:
        yield
        return
    whole = tf.convert_to_tensor(rate)
    rate.assign(whole * tf.cast(share, whole.dtype))
    yield
    rate.assign(whole)


def assign(variables, values):
    """Give variables their values, one for each."""
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
