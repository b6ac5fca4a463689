"""Keras layers as all networks have them, stacked to a model.

`_numpy_layers` has the same layers under the same names, for predictions without Keras.
"""

from skgenre._arrays.dtype import DTYPE
from skgenre._keras.initial_weights import initial_weights
from skgenre._keras.layers import (
    AttentiveMoments,
    CosineMaps,
    LogFilterbank,
    ModulationSpectrum,
    Moments,
    RandomLevel,
    SideBySide,
    Standardization,
)
from skgenre._spectra import LEAST_CHANNEL_VARIANCE
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


def conv1d(width, size, stride, name, activation="relu"):
    """Convolve with padding at both ends, then rectify."""
    return keras.layers.Conv1D(
        width,
        size,
        stride,
        padding="same",
        data_format="channels_last",
        activation=activation,
        name=name,
        **_COMMON,
    )


def front_end(sample_rate, window, hop, n_bands):
    """Turn excerpts into standardised bands, by layers that are not trained."""
    return [
        LogFilterbank(sample_rate, window, hop, n_bands, name="filterbank", dtype=DTYPE),
        Standardization(trainable=False, name="bands", dtype=DTYPE),
    ]


def side_by_side(branches, name):
    """Send the same input through several stacks and join what they give."""
    stacks = [keras.Sequential(layers, name=f"{name}_{i}") for i, layers in enumerate(branches, 1)]
    return SideBySide(stacks, name=name, dtype=DTYPE)


def cosine_maps(n_maps, name):
    """Map bands linearly, before training to the first cosines of them."""
    return CosineMaps(n_maps, name=name, **_COMMON)


def moments(name, *, changes=False):
    """Pool mean and deviation over time, and the deviation of changes if wanted."""
    return Moments(changes=changes, name=name, dtype=DTYPE)


def attentive_moments(name):
    """Pool mean and deviation over time, where some frames count more."""
    return AttentiveMoments(name=name, dtype=DTYPE)


def modulation_spectrum(n_paces, name):
    """Pool the logarithm of the power at a few paces."""
    return ModulationSpectrum(n_paces, name=name, dtype=DTYPE)


def normalization(name):
    """Give the channels of each frame mean 0 and deviation 1, then scale and shift them."""
    return keras.layers.LayerNormalization(epsilon=LEAST_CHANNEL_VARIANCE, name=name, dtype=DTYPE)


def rectifier(name):
    """Set to 0 what is below."""
    return keras.layers.ReLU(name=name, dtype=DTYPE)


def standardization():
    """Begin with statistics of mean 0 and deviation 1 over excerpts."""
    return Standardization(name="standardization", dtype=DTYPE)


def random_level(deviation):
    """Raise or lower an excerpt's bands in training; no layer where nothing would change."""
    return [RandomLevel(deviation, seed=0, name="level", dtype=DTYPE)] if deviation else []


def dropout(rate, name):
    """Drop a share of the units in training; no layer where nothing is dropped."""
    # Without a seed of its own it would draw one from Python's global generator.
    return [keras.layers.Dropout(rate, seed=0, name=name, dtype=DTYPE)] if rate else []


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
