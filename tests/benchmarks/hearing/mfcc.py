"""What most would use instead of a network: statistics of cepstra, and a support vector machine."""

from functools import partial
from math import log2, sqrt

import numpy as np
from scipy.fft import dct
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC
from sklearn.utils import gen_batches

from skgenre._spectra import mel_bands

N_CEPSTRA = 20
ROWS_PER_BLOCK = 256
# Below it 40 bands would be narrower than the distance of two frequencies.
FEW_BANDS_BELOW_HZ = 1000


def mfcc_and_svc(sample_rate):
    """A classifier of excerpts.

    References
    ----------
    Tzanetakis and Cook, "Musical genre classification of audio signals", IEEE Transactions on
    Speech and Audio Processing 10, 2002.
    """
    statistics = FunctionTransformer(partial(mfcc_statistics, sample_rate=sample_rate))
    return make_pipeline(statistics, StandardScaler(), SVC(C=3, class_weight="balanced"))


def mfcc_statistics(X, sample_rate):
    """Means and deviations over time of cepstra and bands, deviations of cepstra's changes."""
    # 64 samples at 400 Hz, 512 at 8,000 Hz.
    window = 2 ** round(log2(4.2 * sqrt(sample_rate)))
    transform = ShortTimeFFT(
        hann(window, sym=False), hop=window // 2, fs=sample_rate, scale_to=None
    )
    shares = mel_bands(sample_rate, window, 24 if sample_rate < FEW_BANDS_BELOW_HZ else 40)
    blocks = gen_batches(len(X), ROWS_PER_BLOCK)
    return np.concatenate([_statistics(X[rows], transform, shares) for rows in blocks])


def _statistics(X, transform, shares):
    # Frames that lie within the excerpt as a whole.
    frames = {
        "p0": transform.lower_border_end[1],
        "p1": transform.upper_border_begin(X.shape[1])[1],
    }
    power = np.abs(transform.stft(X, **frames)) ** 2
    bands = np.log(np.moveaxis(power, 1, 2) @ shares + 1e-10)
    cepstra = dct(bands, norm="ortho")[..., :N_CEPSTRA]
    changes = np.diff(cepstra, axis=1).std(axis=1)
    moments = [array.mean(axis=1) for array in (cepstra, bands)]
    moments += [array.std(axis=1) for array in (cepstra, bands)]
    return np.hstack([*moments, changes])
