"""Probabilities of songs calibrated on songs that were held out."""

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.base import clone
from sklearn.model_selection import StratifiedGroupKFold

from skgenre.songs._aggregation import aggregate, at_temperature
from skgenre.songs._batches import predict_by_song
from skgenre.songs._cutting import CutSong
from skgenre.songs._fitting import fit_on_excerpts

N_FOLDS = 3
# Beyond, a few songs that are all right would make each probability one.
_LOWEST, _HIGHEST = 0.1, 10


def split_for_calibration(songs, labels):
    """Split songs into folds to hold out, the same in each fit.

    Parameters
    ----------
    songs : ndarray of shape (n_used,)
        Numbers of the songs that could be read and have a weight.
    labels : SongLabels
        Those of all songs.

    Returns
    -------
    folds : list of tuple of ndarray
        Numbers of songs to fit on, and of those that are held out, for each fold.

    Raises
    ------
    ValueError
        If a class has too few songs, or groups of them, to be in each part.
    """
    y, groups = labels.y[songs], labels.groups[songs]
    counts = {label: len(np.unique(groups[y == label])) for label in np.unique(y).tolist()}
    least = min(counts, key=counts.get)
    if counts[least] >= N_FOLDS:
        cv = StratifiedGroupKFold(N_FOLDS, shuffle=True, random_state=0)
        folds = [(songs[train], songs[test]) for train, test in cv.split(songs, y, groups)]
        # Groups of several classes may come to lie so that one class is in no other fold.
        if all(len(np.unique(labels.y[train])) == len(counts) for train, _ in folds):
            return folds
        reason = "here a class lies in too few of the groups that are held out together"
    else:
        needed = f"it needs {N_FOLDS} songs or groups of each class"
        reason = f"{needed}, and {least!r} has {counts[least]}"
    raise ValueError(
        f"calibration='temperature' holds out songs in {N_FOLDS} folds and learns each class from "
        f"the others: {reason}."
    )


def find_temperature(estimator, excerpts, labels, folds, params):
    """Find the temperature at which held-out songs have the probabilities of least log loss.

    Parameters
    ----------
    estimator : estimator
        Classifies excerpts; a clone of it is fitted for each fold.
    excerpts : GatheredExcerpts
        Those of all songs.
    labels : SongLabels
        Labels of all songs.
    folds : list of tuple of ndarray
        As `split_for_calibration` makes them.
    params : dict
        `aggregate` and `song_weight`, as `SongClassifier` has them.

    Returns
    -------
    temperature : float
        Between 0.1 and 10.
    """
    probabilities = []
    for train, test in folds:
        fitted = fit_on_excerpts(
            clone(estimator), excerpts.only(train), labels, params["song_weight"]
        )
        cut = (CutSong(excerpts.of(song), None) for song in test)
        predicted = predict_by_song(fitted, cut)
        probabilities += [aggregate(of_song, params["aggregate"]) for _, of_song in predicted]
    tested = np.concatenate([test for _, test in folds])
    codes = (labels.y[tested, np.newaxis] == fitted.classes_).argmax(axis=1)
    return best_temperature(np.array(probabilities), codes, labels.weights[tested])


def best_temperature(probabilities, codes, weights):
    """Find the temperature at which probabilities have the least log loss.

    Parameters
    ----------
    probabilities : ndarray of shape (n_songs, n_classes)
        Of songs that were not learned.
    codes : ndarray of shape (n_songs,)
        The column of each song's class.
    weights : ndarray of shape (n_songs,)
        Weights of the songs.

    Returns
    -------
    temperature : float
        Between 0.1 and 10.
    """
    songs = np.arange(len(codes))

    def log_loss(logarithm):
        calibrated = at_temperature(probabilities, np.exp(logarithm))
        return -np.average(np.log(calibrated[songs, codes]), weights=weights)

    bounds = np.log([_LOWEST, _HIGHEST])
    return float(np.exp(minimize_scalar(log_loss, bounds=bounds, method="bounded").x))
