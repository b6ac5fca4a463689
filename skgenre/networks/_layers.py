"""Keras layers as all networks have them, stacked to a model."""

from skgenre._arrays.dtype import DTYPE
from skgenre._keras.initial_weights import initial_weights
from skgenre._tensorflow import keras
from skgenre._tensorflow.process import prepare_process

# Without a seed of its own every initializer would draw one from Python's global generator.
# The values are replaced by `initial_weights` in any case.
_COMMON = {"dtype": DTYPE, "kernel_initializer": keras.initializers.GlorotUniform(seed=0)}


def as_channel(n_timesteps):
    """Turn rows of samples into one channel each."""
    return keras.layers.Reshape((n_timesteps, 1), name="reshape", dtype=DTYPE)


def flatten():
    """Put the channels of all time steps into one row."""
    return keras.layers.Flatten(name="flatten", dtype=DTYPE)


def conv1d(width, size, stride, name):
    """Convolve with padding at both ends, then rectify."""
    return keras.layers.Conv1D(
        width,
        size,
        stride,
        padding="same",
        data_format="channels_last",
        activation="relu",
        name=name,
        **_COMMON,
    )


def dense(hidden_units, n_outputs):
    """Make hidden layers with rectifiers, and the output: a sigmoid for one, else a softmax."""
    hidden = [
        keras.layers.Dense(width, activation="relu", name=f"dense_{i}", **_COMMON)
        for i, width in enumerate(hidden_units, 1)
    ]
    activation = "sigmoid" if n_outputs == 1 else "softmax"
    name = f"dense_{len(hidden) + 1}"
    return [*hidden, keras.layers.Dense(n_outputs, activation=activation, name=name, **_COMMON)]


def sequential(n_timesteps, stack, name, seed):
    """Make a model of layers, with weights drawn from `seed`."""
    prepare_process()
    model = keras.Sequential([keras.Input((n_timesteps,), dtype=DTYPE), *stack], name=name)
    model.set_weights(initial_weights(model, seed))
    return model
