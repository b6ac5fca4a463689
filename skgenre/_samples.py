"""Labels, weights and the held-out part of a training set: arrays in, arrays out."""

from typing import NamedTuple

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.utils.class_weight import compute_sample_weight


class Samples(NamedTuple):
    """What a network is trained on or scored with; all float32."""

    X: np.ndarray  # (n_samples, n_timesteps)
    targets: np.ndarray  # (n_samples, n_outputs)
    weights: np.ndarray  # (n_samples,)

    def take(self, rows):
        """Samples of the given rows."""
        return Samples(*(array[rows] for array in self))


def make_samples(X, y, classes, sample_weight=None, class_weight=None):
    """Pair excerpts with the network's targets and with one weight each.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_timesteps), float32
        Excerpts.
    y : ndarray of shape (n_samples,)
        Labels, all of them in `classes`.
    classes : ndarray of shape (n_classes,)
        Sorted labels.
    sample_weight : ndarray of shape (n_samples,) or None
        The user's weights; never written to.
    class_weight : dict or None
        Weights by label; a label that is missing weighs 1.

    Returns
    -------
    samples : Samples
        One target column for two classes, otherwise one per class.
    """
    weights = compute_sample_weight(class_weight, y)
    if sample_weight is not None:
        weights = weights * sample_weight
    return Samples(X, encode_targets(y, classes), weights.astype(np.float32))


def encode_targets(y, classes):
    """Targets of shape (n_samples, 1) for two classes, (n_samples, n_classes) for more."""
    codes = np.searchsorted(classes, y)
    if len(classes) == 2:
        return codes[:, np.newaxis].astype(np.float32)
    return np.eye(len(classes), dtype=np.float32)[codes]


def balanced_class_weight(y, classes):
    """Weights by label that are inversely proportional to the labels' frequencies in `y`."""
    counts = np.array([np.count_nonzero(y == label) for label in classes])
    return dict(zip(classes.tolist(), len(y) / (len(classes) * counts), strict=True))


def hold_out(y, groups, fraction, seed):
    """Choose the rows of a stratified held-out part, by whole songs where songs are known.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Labels.
    groups : ndarray of shape (n_samples,) or None
        Song of each row; None treats every row as a song of its own.
    fraction : float
        Share of the songs to hold out, between 0 and 1.
    seed : int
        Seed of the draw.

    Returns
    -------
    held_out : ndarray of bool, shape (n_samples,)
        True for the rows that are held out.

    Raises
    ------
    ValueError
        If a class has fewer than two songs, or if too few would be held out to have one of
        each class.
    """
    songs, song_of_row = np.unique(
        np.arange(len(y)) if groups is None else groups, return_inverse=True
    )
    unit = "row" if groups is None else "song"
    labels = _label_by_song(y, song_of_row, len(songs))
    for label, count in zip(*np.unique(labels, return_counts=True), strict=True):
        if count < 2:
            raise ValueError(
                f"validation_fraction={fraction} needs at least two {unit}s of each class; "
                f"class {label!r} has {count}."
            )
    _, held_out_songs = train_test_split(
        np.arange(len(songs)), test_size=fraction, stratify=labels, random_state=seed
    )
    return np.isin(song_of_row, held_out_songs)


def _label_by_song(y, song_of_row, n_songs):
    """The commonest label of each song; the first one in sorted order where two are even."""
    classes, codes = np.unique(y, return_inverse=True)
    counts = np.zeros((n_songs, len(classes)), dtype=np.int64)
    np.add.at(counts, (song_of_row, codes), 1)
    return classes[counts.argmax(axis=1)]
