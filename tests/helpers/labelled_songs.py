"""Tones with noise as songs, and a classifier that learns them in no time."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skgenre import SongClassifier, WaveformScaler

PITCHES = {"low": 20, "high": 150, "middle": 80}


def song(label, seconds, seed, rate=400):
    """Make a noisy tone."""
    times = np.arange(round(seconds * rate)) / rate
    rng = np.random.default_rng(seed)
    return np.sin(2 * np.pi * PITCHES[label] * times) + rng.normal(0, 0.3, len(times))


def make_songs(labels):
    """Make a waveform of 2 to 6 seconds for each label."""
    return [song(label, 2 + seed % 5, seed) for seed, label in enumerate(labels)]


def spectrum(X):
    """Return the amplitudes of frequencies."""
    return np.abs(np.fft.rfft(X))


def spectrum_classifier(**params):
    """Make a classifier of spectra."""
    inner = make_pipeline(
        WaveformScaler(), FunctionTransformer(spectrum), LogisticRegression(solver="newton-cg")
    )
    return SongClassifier(inner, **{"excerpt_seconds": 0.5, **params})
