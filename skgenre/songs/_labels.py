"""Labels of songs, checked: before training, and against what a classifier has learned."""

from typing import NamedTuple

import numpy as np
from sklearn.utils import assert_all_finite
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length, column_or_1d

from skgenre._sklearn.private import check_sample_weight
from skgenre._song_files.checks import check_songs


class SongLabels(NamedTuple):
    """What is known of each song beside its sound."""

    y: np.ndarray  # (n_songs,), labels
    weights: np.ndarray  # (n_songs,)
    groups: np.ndarray  # (n_songs,), int; songs of one group are held out together


def check_labelled_songs(X, y, sample_weight=None, groups=None):
    """Check what a song classifier is fitted on; returns songs and their labels."""
    songs = check_songs(X)
    y = column_or_1d(y, warn=True)
    assert_all_finite(y, input_name="y")
    check_consistent_length(songs, y, groups)
    check_classification_targets(y)
    weights = check_sample_weight(sample_weight, y, ensure_non_negative=True)
    return songs, SongLabels(y, weights, _number_groups(groups, len(songs)))


def _number_groups(groups, n_songs):
    """Give each group a number; each song is a group by itself where there are none."""
    if groups is None:
        return np.arange(n_songs)
    return np.unique(column_or_1d(groups), return_inverse=True)[1]


def check_trainable(y, weights):
    """Refuse songs of one class, or without weight; they are those that could be read."""
    classes = np.unique(y)
    if len(classes) < 2:
        raise ValueError(
            "Classifier can't train when only one class is present: the songs' labels are "
            f"{classes.tolist()}."
        )
    if not weights.any():
        raise ValueError("sample_weight has only zeros: there is nothing to train on.")


def learned_classes(estimator, y, weights):
    """Take the classes that a fitted estimator has probabilities of.

    They are not always those of the labels: songs of weight zero may be left out, and a frozen
    estimator has learned others.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    y, weights : ndarray of shape (n_songs,)
        Labels of the songs that could be read, and their weights.

    Returns
    -------
    classes : ndarray of shape (n_classes,)
        Labels.
    class_prior : ndarray of shape (n_classes,)
        Share of each class among the songs.

    Raises
    ------
    ValueError
        If the estimator does not know the label of a song that has weight.
    """
    classes = np.asarray(getattr(estimator, "classes_", np.unique(y)))
    unknown = np.setdiff1d(y[weights > 0], classes)
    if len(unknown):
        raise ValueError(
            f"The songs have the labels {unknown.tolist()}, which are no classes of the "
            f"estimator: {classes.tolist()}."
        )
    counts = (y == classes[:, np.newaxis]).sum(axis=1)
    return classes, counts / counts.sum()
