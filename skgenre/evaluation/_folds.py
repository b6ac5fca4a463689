"""Folds of songs."""

import warnings
from numbers import Integral

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, check_cv
from sklearn.utils.validation import check_consistent_length


class FewerFoldsWarning(UserWarning):
    """A genre has too few songs for as many folds as were asked for; there are fewer.

    The message names the number of folds, and the songs of each genre.

    See Also
    --------
    evaluate_songs : Warns where `cv` is a number.

    Examples
    --------
    >>> import warnings
    >>> from skgenre.evaluation import FewerFoldsWarning
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", FewerFoldsWarning)
    """


class Folds:
    """Folds of songs, some of which may turn out to be unreadable.

    Parameters
    ----------
    cv : int, splitter, iterable of (train, test) or None
        A number means stratified folds in random order.
    y : ndarray of shape (n_songs,)
        Labels.
    groups : array-like of shape (n_songs,) or None
        Songs of one group stay together.
    random_state : int, RandomState instance or None
        Seed of stratified folds.

    Raises
    ------
    ValueError
        If a genre has fewer than two songs where `cv` is a number; if a song is not tested once,
        or trained on where it is tested.
    """

    def __init__(self, cv, y, groups, random_state):
        check_consistent_length(y, groups)
        self._cv, self._y, self._random_state = 5 if cv is None else cv, y, random_state
        self._groups = None if groups is None else np.asarray(groups)
        # Errors are found before songs are read.
        if self._is_count():
            _count_folds(self._cv, y, self._groups)
        else:
            self._splits = self._split_all(check_cv(self._cv, y, classifier=True), y, self._groups)

    def split(self, kept):
        """Split the songs that could be read.

        Parameters
        ----------
        kept : ndarray of shape (n_kept,)
            Their numbers, ascending.

        Returns
        -------
        splits : list of tuple of ndarray
            What to train on and what to test on, for each fold, as places in `kept`.
        """
        if self._is_count():
            return self._split_evenly(kept)
        numbered = [
            tuple(np.searchsorted(kept, part[np.isin(part, kept)]) for part in split)
            for split in self._splits
        ]
        return [(train, test) for train, test in numbered if len(test)]

    def _is_count(self):
        return isinstance(self._cv, Integral)

    def _split_evenly(self, kept):
        y = self._y[kept]
        groups = None if self._groups is None else self._groups[kept]
        n_folds = _count_folds(self._cv, y, groups)
        if n_folds < self._cv:
            text = f"{n_folds} folds instead of {self._cv}, as there are {_tally(y, groups)}."
            warnings.warn(text, FewerFoldsWarning, stacklevel=5)
        kind = StratifiedKFold if groups is None else StratifiedGroupKFold
        cv = kind(n_folds, shuffle=True, random_state=self._random_state)
        return self._split_all(cv, y, groups)

    def _split_all(self, cv, y, groups):
        numbers = np.arange(len(y))
        splits = [
            (numbers[np.asarray(train)], numbers[np.asarray(test)])
            for train, test in cv.split(numbers, y, groups)
        ]
        _check_splits(splits, len(y))
        return splits


def _count_folds(most, y, groups):
    counts = _count(y, groups)
    if len(counts) < 2 or min(counts.values()) < 2:
        what = "songs" if groups is None else "groups"
        raise ValueError(
            f"two genres of two {what} each are the least to cross-validate, got "
            f"{_tally(y, groups)}."
        )
    return min(int(most), *counts.values())


def _count(y, groups):
    """Count the songs of each genre, or the groups that they are in."""
    units = np.arange(len(y)) if groups is None else groups
    return {str(label): len(np.unique(units[y == label])) for label in np.unique(y)}


def _tally(y, groups):
    what = "songs" if groups is None else "groups"
    counts = [f"{count} of {label}" for label, count in _count(y, groups).items()]
    return f"{' and '.join(counts)} ({what})"


def _check_splits(splits, n_songs):
    n_tests = np.zeros(n_songs, int)
    for number, (train, test) in enumerate(splits, 1):
        np.add.at(n_tests, test, 1)
        if len(both := np.intersect1d(train, test)):
            raise ValueError(f"cv trains on songs that it tests: {both.tolist()} in fold {number}.")
    if len(wrong := np.flatnonzero(n_tests != 1)):
        raise ValueError(
            f"cv must test each song once, as KFold does, but song {wrong[0]} is tested "
            f"{n_tests[wrong[0]]} times."
        )
