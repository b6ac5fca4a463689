"""The first layer's convolution as one matrix product, which a processor trains faster."""

from functools import partial

import keras
import tensorflow as tf

from skgenre._devices import has_gpu


def unfold_first_convolution(model):
    """Let a network's first convolution run as a matrix product.

    The arithmetic and the weights stay as they are. TensorFlow's own convolution is made for
    many channels; a waveform has one. On a GPU nothing is changed.

    Parameters
    ----------
    model : keras.Model
        Its first convolution, if it has one, takes one channel, with "same" padding.
    """
    if has_gpu():
        return
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv1D):
            layer.call = partial(_call_unfolded, layer)
            return


def _call_unfolded(layer, X):
    products = _convolve_unfolded(X, tf.convert_to_tensor(layer.kernel), layer.strides[0])
    return layer.activation(tf.nn.bias_add(products, tf.convert_to_tensor(layer.bias)))


def _convolve_unfolded(X, kernel, stride):
    """Convolve waveforms of shape (n_samples, n_timesteps, 1).

    With `stride` steps folded into one, a window of the kernel covers a few whole folds. The
    window's samples then are those few folds side by side.
    """
    size, _, width = kernel.shape
    n_timesteps = X.shape[1]
    n_windows = -(-n_timesteps // stride)
    folds_per_window = -(-size // stride)
    n_folds = n_windows + folds_per_window - 1
    before = max((n_windows - 1) * stride + size - n_timesteps, 0) // 2
    after = n_folds * stride - before - n_timesteps
    folds = tf.reshape(tf.pad(X, ((0, 0), (before, after), (0, 0))), (-1, n_folds, stride))
    windows = tf.concat([folds[:, i : i + n_windows] for i in range(folds_per_window)], axis=2)
    beyond_kernel = folds_per_window * stride - size
    weights = tf.pad(kernel[:, 0], ((0, beyond_kernel), (0, 0)))
    products = tf.matmul(tf.reshape(windows, (-1, folds_per_window * stride)), weights)
    return tf.reshape(products, (-1, n_windows, width))
