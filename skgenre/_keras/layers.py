"""Layers that Keras lacks: sound to bands, and statistics over time."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from scipy.fft import dct

from skgenre._spectra import (
    LEAST_MODULATION,
    LEAST_VARIANCE,
    SILENCE,
    count_paces,
    hann,
    mel_bands,
    pace_shares,
)

_registered = keras.saving.register_keras_serializable("skgenre")
# Below it a deviation is rounding.
_LEAST_DEVIATION = 1e-3


@_registered
class LogFilterbank(keras.layers.Layer):
    """Turn excerpts into the logarithm of their power in mel bands, frame by frame.

    Parameters
    ----------
    sample_rate : int
        In Hz.
    window : int
        Samples of a frame.
    hop : int
        Samples between the beginnings of two frames.
    n_bands : int
        Mel bands between 0 Hz and half the sample rate.
    **kwargs : object
        As all layers of Keras have them.
    """

    def __init__(self, sample_rate, window, hop, n_bands, **kwargs):
        super().__init__(trainable=False, **kwargs)
        self.sample_rate, self.window, self.hop = sample_rate, window, hop
        self.n_bands = n_bands

    def get_config(self) -> dict[str, Any]:
        names = ("sample_rate", "window", "hop", "n_bands")
        config = {**super().get_config(), **{name: getattr(self, name) for name in names}}
        del config["trainable"]
        return config

    def padding(self, n_timesteps):
        """Count the zeros behind an excerpt that is shorter than a frame."""
        return max(0, self.window - n_timesteps)

    def compute_output_shape(self, shape):
        n_timesteps = shape[1] + self.padding(shape[1])
        return shape[0], 1 + (n_timesteps - self.window) // self.hop, self.n_bands

    def call(self, X):
        # In float64: a weak band beside a strong one would be rounding errors otherwise.
        X = tf.cast(X, tf.float64)
        X = X - tf.reduce_mean(X, axis=1, keepdims=True)
        X = tf.pad(X, [(0, 0), (0, self.padding(X.shape[1]))])
        frames = tf.signal.frame(X, self.window, self.hop)
        power = _power(frames * hann(self.window))
        bands = tf.tensordot(power, mel_bands(self.sample_rate, self.window, self.n_bands), 1)
        return tf.cast(tf.math.log(bands + SILENCE), tf.float32)


def _power(X):
    """Compute the power at each frequency, along the last axis."""
    spectrum = tf.signal.rfft(X)
    return tf.square(tf.math.real(spectrum)) + tf.square(tf.math.imag(spectrum))


@_registered
class Standardization(keras.layers.Layer):
    """Give each channel mean 0 and deviation 1, those of the excerpts that it was adapted to."""

    def build(self, shape):
        self.scale = self.add_weight(shape=shape[-1:], initializer="ones", name="scale")
        self.offset = self.add_weight(shape=shape[-1:], initializer="zeros", name="offset")

    def call(self, X):
        return X * self.scale + self.offset

    @staticmethod
    def adapted(X):
        """Compute weights for which these inputs would be standardised.

        Parameters
        ----------
        X : ndarray of shape (n_samples, ..., n_channels)
            What comes in.

        Returns
        -------
        weights : list of ndarray of shape (n_channels,)
            In the order of the layer's.
        """
        channels = X.reshape(-1, X.shape[-1]).astype(float)
        deviation = np.maximum(channels.std(axis=0), _LEAST_DEVIATION)
        weights = 1 / deviation, -channels.mean(axis=0) / deviation
        return [array.astype(np.float32) for array in weights]


@_registered
class RandomLevel(keras.layers.Layer):
    """Raise or lower all bands of an excerpt by the same random amount, in training alone.

    Parameters
    ----------
    deviation : float
        Of the amounts, whose mean is 0.
    seed : int or None, default=None
        Decides the amounts.
    **kwargs : object
        As all layers of Keras have them.
    """

    def __init__(self, deviation, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.deviation, self.seed = deviation, seed
        self.seed_generator = keras.random.SeedGenerator(seed, name="seed_generator")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "deviation": self.deviation, "seed": self.seed}

    def compute_output_shape(self, shape):
        return shape

    def call(self, X, training=False):
        if not training:
            return X
        shape = (tf.shape(X)[0], 1, 1)
        return X + keras.random.normal(shape, stddev=self.deviation, seed=self.seed_generator)


@_registered
class CosineMaps(keras.layers.Dense):
    """Linear maps of bands, the first cosines of them before training: a cepstrum."""

    def initial_weights(self):
        """List the weights before training."""
        n_bands, n_maps = self.kernel.shape
        return [dct(np.eye(n_bands), norm="ortho")[:, :n_maps], np.zeros(n_maps)]


def _mean_over_time(X):
    return tf.reduce_mean(X, axis=1)


@_registered
class Moments(keras.layers.Layer):
    """Pool frames: mean and deviation of each channel over time.

    Parameters
    ----------
    changes : bool, default=False
        Whether the deviation of the differences between one frame and the next comes third.
    **kwargs : object
        As all layers of Keras have them.
    """

    def __init__(self, changes=False, **kwargs):
        super().__init__(**kwargs)
        self.changes = changes

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "changes": self.changes}

    def compute_output_shape(self, shape):
        return shape[0], shape[2] * (3 if self.changes else 2)

    def call(self, X):
        mean, deviation = _moments(X)
        if not self.changes:
            return tf.concat([mean, deviation], axis=1)
        # One frame alone has no next one: zeros stand for the differences.
        changes = X[:, 1:] - X[:, :-1] if X.shape[1] > 1 else X * 0
        return tf.concat([mean, deviation, _moments(changes)[1]], axis=1)


def _moments(X, average=_mean_over_time):
    mean = average(X)
    variance = average(tf.square(X - mean[:, tf.newaxis]))
    return mean, tf.sqrt(variance + LEAST_VARIANCE)


@_registered
class AttentiveMoments(keras.layers.Layer):
    """Pool frames: mean and deviation of each channel over time, where some frames count more.

    How much a frame counts follows from its channels, by trained weights.

    References
    ----------
    Okabe, Koshinaka and Shinoda, "Attentive statistics pooling for deep speaker embedding",
    Interspeech 2018.
    """

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], 1), name="kernel")

    def compute_output_shape(self, shape):
        return shape[0], shape[2] * 2

    def call(self, X):
        shares = tf.nn.softmax(tf.tensordot(X, self.kernel, 1), axis=1)
        return tf.concat(_moments(X, lambda values: tf.reduce_sum(shares * values, 1)), axis=1)


@_registered
class ModulationSpectrum(keras.layers.Layer):
    """Turn the course of each channel into the logarithm of its power at a few paces.

    Slow paces are beats and bars, fast ones are trills and syllables.

    Parameters
    ----------
    n_paces : int
        Ranges of frequencies, each as many times wider than the one before; fewer where there are
        too few frames.
    **kwargs : object
        As all layers of Keras have them.

    References
    ----------
    Greenberg and Kingsbury, "The modulation spectrogram: in pursuit of an invariant representation
    of speech", ICASSP 1997.
    """

    def __init__(self, n_paces, **kwargs):
        super().__init__(**kwargs)
        self.n_paces = n_paces

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "n_paces": self.n_paces}

    def compute_output_shape(self, shape):
        return shape[0], shape[2] * count_paces(shape[1], self.n_paces)

    def call(self, X):
        # Rounding of a great mean would drown weak changes.
        X = X - tf.reduce_mean(X, axis=1, keepdims=True)
        power = _power(tf.transpose(X, (0, 2, 1)))
        paces = tf.tensordot(power, pace_shares(X.shape[1], self.n_paces), 1)
        width = self.compute_output_shape(X.shape)[1]
        return tf.reshape(tf.math.log(paces + LEAST_MODULATION), (tf.shape(X)[0], width))


@_registered
class SideBySide(keras.layers.Layer):
    """Send the same input through several stacks of layers and join what they give.

    Parameters
    ----------
    branches : list of keras.Sequential
        The stacks.
    **kwargs : object
        As all layers of Keras have them.
    """

    def __init__(self, branches, **kwargs):
        super().__init__(**kwargs)
        self.branches = branches

    def build(self, shape):
        for branch in self.branches:
            branch.build(shape)

    def get_config(self) -> dict[str, Any]:
        branches = [keras.saving.serialize_keras_object(branch) for branch in self.branches]
        return {**super().get_config(), "branches": branches}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "SideBySide":
        branches = map(keras.saving.deserialize_keras_object, config.pop("branches"))
        return cls(list(branches), **config)

    def compute_output_shape(self, shape):
        widths = [branch.compute_output_shape(shape)[-1] for branch in self.branches]
        return *shape[:1], sum(widths)

    def call(self, X):
        return tf.concat([branch(X) for branch in self.branches], axis=-1)


def leaf_layers(layers):
    """List the layers of a network, those of branches in place of what holds them."""
    for layer in layers:
        branches = getattr(layer, "branches", None)
        if branches is None:
            yield layer
        else:
            for branch in branches:
                yield from leaf_layers(branch.layers)
