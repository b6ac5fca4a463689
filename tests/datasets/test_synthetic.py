"""Synthetic excerpts: classes differ in the order of their samples, and in nothing else."""

import numpy as np
import pytest
from scipy.stats import ks_2samp, kstest, uniform
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skgenre.datasets import make_genre_excerpts

SAMPLE_RATE = 400


def band_edges(n_classes):
    return np.geomspace(10, 160, n_classes + 1)


def accuracy(X, y):
    model = make_pipeline(StandardScaler(), RidgeClassifier(alpha=1000))
    return cross_val_score(model, X, y, cv=5).mean()


def log_spectrum(X):
    return np.log(np.abs(np.fft.rfft(X)) + 1e-3)


def test_shapes_and_dtypes():
    X, y = make_genre_excerpts(random_state=0)
    assert X.shape == (200, 1200)
    assert X.dtype == np.float32
    assert y.shape == (200,)
    assert y.dtype == np.int64
    assert np.isfinite(X).all()


@pytest.mark.parametrize(("n_samples", "n_classes"), [(200, 2), (100, 3), (7, 5), (3, 5), (1, 1)])
def test_classes_are_balanced_to_within_one(n_samples, n_classes):
    _, y = make_genre_excerpts(n_samples, n_classes=n_classes, n_timesteps=50, random_state=0)
    counts = np.bincount(y, minlength=n_classes)
    assert len(counts) == n_classes
    assert np.ptp(counts) <= 1


def test_rows_are_shuffled():
    _, y = make_genre_excerpts(200, n_timesteps=20, random_state=0)
    assert 60 < np.count_nonzero(np.diff(y)) < 140


@pytest.mark.parametrize("n_classes", [2, 3, 6])
@pytest.mark.parametrize("noise", [0, 0.5, 1.0])
def test_the_spectral_peak_lies_in_the_band_of_the_class(n_classes, noise):
    X, y = make_genre_excerpts(120, n_classes=n_classes, noise=noise, random_state=0)
    peak = np.abs(np.fft.rfft(X)).argmax(axis=1) * SAMPLE_RATE / 1200
    low, high = band_edges(n_classes)[y], band_edges(n_classes)[y + 1]
    assert np.mean((low <= peak) & (peak <= high)) > 0.97


def test_pure_chords_leave_the_rest_of_the_spectrum_almost_empty():
    X, y = make_genre_excerpts(40, noise=0, random_state=0)
    power = np.abs(np.fft.rfft(X)) ** 2
    hertz = np.fft.rfftfreq(1200, 1 / SAMPLE_RATE)
    low, high = band_edges(2)[y][:, np.newaxis], band_edges(2)[y + 1][:, np.newaxis]
    inside = (low <= hertz) & (hertz <= high)
    assert (power * inside).sum() / power.sum() > 0.9


def test_pitches_are_even_in_octaves_between_the_guards():
    # One class has the four octaves from 10 Hz on; 15 % of them stay free at either end.
    X, _ = make_genre_excerpts(500, n_classes=1, noise=0, random_state=0)
    peak = np.abs(np.fft.rfft(X)).argmax(axis=1) * SAMPLE_RATE / 1200
    place = np.log2(peak / 10) / 4
    assert kstest(place, uniform(0.15, 0.7).cdf).pvalue > 0.01
    assert place.min() == pytest.approx(0.15, abs=0.01)
    assert place.max() == pytest.approx(0.85, abs=0.01)


def test_phases_are_even_around_the_circle():
    # Then a chord begins above zero as often as below: 2000 of 4000 times, give or take 32.
    X, _ = make_genre_excerpts(4000, n_timesteps=40, noise=0, random_state=0)
    assert np.mean(X[:, 0] > 0) == pytest.approx(0.5, abs=0.03)


