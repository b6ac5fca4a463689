"""The course of one song by an ONNX model; scikit-learn is not loaded."""

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from skgenre.songs._aggregation import aggregate_excerpts
from skgenre.songs._batches import predict_by_song
from skgenre.songs._cutting import cut_song, excerpt_timesteps


class Course(NamedTuple):
    """Probabilities along a song, and of the whole song."""

    seconds: np.ndarray  # (n_excerpts,), where each begins
    excerpt_probabilities: np.ndarray  # (n_excerpts, n_classes)
    song_probabilities: np.ndarray  # (n_classes,)


def follow_song(model, waveform):
    """Predict as the classifier of songs from which an ONNX model was exported.

    Parameters
    ----------
    model : ONNXClassifier
        A classifier of excerpts, with the settings for songs in its file.
    waveform : ndarray of shape (n_samples,), float32
        The song, at the model's rate. A shorter one than an excerpt is filled up with silence.

    Returns
    -------
    course : Course
        Probabilities, one column for each of the model's classes.
    """
    # As the classifier of songs has them: what was learned, and the settings.
    settings = SimpleNamespace(**vars(model) | model.song_settings)
    length, hop = excerpt_timesteps(settings, model.sample_rate)
    cut = cut_song(waveform, length, hop, settings.max_excerpts)
    [(_, probabilities)] = predict_by_song(model, [cut])
    return Course(
        seconds=cut.starts / model.sample_rate,
        excerpt_probabilities=probabilities,
        song_probabilities=aggregate_excerpts(settings, probabilities),
    )
