"""Waveforms at another sample rate."""

from numpy.typing import ArrayLike

from skgenre._sklearn.private import AT_LEAST_ONE
from skgenre._sklearn.typed import validate_params
from skgenre._types import Int, Waveform
from skgenre.audio._decoding import resample_blocks
from skgenre.audio._waveforms import SAMPLE_RATE, check_waveform


@validate_params(
    {"waveform": ["array-like"], "original_rate": [AT_LEAST_ONE], "sample_rate": [AT_LEAST_ONE]},
    prefer_skip_nested_validation=True,
)
def resample(
    waveform: ArrayLike, *, original_rate: Int, sample_rate: Int = SAMPLE_RATE
) -> Waveform:
    """Bring a waveform to another sample rate.

    A filter of linear phase removes what the new rate cannot hold, so that nothing aliases.

    Parameters
    ----------
    waveform : array-like of shape (n_samples,) or (n_samples, n_channels)
        Amplitudes.
    original_rate : int
        Its rate in Hz.
    sample_rate : int, default=400
        The rate wanted, in Hz. Sound above half of it is filtered out.

    Returns
    -------
    ndarray of shape (n_resampled,) or (n_resampled, n_channels), float32
        ``ceil(n_samples * sample_rate / original_rate)`` samples.

    Raises
    ------
    ValueError
        If the waveform is empty, has more than two dimensions or is not finite.
    ModuleNotFoundError
        If soxr is not installed (``pip install 'skgenre[audio]'``).

    See Also
    --------
    read_audio : Read a file at the rate wanted.

    References
    ----------
    soxr, the SoX resampler library, quality "HQ": https://sourceforge.net/projects/soxr

    Examples
    --------
    >>> import numpy as np
    >>> from skgenre.audio import resample
    >>> resample(np.zeros(44100), original_rate=44100).shape
    (400,)
    """
    waveform = check_waveform(waveform, max_ndim=2)
    return resample_blocks([waveform], int(original_rate), int(sample_rate))