def test_noise_is_relative_to_the_chord():
    # Noise as strong as the chord has half of the power, an equal share of it at every frequency;
    # above the pitches it is alone.
    X, _ = make_genre_excerpts(2000, noise=1, random_state=0)
    power = np.abs(np.fft.rfft(X)) ** 2
    power /= power.sum(axis=1, keepdims=True)
    above = np.fft.rfftfreq(1200, 1 / SAMPLE_RATE) > 170
    assert power[:, above].sum(axis=1).mean() / above.mean() == pytest.approx(0.5, abs=0.006)


@pytest.mark.parametrize("n_timesteps", [2, 3, 20])
def test_gains_are_even_between_their_ends_at_any_length(n_timesteps):
    X, _ = make_genre_excerpts(500, n_timesteps=n_timesteps, random_state=0)
    assert kstest(np.abs(X).max(axis=1), uniform(0.3, 0.7).cdf).pvalue > 0.01


def test_all_excerpts_hold_the_same_amplitudes_up_to_their_gain():
    X, _ = make_genre_excerpts(50, n_classes=3, random_state=0)
    amplitudes = np.sort(X / np.abs(X).max(axis=1, keepdims=True), axis=1)
    assert np.abs(amplitudes - amplitudes[0]).max() < 1e-6


def test_amplitudes_stay_within_one():
    X, _ = make_genre_excerpts(50, noise=3, random_state=0)
    peaks = np.abs(X).max(axis=1)
    assert peaks.max() <= 1
    assert peaks.min() >= 0.3


def test_amplitude_distributions_are_equal_between_classes():
    X, y = make_genre_excerpts(400, random_state=0)
    assert ks_2samp(X[y == 0, ::40].ravel(), X[y == 1, ::40].ravel()).pvalue > 0.01


def test_a_linear_model_learns_from_spectra_but_not_from_sorted_amplitudes():
    X, y = make_genre_excerpts(200, random_state=0)
    assert accuracy(log_spectrum(X), y) > 0.95
    assert accuracy(np.sort(X, axis=1), y) < 0.62


def test_shuffled_time_leaves_nothing_to_learn():
    X, y = make_genre_excerpts(200, random_state=0)
    shuffled = np.random.default_rng(0).permuted(X, axis=1)
    assert accuracy(log_spectrum(shuffled), y) < 0.62


def test_more_noise_is_harder():
    scores = [
        accuracy(log_spectrum(X), y)
        for X, y in (make_genre_excerpts(200, noise=noise, random_state=0) for noise in (1, 30))
    ]
    assert scores[1] < scores[0] - 0.1


def test_random_state():
    X, y = make_genre_excerpts(5, n_timesteps=30, random_state=1)
    X_same, y_same = make_genre_excerpts(5, n_timesteps=30, random_state=1)
    X_other, _ = make_genre_excerpts(5, n_timesteps=30, random_state=np.random.RandomState(2))
    assert np.array_equal(X, X_same)
    assert np.array_equal(y, y_same)
    assert not np.array_equal(X, X_other)


def test_the_global_generator_is_left_alone_when_a_seed_is_given():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    make_genre_excerpts(5, n_timesteps=30, random_state=0)
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


@pytest.mark.parametrize("n_timesteps", [1, 2, 3, 1201])
def test_any_length(n_timesteps):
    X, _ = make_genre_excerpts(4, n_timesteps=n_timesteps, random_state=0)
    assert X.shape == (4, n_timesteps)
    assert np.isfinite(X).all()


@pytest.mark.parametrize(
    "parameters",
    [
        {"n_samples": 0},
        {"n_samples": 2.5},
        {"n_classes": 0},
        {"n_timesteps": 0},
        {"noise": -0.1},
        {"noise": "loud"},
        {"random_state": "seed"},
    ],
    ids=str,
)
def test_wrong_parameters_are_named(parameters):
    (name,) = parameters
    with pytest.raises(ValueError, match=f"'{name}' parameter of make_genre_excerpts"):
        make_genre_excerpts(**parameters)
