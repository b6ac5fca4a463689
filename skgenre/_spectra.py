"""Windows, bands and paces as arrays, and what keeps logarithms and roots of them finite."""

from itertools import pairwise

import numpy as np

# Power of silence: far below what 16 bits can hold, so that its logarithm is finite.
SILENCE = 1e-10
# Added to variances, whose square root has no finite slope at 0.
LEAST_VARIANCE = 1e-5
# Added to the variance of a frame's channels where they are normalised.
LEAST_CHANNEL_VARIANCE = 1e-3
# Added to powers of modulation, whose logarithm is finite where nothing changes.
LEAST_MODULATION = 1e-4


def hann(window):
    """Compute the periodic Hann window."""
    return np.hanning(window + 1)[:-1] if window > 1 else np.ones(1)


def mel_bands(sample_rate, window, n_bands):
    """Compute how much of a spectrum's power is in each band: triangles, evenly spaced in mel.

    Returns
    -------
    shares : ndarray of shape (n_frequencies, n_bands)
        A band that is narrower than the distance of two frequencies has the nearest one.

    References
    ----------
    O'Shaughnessy, "Speech communication: human and machine", Addison-Wesley 1987.
    """
    frequencies = np.fft.rfftfreq(window, 1 / sample_rate)
    left, centre, right = (
        band_edges(sample_rate, n_bands)[first : first + n_bands] for first in range(3)
    )
    rising = (frequencies[:, np.newaxis] - left) / (centre - left)
    falling = (right - frequencies[:, np.newaxis]) / (right - centre)
    shares = np.maximum(0, np.minimum(rising, falling))
    nearest = np.abs(frequencies[:, np.newaxis] - centre).argmin(axis=0)
    is_empty = ~shares.any(axis=0)
    shares[nearest[is_empty], is_empty] = 1
    return shares


def band_edges(sample_rate, n_bands):
    """List where bands begin, peak and end in Hz: a band ends where the next but one begins."""
    highest = 2595 * np.log10(1 + sample_rate / 2 / 700)
    return 700 * (10 ** (np.linspace(0, highest, n_bands + 2) / 2595) - 1)


def pace_shares(n_frames, n_paces):
    """Compute the share that each frequency of a course has in the mean power of each pace.

    Returns
    -------
    shares : ndarray of shape (n_frequencies, n_ranges), float32
        The mean of a course belongs to no pace.
    """
    edges = _pace_edges(n_frames, n_paces)
    shares = np.zeros((n_frames // 2 + 1, len(edges) - 1), np.float32)
    for pace, (first, end) in enumerate(pairwise(edges)):
        shares[first:end, pace] = 1 / ((end - first) * n_frames**2)
    return shares


def count_paces(n_frames, n_paces):
    """Count the paces that a course of so many frames has: none if it is one frame."""
    return len(_pace_edges(n_frames, n_paces)) - 1


def _pace_edges(n_frames, n_paces):
    edges = np.geomspace(1, n_frames // 2 + 1, n_paces + 1)
    return np.unique(edges.round().astype(int))
