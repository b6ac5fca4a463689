"""Convolutions whose kernels' gradients are convolutions too, which a processor trains faster."""

from functools import partial

import keras
import tensorflow as tf

from skgenre._devices import has_gpu


def speed_up_convolutions(model):
    """Let a network's convolutions take their kernels' gradients another way.

    The arithmetic and the weights stay as they are. On a GPU nothing is changed.

    Parameters
    ----------
    model : keras.Model
        Its `keras.layers.Conv1D` layers have "same" padding and channels last.
    """
    if has_gpu():
        return
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv1D):
            layer.call = partial(_call, layer)


def _call(layer, X):
    convolved = _convolve(X, tf.convert_to_tensor(layer.kernel), layer.strides[0])
    return layer.activation(tf.nn.bias_add(convolved, tf.convert_to_tensor(layer.bias)))


def _convolve(X, kernel, stride):
    @tf.custom_gradient
    def convolve(X, kernel):
        def gradients(slopes):
            return (
                _gradient_of_input(slopes, X, kernel, stride),
                _gradient_of_kernel(slopes, X, kernel, stride),
            )

        return tf.nn.conv1d(X, kernel, stride, "SAME"), gradients

    return convolve(X, kernel)


def _gradient_of_input(slopes, X, kernel, stride):
    return tf.raw_ops.Conv2DBackpropInput(
        input_sizes=tf.shape(X[:, tf.newaxis]),
        filter=kernel[tf.newaxis],
        out_backprop=slopes[:, tf.newaxis],
        strides=[1, 1, stride, 1],
        padding="SAME",
    )[:, 0]


def _gradient_of_kernel(slopes, X, kernel, stride):
    """Convolve the waveforms with the slopes of shape (n_samples, n_windows, width).

    A weight's gradient is a sum over all samples and windows, so these are what is summed over,
    the channels, and the waveforms' channels are the rows. `stride` steps are folded into one:
    windows then begin at each step, and the slopes meet steps that lie side by side in memory.
    """
    size, n_channels, width = kernel.shape
    n_timesteps, n_windows = X.shape[1], slopes.shape[1]
    folds_per_window = -(-size // stride)
    n_folds = n_windows + folds_per_window - 1
    before = max((n_windows - 1) * stride + size - n_timesteps, 0) // 2
    after = n_folds * stride - before - n_timesteps
    folds = tf.pad(X, ((0, 0), (before, after), (0, 0)))
    folds = tf.reshape(folds, (-1, n_folds, stride * n_channels))
    sums = tf.nn.conv1d(tf.transpose(folds), tf.transpose(slopes, (1, 0, 2)), 1, "VALID")
    steps = tf.reshape(
        tf.transpose(sums, (1, 0, 2)), (folds_per_window * stride, n_channels, width)
    )
    return steps[:size]
