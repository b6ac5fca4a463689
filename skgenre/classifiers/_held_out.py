"""The part of a training set that is held out for validation."""

import numpy as np
from sklearn.model_selection import train_test_split


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
    unit = "row" if groups is None else "song"
    songs, song_of_row = np.unique(
        np.arange(len(y)) if groups is None else groups, return_inverse=True
    )
    labels = _label_by_song(y, song_of_row, len(songs))
    classes, counts = np.unique(labels, return_counts=True)
    for label, count in zip(classes.tolist(), counts, strict=True):
        if count < 2:
            raise ValueError(
                f"validation_fraction={fraction} needs at least two {unit}s of each class; "
                f"class {label!r} has {count}."
            )
    if not len(classes) <= np.ceil(fraction * len(songs)) <= len(songs) - len(classes):
        raise ValueError(
            f"validation_fraction={fraction} of {len(songs)} {unit}s leaves one part without "
            f"some of the {len(classes)} classes."
        )
    _, held_out_songs = train_test_split(
        np.arange(len(songs)), test_size=fraction, stratify=labels, random_state=seed
    )
    return np.isin(song_of_row, held_out_songs)


def _label_by_song(y, song_of_row, n_songs):
    """Find the commonest label of each song, the first in sorted order where two are even."""
    classes, codes = np.unique(y, return_inverse=True)
    counts = np.zeros((n_songs, len(classes)), dtype=np.int64)
    np.add.at(counts, (song_of_row, codes), 1)
    return classes[counts.argmax(axis=1)]
