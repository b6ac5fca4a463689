"""Which recipes one compiled network serves: those whose losses and optimizers compute the same."""

import json
from copy import deepcopy
from types import FunctionType

import keras
import tensorflow as tf

from skgenre._arrays.dtype import DTYPE
from skgenre._engine.computations import computation_key
from skgenre._engine.optimizer_steps import apply_gradients, make_variables
from skgenre._keras.losses import adds_up_over_rows, batch_loss, is_from_keras
from skgenre._keras.optimizers import constant_learning_rate, settings_are_known


def recipe_key(recipe):
    """Describe all that a training computes with, a constant learning rate aside.

    Parameters
    ----------
    recipe : Recipe
        Architecture, loss and optimizer.

    Returns
    -------
    key : tuple
        Hashable. It may differ though the same is computed, never the other way round.
    """
    # Keras' functions read them when they are traced.
    defaults = keras.config.epsilon(), keras.config.floatx()
    loss = _loss_key(recipe.loss, recipe.architecture.n_outputs)
    optimizer = _optimizer_key(recipe.optimizer, recipe.architecture)
    return recipe.architecture, loss, optimizer, defaults


def _optimizer_key(optimizer, architecture):
    """Describe all that an optimizer computes, its learning rate aside where that is a constant."""
    if type(optimizer) is keras.optimizers.LossScaleOptimizer:
        inner = _optimizer_key(optimizer.inner_optimizer, architecture)
        return type(optimizer), optimizer.initial_scale, optimizer.dynamic_growth_steps, inner
    if settings_are_known(optimizer) and constant_learning_rate(optimizer) is not None:
        settings = optimizer.get_config()
        del settings["learning_rate"], settings["name"]
        return type(optimizer), json.dumps(settings, default=repr)
    optimizer = deepcopy(optimizer)
    variables = make_variables(architecture, in_one_piece=False)
    optimizer.build(variables)

    def update(*gradients):
        scale = optimizer.scale_loss(tf.constant(1, DTYPE))
        apply_gradients(optimizer, gradients, variables)
        optimizer.finalize_variable_values(variables)
        return scale

    signature = [tf.TensorSpec(variable.shape, DTYPE) for variable in variables]
    own = [*variables, *optimizer.variables]
    return type(optimizer), computation_key(update, signature, own)


def _loss_key(loss, n_outputs):
    """Describe all that a loss computes."""
    if isinstance(loss, FunctionType) and is_from_keras(loss):
        return loss
    if is_from_keras(loss) and (settings := _plain_settings(loss)):
        return type(loss), loss.fn, settings
    rows = tf.TensorSpec((None, n_outputs), DTYPE)

    def loss_and_gradient(targets, probabilities, sample_weight):
        with tf.GradientTape() as tape:
            tape.watch(probabilities)
            value = batch_loss(loss, targets, probabilities, sample_weight)
        return value, tape.gradient(value, probabilities)

    signature = [rows, rows, tf.TensorSpec((None,), DTYPE)]
    return adds_up_over_rows(loss), computation_key(loss_and_gradient, signature)


def _plain_settings(loss):
    """Write down the settings of a loss of Keras, or None where some are no plain values."""
    # The policy's type stands beside it.
    others = {"name", "fn", "_dtype_policy"}
    settings = {name: value for name, value in vars(loss).items() if name not in others}
    try:
        return json.dumps(settings, sort_keys=True)
    except TypeError:
        return None
