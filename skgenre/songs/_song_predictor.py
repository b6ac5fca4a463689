"""Songs classified by what a file holds of a `SongClassifier`; scikit-learn is not loaded."""

from math import inf
from numbers import Integral, Real
from typing import NamedTuple

import numpy as np

from skgenre.songs._aggregation import AGGREGATES, aggregate_excerpts
from skgenre.songs._batches import predict_by_song
from skgenre.songs._cutting import cut_song, excerpt_timesteps


def _is_count(value):
    return isinstance(value, Integral) and value >= 1


def _is_positive(value):
    return isinstance(value, Real) and 0 < value < inf


_SETTINGS = {
    "sample_rate_": _is_count,
    "temperature_": _is_positive,
    "excerpt_seconds": _is_positive,
    "hop_seconds": lambda value: value is None or _is_positive(value),
    "max_excerpts": lambda value: value is None or _is_count(value),
    "aggregate": lambda value: isinstance(value, str) and value in AGGREGATES,
}


class Course(NamedTuple):
    """Probabilities along a song."""

    seconds: np.ndarray  # (n_excerpts,), where each begins
    probabilities: np.ndarray  # (n_excerpts, n_classes)


class SongPredictor:
    """Classifies songs as a fitted `SongClassifier`, by their waveforms alone.

    Parameters
    ----------
    estimator : object
        Classifies excerpts by its `predict_proba`.
    classes, class_prior : ndarray of shape (n_classes,)
        Labels, and their shares in training; no shares where they are not known.
    settings : dict
        Parameters and fitted attributes of the classifier of songs.

    Raises
    ------
    ValueError
        If they are not what fitting a `SongClassifier` leaves behind.
    """

    def __init__(self, estimator, classes, class_prior, settings):
        for name, is_right in _SETTINGS.items():
            if not is_right(settings[name]):
                raise ValueError(f"its {name} is {settings[name]!r:.100}.")
            setattr(self, name, settings[name])
        self.estimator_, self.classes_, self.class_prior_ = estimator, classes, class_prior

    def predict_proba(self, X):
        """Estimate the probability of each class for each song.

        Parameters
        ----------
        X : list of ndarray of shape (n_samples,), float32
            Songs at `sample_rate_`.

        Returns
        -------
        probabilities : ndarray of shape (n_songs, n_classes)
            One column per class.
        """
        courses = self.predict_excerpts(X)
        return np.array([aggregate_excerpts(self, course.probabilities) for course in courses])

    def predict_excerpts(self, X):
        """Return the course of each song.

        Parameters
        ----------
        X : list of ndarray of shape (n_samples,), float32
            Songs at `sample_rate_`. A shorter one than an excerpt is filled up with silence.

        Returns
        -------
        courses : list of Course
            Probabilities along each song.
        """
        length, hop = excerpt_timesteps(self, self.sample_rate_)
        cut = (
            cut_song(waveform, length, hop, self.max_excerpts, f"song {number}")
            for number, waveform in enumerate(X)
        )
        return [
            Course(song.starts / self.sample_rate_, probabilities)
            for song, probabilities in predict_by_song(self.estimator_, cut)
        ]


def predictor_of_onnx(model):
    """Make what classifies songs of an ONNX model that classifies their excerpts.

    Parameters
    ----------
    model : ONNXClassifier
        A classifier of excerpts, with the settings for songs in its file.

    Returns
    -------
    predictor : SongPredictor
        It predicts as the exported classifier does.

    Raises
    ------
    ValueError
        If the settings in the file are not those of a classifier of songs.
    """
    settings = {
        "excerpt_seconds": model.n_features_in_ / model.sample_rate,
        "hop_seconds": None,
        "max_excerpts": None,
        "aggregate": "mean",
        **model.song_settings,
        "sample_rate_": model.sample_rate,
        "temperature_": model.temperature_,
    }
    return SongPredictor(model, model.classes_, model.class_prior_, settings)
