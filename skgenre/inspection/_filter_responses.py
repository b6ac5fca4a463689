"""What the first layer's filters respond to."""

import numpy as np
from sklearn.base import BaseEstimator

from skgenre._bunches import FilterResponses
from skgenre._sklearn.typed import validate_params
from skgenre._tensorflow import keras
from skgenre._types import Estimator, Int
from skgenre.inspection._fitted_parts import fitted_parts

# Fewest points of a frequency response: 0.4 Hz apart at 400 Hz.
_MIN_FFT_LENGTH = 1024


@validate_params({"estimator": [BaseEstimator]}, prefer_skip_nested_validation=True)
def filter_responses(estimator: Estimator, *, sample_rate: Int | None = None) -> FilterResponses:
    """Compute which frequencies the filters of the first layer respond to.

    They are the absolute values of each kernel's Fourier transform; biases play no part.

    Parameters
    ----------
    estimator : estimator
        A fitted `CNNGenreClassifier`, or a pipeline, search or song classifier around one.
    sample_rate : int or None, default=None
        Rate of the excerpts in Hz; None means the song classifier's, or 400.

    Returns
    -------
    :class:`~sklearn.utils.Bunch`
        With the following attributes.

        kernels : ndarray of shape (n_filters, kernel_size)
            The filters over time, one sample after the other.
        frequencies : ndarray of shape (n_frequencies,)
            From 0 Hz to half the sample rate.
        magnitudes : ndarray of shape (n_filters, n_frequencies)
            What a tone's amplitude is multiplied with.
        peak_frequencies : ndarray of shape (n_filters,)
            Where each filter responds most, in Hz.
        sample_rate : int
            In Hz.

    Raises
    ------
    NotFittedError
        If the estimator is not fitted.
    TypeError
        If there is no classifier of this package in it.
    ValueError
        If its network has no convolution, or the rate is not positive.

    See Also
    --------
    skgenre.displays.FilterResponseDisplay : Draws them.
    saliency : Which moments of an excerpt speak for a class.

    Examples
    --------
    >>> from skgenre import CNNGenreClassifier
    >>> from skgenre.datasets import make_genre_excerpts
    >>> from skgenre.inspection import filter_responses
    >>> X, y = make_genre_excerpts(60, n_timesteps=120, random_state=0)
    >>> responses = filter_responses(CNNGenreClassifier(random_state=0).initialize(X, y))
    >>> responses.kernels.shape, float(responses.frequencies[-1])
    ((32, 31), 200.0)
    """
    parts = fitted_parts(estimator, sample_rate)
    layers = parts.classifier.model_.layers
    convolutions = [layer for layer in layers if isinstance(layer, keras.layers.Conv1D)]
    if not convolutions:
        raise ValueError(
            f"The network of {type(parts.classifier).__name__} has no convolution of samples, so "
            "it has no filters to show."
        )
    kernels = convolutions[0].get_weights()[0][:, 0, :].T
    length = max(_MIN_FFT_LENGTH, kernels.shape[1])
    frequencies = np.fft.rfftfreq(length, 1 / parts.sample_rate)
    magnitudes = np.abs(np.fft.rfft(kernels, length))
    return FilterResponses(
        kernels=kernels,
        frequencies=frequencies,
        magnitudes=magnitudes,
        peak_frequencies=frequencies[magnitudes.argmax(axis=1)],
        sample_rate=parts.sample_rate,
    )
