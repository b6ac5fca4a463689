"""Synthetic excerpts whose classes differ in the order of their samples alone."""

from numbers import Real

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from sklearn.utils import check_random_state

from skgenre._sklearn.private import AT_LEAST_ONE, Interval
from skgenre._sklearn.typed import validate_params
from skgenre._types import Excerpts, Float, Int, RandomState
from skgenre.audio._waveforms import SAMPLE_RATE

LOWEST_HZ = 10.0
HIGHEST_HZ = 160.0
_GUARD = 0.15
_PARTIALS = np.array([1.0, 0.5, 0.25])


@validate_params(
    {
        "n_samples": [AT_LEAST_ONE],
        "n_classes": [AT_LEAST_ONE],
        "n_timesteps": [AT_LEAST_ONE],
        "noise": [Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_genre_excerpts(
    n_samples: Int = 200,
    *,
    n_classes: Int = 2,
    n_timesteps: Int = 1200,
    noise: Float = 0.5,
    random_state: RandomState = None,
) -> tuple[Excerpts, NDArray[np.int64]]:
    """Generate excerpts whose classes differ in pitch, but not in amplitudes.

    Each excerpt is a chord of three partials with random phases and a slow tremolo, plus white
    noise. The pitches lie in the band of its class: the bands divide the range from 10 to 160 Hz,
    at a sample rate of 400 Hz, into equal parts on a logarithmic scale, and a guard of 15 % of each
    part stays free at both its ends.

    Last, the samples of each excerpt are replaced, rank by rank, by one fixed set of normal
    quantiles, times a random gain between 0.3 and 1, which is the largest amplitude. So all
    excerpts are permutations of the same amplitudes, up to that gain: once time is shuffled within
    each excerpt, nothing is left to tell the classes apart.

    Parameters
    ----------
    n_samples : int, default=200
        Number of excerpts.
    n_classes : int, default=2
        Number of classes; they are of equal size, to within one excerpt.
    n_timesteps : int, default=1200
        Samples in an excerpt: 3 seconds at 400 Hz.
    noise : float, default=0.5
        Standard deviation of the noise, relative to that of the chord.
    random_state : int, RandomState instance or None, default=None
        Determines all random choices. Pass an int for the same excerpts from call to call.

    Returns
    -------
    X : ndarray of shape (n_samples, n_timesteps), dtype float32
        The excerpts.
    y : ndarray of shape (n_samples,), dtype int64
        Their classes, from the lowest band, 0, to the highest.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    See Also
    --------
    load_genre_excerpts : Real music that comes with the package.

    Examples
    --------
    >>> from skgenre.datasets import make_genre_excerpts
    >>> X, y = make_genre_excerpts(n_samples=6, n_classes=3, random_state=0)
    >>> X.shape
    (6, 1200)
    >>> sorted(y.tolist())
    [0, 0, 1, 1, 2, 2]
    """
    rng = check_random_state(random_state)
    y = rng.permutation(np.arange(n_samples, dtype=np.int64) % n_classes)
    chords = _chords(_pitches(y, n_classes, rng), n_timesteps, rng)
    noisy = chords + noise * rng.standard_normal(chords.shape)
    gain = rng.uniform(0.3, 1.0, size=(n_samples, 1))
    return (gain * _equalize_amplitudes(noisy)).astype(np.float32), y


def _pitches(y, n_classes, rng):
    """Draw pitches in Hz, log-uniformly in the band of each class: (n_samples, n_partials)."""
    position = rng.uniform(_GUARD, 1 - _GUARD, size=(len(y), len(_PARTIALS)))
    octaves = np.log2(HIGHEST_HZ / LOWEST_HZ) * (y[:, np.newaxis] + position) / n_classes
    return LOWEST_HZ * 2**octaves


def _chords(pitches, n_timesteps, rng):
    """Sum partials under a tremolo, with unit variance: (n_samples, n_timesteps)."""
    seconds = np.arange(n_timesteps) / SAMPLE_RATE
    chords = np.zeros((len(pitches), n_timesteps))
    for pitch, amplitude in zip(pitches.T, _PARTIALS, strict=True):
        chords += amplitude * _sines(pitch, seconds, rng)
    tremolo = 1 + 0.5 * _sines(rng.uniform(0.5, 4.0, size=len(pitches)), seconds, rng)
    power = np.sum(_PARTIALS**2) / 2 * (1 + 0.5**2 / 2)
    return chords * tremolo / np.sqrt(power)


def _sines(hertz, seconds, rng):
    phases = rng.uniform(0, 2 * np.pi, size=(len(hertz), 1))
    return np.sin(2 * np.pi * hertz[:, np.newaxis] * seconds + phases)


def _equalize_amplitudes(X):
    """Give all rows the same amplitudes, normally distributed up to a peak of 1."""
    n_timesteps = X.shape[1]
    quantiles = ndtri((np.arange(n_timesteps) + 0.5) / n_timesteps)
    quantiles /= max(quantiles[-1], 1e-12)
    return quantiles[np.argsort(np.argsort(X, axis=1), axis=1)]
