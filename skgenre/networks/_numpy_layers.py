"""The layers of `_layers`, which predict by numpy alone: neither TensorFlow nor Keras is loaded.

A layer takes what comes in, an array of shape (n_samples, n_units) or (n_samples, n_steps,
n_channels), and the arrays of weights of all layers, by the layers' names. What it makes of an
excerpt does not depend, to the last bit, on the others: no matrix product joins rows of several.
"""

import numpy as np

from skgenre._arrays.dtype import DTYPE
from skgenre._spectra import (
    LEAST_CHANNEL_VARIANCE,
    LEAST_MODULATION,
    LEAST_VARIANCE,
    SILENCE,
    hann,
    mel_bands,
    pace_shares,
)

# In windows that overlap, which are copied before they are multiplied.
_NUMBERS_PER_COPY = 2**20


def run(stack, weights, X):
    """Send excerpts through a stack of layers.

    Parameters
    ----------
    stack : list of callable
        Layers of this module.
    weights : dict of str to list of ndarray
        Weights by layer.
    X : ndarray of shape (n_samples, n_timesteps), float32
        Excerpts.

    Returns
    -------
    outputs : ndarray of shape (n_samples, n_outputs), float32
        What the last layer gives.
    """
    for layer in stack:
        X = layer(X, weights)
    return X


def as_channel(n_timesteps):
    """Turn rows of samples into one channel each."""
    return lambda X, weights: X[:, :, np.newaxis]


def flatten():
    """Put the channels of all time steps into one row."""
    return lambda X, weights: X.reshape(len(X), -1)


def conv1d(width, size, stride, name, activation="relu"):
    """Convolve with padding at both ends, then rectify."""

    def convolve(X, weights):
        kernel, bias = weights[name]
        convolved = _convolve(X, kernel, stride) + bias
        return convolved if activation is None else _rectify(convolved)

    return convolve


def _convolve(X, kernel, stride):
    size, n_channels, width = kernel.shape
    n_samples, n_timesteps = X.shape[:2]
    n_steps = -(-n_timesteps // stride)
    n_zeros = max(0, (n_steps - 1) * stride + size - n_timesteps)
    # As TensorFlow has it: an odd zero stands at the end.
    own = slice(n_zeros // 2, n_zeros // 2 + n_timesteps)
    padded = np.zeros((n_timesteps + n_zeros, n_channels), DTYPE)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, n_channels))[::stride, 0]
    kernel = kernel.reshape(-1, width)
    convolved = np.empty((n_samples, n_steps, width), DTYPE)
    blocks = _blocks(n_steps, len(kernel))
    for row, out in zip(X, convolved, strict=True):
        padded[own] = row
        for block in blocks:
            np.matmul(windows[block].reshape(-1, len(kernel)), kernel, out=out[block])
    return convolved


def _blocks(n_rows, n_columns):
    """Cut rows into blocks that are copied one after the other."""
    n_at_once = max(1, _NUMBERS_PER_COPY // n_columns)
    return [slice(first, first + n_at_once) for first in range(0, n_rows, n_at_once)]


def front_end(sample_rate, window, hop, n_bands):
    """Turn excerpts into standardised bands."""
    shape, shares = hann(window), mel_bands(sample_rate, window, n_bands)

    def log_filterbank(X, weights):
        # In float64: a weak band beside a strong one would be rounding errors otherwise.
        X = X.astype(np.float64)
        X -= X.mean(axis=1, keepdims=True)
        X = np.pad(X, ((0, 0), (0, max(0, window - X.shape[1]))))
        frames = np.lib.stride_tricks.sliding_window_view(X, window, axis=1)[:, ::hop]
        bands = [
            np.matmul(_power(frames[block] * shape), shares)
            for block in _blocks(len(X), frames[0].size)
        ]
        return np.log(np.concatenate(bands) + SILENCE).astype(DTYPE)

    return [log_filterbank, _scaled("bands")]


def _power(X):
    """Compute the power at each frequency, along the last axis."""
    spectrum = np.fft.rfft(X)
    return np.square(spectrum.real) + np.square(spectrum.imag)


def standardization():
    """Begin with statistics of mean 0 and deviation 1 over excerpts."""
    return _scaled("standardization")


def _scaled(name):
    def scale(X, weights):
        scale, offset = weights[name]
        return X * scale + offset

    return scale


def random_level(deviation):
    """Leave out what happens in training alone."""
    return []


def dropout(rate, name):
    """Leave out what happens in training alone."""
    return []


def side_by_side(branches, name):
    """Send the same input through several stacks and join what they give."""
    return lambda X, weights: np.concatenate(
        [run(branch, weights, X) for branch in branches], axis=-1
    )


def cosine_maps(n_maps, name):
    """Map bands linearly."""
    return _linear(name)


def moments(name, *, changes=False):
    """Pool mean and deviation over time, and the deviation of changes if wanted."""

    def pool(X, weights):
        pooled = _moments(X)
        if changes:
            # One frame alone has no next one: zeros stand for the differences.
            changed = np.diff(X, axis=1) if X.shape[1] > 1 else np.zeros_like(X)
            pooled.append(_moments(changed)[1])
        return np.concatenate(pooled, axis=1)

    return pool


def attentive_moments(name):
    """Pool mean and deviation over time, where some frames count more."""

    def pool(X, weights):
        [kernel] = weights[name]
        shares = _softmax(np.matmul(X, kernel))
        return np.concatenate(_moments(X, lambda values: (shares * values).sum(axis=1)), axis=1)

    return pool


def _moments(X, average=lambda values: values.mean(axis=1)):
    mean = average(X)
    variance = average(np.square(X - mean[:, np.newaxis]))
    return [mean, np.sqrt(variance + LEAST_VARIANCE)]


def modulation_spectrum(n_paces, name):
    """Pool the logarithm of the power at a few paces."""

    def pool(X, weights):
        # Rounding of a great mean would drown weak changes.
        courses = (X - X.mean(axis=1, keepdims=True)).transpose(0, 2, 1)
        paces = np.matmul(_power(courses), pace_shares(X.shape[1], n_paces))
        return np.log(paces + LEAST_MODULATION).reshape(len(X), -1).astype(DTYPE)

    return pool


def normalization(name):
    """Give the channels of each frame mean 0 and deviation 1, then scale and shift them."""

    def normalize(X, weights):
        gamma, beta = weights[name]
        deviation = np.sqrt(X.var(axis=-1, keepdims=True) + LEAST_CHANNEL_VARIANCE)
        return (X - X.mean(axis=-1, keepdims=True)) / deviation * gamma + beta

    return normalize


def rectifier(name):
    """Set to 0 what is below."""
    return lambda X, weights: _rectify(X)


def dense(hidden_units, n_outputs):
    """Make hidden layers with rectifiers, and the output: a sigmoid for one, else a softmax."""
    names = [f"dense_{i}" for i in range(1, len(hidden_units) + 2)]
    output = _sigmoid if n_outputs == 1 else _softmax
    return [*(_linear(name, _rectify) for name in names[:-1]), _linear(names[-1], output)]


def _linear(name, activation=lambda X: X):
    def multiply(X, weights):
        kernel, bias = weights[name]
        if X.ndim == 2:
            return activation(np.matmul(X[:, np.newaxis], kernel)[:, 0] + bias)
        return activation(np.matmul(X, kernel) + bias)

    return multiply


def _rectify(X):
    return np.maximum(X, 0)


def _sigmoid(X):
    return np.exp(-np.logaddexp(0, -X))


def _softmax(X, axis=1):
    powers = np.exp(X - X.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)
