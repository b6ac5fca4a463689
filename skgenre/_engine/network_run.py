"""A network as a function of its weights, and its gradients."""

from functools import partial

import keras
import tensorflow as tf

from skgenre._tensorflow.shards import has_gpu


class NetworkRun:
    """One run of a network, within a traced function.

    Gradients of convolutions' kernels are taken as convolutions, which a processor does faster.
    On a GPU all is left to TensorFlow.

    Parameters
    ----------
    model : keras.Sequential
        The network; its own weights play no part. `keras.layers.Conv1D` layers have "same" padding
        and channels last.
    weights : list of tensor
        In the order of the model's weights.
    X : tensor of shape (n_samples, n_timesteps)
        Excerpts.

    Attributes
    ----------
    outputs : tensor of shape (n_samples, n_outputs)
        What the network says.
    """

    def __init__(self, model, weights, X):
        # What a tape differentiates by, and what makes a weight's gradient of the result.
        self._sources = list(weights)
        self._completions = [_itself] * len(weights)
        convolutions = () if has_gpu() else keras.layers.Conv1D
        places = {id(variable): place for place, variable in enumerate(model.weights)}
        with keras.StatelessScope(list(zip(model.weights, weights, strict=True))):
            for layer in model.layers:
                if isinstance(layer, convolutions):
                    X = self._convolve(layer, places[id(layer.kernel)], places[id(layer.bias)], X)
                else:
                    X = layer.call(X)
        self.outputs = X

    def _convolve(self, layer, kernel_place, bias_place, X):
        kernel, bias = self._sources[kernel_place], self._sources[bias_place]
        [stride] = layer.strides
        convolved = tf.nn.bias_add(tf.nn.conv1d(X, kernel, stride, "SAME"), bias)
        self._sources[kernel_place] = convolved
        self._completions[kernel_place] = partial(
            _gradient_of_kernel, X=X, shape=kernel.shape, stride=stride
        )
        return layer.activation(convolved)

    def gradients(self, tape, target, slopes=None):
        """Differentiate by the weights.

        Parameters
        ----------
        tape : tf.GradientTape
            It has watched the weights and recorded the run.
        target : tensor
            What is differentiated.
        slopes : tensor or None, default=None
            What the gradients of `target` are multiplied with.

        Returns
        -------
        gradients : list of tensor
            One for each of the weights.
        """
        # Not tf.custom_gradient: it would keep every graph that it was ever used in.
        found = tape.gradient(target, self._sources, slopes)
        return [complete(slope) for complete, slope in zip(self._completions, found, strict=True)]


def _itself(gradient):
    return gradient


def _gradient_of_kernel(slopes, X, shape, stride):
    """Convolve the waveforms with the slopes of shape (n_samples, n_windows, width).

    A weight's gradient is a sum over all samples and windows, so these are what is summed over,
    the channels, and the waveforms' channels are the rows. `stride` steps are folded into one:
    windows then begin at each step, and the slopes meet steps that lie side by side in memory.
    """
    size, n_channels, width = shape
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
