"""The lesson's baseline: its parameters, and the network itself."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from skgenre._types import Int
from skgenre.networks._parameters import check_size, dense_parameters

if TYPE_CHECKING:
    import keras


def build_mlp(
    n_timesteps: Int,
    n_outputs: Int = 1,
    *,
    hidden_units: Sequence[Int] = (256, 64),
    seed: Int | None = None,
) -> "keras.Model":
    """Build the lesson's baseline, a multilayer perceptron on raw samples.

    Dense layers with rectifiers, then the output: a sigmoid for one output, a softmax for more.

    Parameters
    ----------
    n_timesteps : int
        Samples in an excerpt, at least 1.
    n_outputs : int, default=1
        1 for two classes (sigmoid), otherwise the number of classes (softmax).
    hidden_units : tuple of int, default=(256, 64)
        Widths of the hidden layers.
    seed : int or None, default=None
        Seed of the initial weights; None takes fresh entropy from the operating system.

    Returns
    -------
    keras.Model
        Takes excerpts of shape (n_samples, n_timesteps), gives probabilities of shape
        (n_samples, n_outputs).

    Raises
    ------
    ValueError
        If the network would have more than 50 million parameters.

    See Also
    --------
    build_cnn : Build the lesson's convolutional network.
    skgenre.MLPGenreClassifier : Trains such a network.

    Examples
    --------
    >>> from skgenre.networks import build_mlp
    >>> build_mlp(1200).count_params()
    323969
    """
    parameters = mlp_parameters(n_timesteps, n_outputs, hidden_units=hidden_units)
    check_size(parameters, n_timesteps, "fewer `hidden_units`")
    # Keras takes seconds to load; files of networks are described without it.
    from skgenre.networks import _layers

    stack = mlp_stack(_layers, n_timesteps, n_outputs, hidden_units=hidden_units)
    return _layers.sequential(n_timesteps, stack, "mlp", seed)


def mlp_stack(layers, n_timesteps, n_outputs, *, hidden_units):
    """Stack the layers of a network of `build_mlp`.

    Parameters
    ----------
    layers : module
        What the layers are made of: `_layers`, for Keras, or `_numpy_layers`.
    n_timesteps, n_outputs, hidden_units
        As in `build_mlp`.

    Returns
    -------
    stack : list
        The layers, first layer first.
    """
    return layers.dense(hidden_units, n_outputs)


def mlp_parameters(n_timesteps, n_outputs, *, hidden_units):
    """List the parameters of a network of `build_mlp` without building it.

    Parameters
    ----------
    n_timesteps, n_outputs, hidden_units
        As in `build_mlp`.

    Returns
    -------
    parameters : list of Parameter
        In the order of the network's weights.
    """
    return dense_parameters([n_timesteps, *hidden_units, n_outputs])
