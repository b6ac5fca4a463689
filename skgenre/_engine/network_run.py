"""A network as a function of its weights, and its gradients."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import keras
import tensorflow as tf

from skgenre._arrays.dtype import DTYPE
from skgenre._keras.layers import RandomLevel, SideBySide
from skgenre._tensorflow.shards import has_gpu


class NetworkRun:
    """One run of a network, within a traced function.

    Gradients of convolutions' kernels are taken as convolutions, which a processor does faster.
    On a GPU this is left to TensorFlow.

    Parameters
    ----------
    model : keras.Sequential
        The network; its own weights play no part. `keras.layers.Conv1D` layers have "same" padding
        and channels last.
    weights : list of tensor
        In the order of the model's weights.
    X : tensor of shape (n_samples, ...)
        Excerpts, or what the model takes instead.
    noise : sequence of tensor, default=()
        In training, what `draw_noise` gives for these rows.

    Attributes
    ----------
    outputs : tensor of shape (n_samples, ...)
        What the network gives.
    """

    def __init__(self, model, weights, X, noise=()):
        # Tensors to differentiate by, and functions that turn the results into weights' gradients.
        self._sources = list(weights)
        self._completions = [_unchanged] * len(weights)
        self._convolutions = () if has_gpu() else keras.layers.Conv1D
        self._places = {id(variable): place for place, variable in enumerate(model.weights)}
        self._noise = iter(noise)
        self._is_noisy = len(noise) > 0
        with keras.StatelessScope(list(zip(model.weights, weights, strict=True))):
            self.outputs = self._run(model.layers, X)

    def _run(self, layers, X):
        for layer in layers:
            if isinstance(layer, self._convolutions):
                X = self._convolve(layer, X)
            elif type(layer) in _NOISES:
                X = _NOISES[type(layer)].apply(X, next(self._noise)) if self._is_noisy else X
            elif isinstance(layer, SideBySide):
                X = tf.concat([self._run(branch.layers, X) for branch in layer.branches], axis=-1)
            else:
                X = layer.call(X)
        return X

    def _convolve(self, layer, X):
        kernel_place, bias_place = self._places[id(layer.kernel)], self._places[id(layer.bias)]
        kernel, bias = self._sources[kernel_place], self._sources[bias_place]
        [stride] = layer.strides
        convolved = tf.nn.bias_add(tf.nn.conv1d(X, kernel, stride, "SAME"), bias)
        self._sources[kernel_place] = convolved
        self._completions[kernel_place] = partial(
            _gradient_of_kernel, X=X, shape=kernel.shape, stride=stride
        )
        return layer.activation(convolved)

    def gradients(self, tape, target, output_gradients=None):
        """Differentiate by the weights.

        Parameters
        ----------
        tape : tf.GradientTape
            It has watched the weights and recorded the run.
        target : tensor
            What is differentiated.
        output_gradients : tensor or None, default=None
            Factors of the gradients, one for each entry of `target`.

        Returns
        -------
        gradients : list of tensor
            One for each of the weights.
        """
        # Not tf.custom_gradient: it would keep every graph that it was ever used in.
        found = tape.gradient(target, self._sources, output_gradients)
        pairs = zip(self._completions, found, strict=True)
        return [complete(gradient) for complete, gradient in pairs]


def noisy_layers(model):
    """List the layers of a network that do something random in training."""
    return [layer for layer in model.layers if type(layer) in _NOISES]


def draw_noise(layers, n_rows, seed):
    """Draw what is random in a step of the training, within a traced function.

    Parameters
    ----------
    layers : list of keras.layers.Layer
        What `noisy_layers` lists of a built network.
    n_rows : tensor of shape (), int32
        Rows of the batch.
    seed : tensor of shape (2,), int32
        Decides all noise of the batch.

    Returns
    -------
    noise : list of tensor of shape (n_rows, ...), float32
        One for each layer.
    """
    return [
        _NOISES[type(layer)].draw(layer, n_rows, tf.stack([seed[0], seed[1] + number]))
        for number, layer in enumerate(layers)
    ]


class _Noise(NamedTuple):
    """How noise is drawn for a layer and some rows by a seed, and how it changes the input."""

    draw: Callable
    apply: Callable


def _dropout_mask(layer, n_rows, seed):
    """Draw 0 where a unit is dropped, otherwise what keeps the sum's expectation."""
    drawn = tf.random.stateless_uniform((n_rows, *layer.output.shape[1:]), seed)
    return tf.cast(drawn >= layer.rate, DTYPE) / (1 - layer.rate)


def _level(layer, n_rows, seed):
    # The same in all frames and bands of an excerpt.
    return tf.random.stateless_normal((n_rows, 1, 1), seed, stddev=layer.deviation)


_NOISES = {
    keras.layers.Dropout: _Noise(_dropout_mask, tf.multiply),
    RandomLevel: _Noise(_level, tf.add),
}


def _unchanged(gradient):
    return gradient


def _gradient_of_kernel(gradients, X, shape, stride):
    """Convolve the waveforms with gradients of shape (n_samples, n_windows, width).

    A weight's gradient is a sum over all samples and windows. So samples take the place of
    channels here, and the waveforms' channels that of rows. `stride` steps are folded into one:
    windows then begin at each step, and the steps that a window needs lie side by side in memory.
    """
    size, n_channels, width = shape
    n_timesteps, n_windows = X.shape[1], gradients.shape[1]
    folds_per_window = -(-size // stride)
    n_folds = n_windows + folds_per_window - 1
    before = max((n_windows - 1) * stride + size - n_timesteps, 0) // 2
    after = n_folds * stride - before - n_timesteps
    folds = tf.pad(X, ((0, 0), (before, after), (0, 0)))
    folds = tf.reshape(folds, (-1, n_folds, stride * n_channels))
    sums = tf.nn.conv1d(tf.transpose(folds), tf.transpose(gradients, (1, 0, 2)), 1, "VALID")
    steps = tf.reshape(
        tf.transpose(sums, (1, 0, 2)), (folds_per_window * stride, n_channels, width)
    )
    return steps[:size]
