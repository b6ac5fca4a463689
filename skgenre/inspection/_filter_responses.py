"""What the first layer's filters respond to."""

import numpy as np
from sklearn.base import BaseEstimator

from skgenre._bunches import FilterResponses
from skgenre._keras.layers import LogFilterbank, leaf_layers
from skgenre._sklearn.typed import validate_params
from skgenre._spectra import band_edges
from skgenre._tensorflow import keras
from skgenre._types import Estimator, Int
from skgenre.inspection._fitted_parts import fitted_parts

# Fewest points of a frequency response: 0.4 Hz apart at 400 Hz.
_MIN_FFT_LENGTH = 1024


@validate_params({"estimator": [BaseEstimator]}, prefer_skip_nested_validation=True)
def filter_responses(estimator: Estimator, *, sample_rate: Int | None = None) -> FilterResponses:
    """Compute which frequencies the filters of the first layer respond to.

    For filters of samples they are the absolute values of each kernel's Fourier transform. Filters
    of a `FilterbankGenreClassifier` hear bands: theirs are the root of the sum of squared weights
    of each band, over the kernel's frames. Biases play no part.

    Parameters
    ----------
    estimator : estimator
        A fitted `CNNGenreClassifier` or `FilterbankGenreClassifier`, or a pipeline, search or song
        classifier around one.
    sample_rate : int or None, default=None
        Rate of the excerpts in Hz; None means the song classifier's, the classifier's own, or 400.

    Returns
    -------
    :class:`~sklearn.utils.Bunch`
        With the following attributes.

        kernels : ndarray of shape (n_filters, kernel_size) or (n_filters, kernel_size, n_bands)
            The filters over time: one sample after the other, or one frame after the other.
        frequencies : ndarray of shape (n_frequencies,)
            From 0 Hz to half the sample rate, or the centres of the bands, in Hz.
        magnitudes : ndarray of shape (n_filters, n_frequencies)
            What a tone's amplitude is multiplied with, or how much each band counts.
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
    layers = list(leaf_layers(parts.classifier.model_.layers))
    convolutions = [layer for layer in layers if isinstance(layer, keras.layers.Conv1D)]
    if not convolutions:
        raise ValueError(
            f"The network of {type(parts.classifier).__name__} has no convolution, so it has no "
            "filters to show."
        )
    weights = np.moveaxis(convolutions[0].get_weights()[0], 2, 0)
    hears_bands = isinstance(layers[0], LogFilterbank)
    respond = _responses_to_bands if hears_bands else _responses_to_tones
    kernels, frequencies, magnitudes = respond(weights, parts.sample_rate)
    return FilterResponses(
        kernels=kernels,
        frequencies=frequencies,
        magnitudes=magnitudes,
        peak_frequencies=frequencies[magnitudes.argmax(axis=1)],
        sample_rate=parts.sample_rate,
    )


def _responses_to_tones(weights, sample_rate):
    """Transform kernels of shape (n_filters, kernel_size, 1)."""
    kernels = weights[:, :, 0]
    length = max(_MIN_FFT_LENGTH, kernels.shape[1])
    magnitudes = np.abs(np.fft.rfft(kernels, length))
    return kernels, np.fft.rfftfreq(length, 1 / sample_rate), magnitudes


def _responses_to_bands(kernels, sample_rate):
    """Pool kernels of shape (n_filters, kernel_size, n_bands) over their frames."""
    centres = band_edges(sample_rate, kernels.shape[2])[1:-1]
    return kernels, centres, np.linalg.norm(kernels, axis=1)
