"""Scores of each classifier, for each choice of genres and each way to keep songs apart."""

from typing import NamedTuple

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from sklearn.model_selection import PredefinedSplit, StratifiedGroupKFold
from sklearn.pipeline import make_pipeline

from skgenre import (
    CNNGenreClassifier,
    FilterbankGenreClassifier,
    MLPGenreClassifier,
    WaveformScaler,
)
from skgenre.datasets import load_genre_excerpts
from tests.accuracy.mfcc import mfcc_and_svc
from tests.benchmarks.rivals import installed
from tests.benchmarks.timing import announce

GENRES = {
    "classical or rock": ("classical", "rock"),
    "rock or electronic": ("rock", "electronic"),
    "three genres": ("classical", "rock", "electronic"),
}
N_FOLDS = 4
# One excerpt must not decide on its song alone.
LEAST_PROBABILITY = 1e-6


class Result(NamedTuple):
    """Scores of one classifier; those of the folds or seeds that a standard error is taken over."""

    genres: str
    n_excerpts: int
    n_songs: int
    split: str
    classifier: str
    accuracies: np.ndarray
    balanced_accuracies: np.ndarray
    balanced_accuracies_by_song: np.ndarray


def results(n_seeds, epochs, step):
    """Yield the result of each classifier on each split of each choice of genres.

    Parameters
    ----------
    n_seeds : int
        How often each classifier is trained anew on the same songs.
    epochs : int
        Passes over the training songs; of the networks only.
    step : int
        Take each `step`-th excerpt; 1 takes all.
    """
    for name, genres in GENRES.items():
        music = load_genre_excerpts(genres)
        rows = slice(None, None, step)
        X, y, song = music.data[rows], music.target[rows], music.groups[rows]
        for split, cv in _splits(X, y, song, music.test_mask[rows]).items():
            for classifier, make in _classifiers(epochs).items():
                announce(f"{name}, {split}, {classifier}")
                scores = _scores(make, n_seeds, X, y, song, cv)
                yield Result(name, len(X), len(np.unique(song)), split, classifier, *scores)


def _splits(X, y, song, test_mask):
    """Pairs of training and test rows, by the name of the split."""
    return {
        f"{N_FOLDS} folds by song": list(StratifiedGroupKFold(N_FOLDS).split(X, y, song)),
        "test songs": list(PredefinedSplit(np.where(test_mask, 0, -1)).split()),
    }


def _classifiers(epochs):
    """Functions that turn a seed into a classifier, by the name of what they make."""
    found = {
        "CNN": lambda seed: CNNGenreClassifier(epochs=epochs, random_state=seed),
        "CNN, class weights": lambda seed: CNNGenreClassifier(
            epochs=epochs, class_weight="balanced", random_state=seed
        ),
        "filterbank": lambda seed: FilterbankGenreClassifier(
            class_weight="balanced", random_state=seed
        ),
        "MLP": lambda seed: MLPGenreClassifier(epochs=epochs, random_state=seed),
    }
    found["MFCC + SVC"] = lambda seed: mfcc_and_svc()
    if installed("aeon"):
        found["MiniRocket"] = _mini_rocket
    return {**found, "commonest genre": lambda seed: DummyClassifier(strategy="most_frequent")}


def _mini_rocket(seed):
    from aeon.classification.convolution_based import MiniRocketClassifier

    return MiniRocketClassifier(random_state=seed)


def _scores(make, n_seeds, X, y, song, cv):
    """All scores of each fold, as means over the seeds; of each seed where there is one fold."""
    found = np.array(
        [[_scores_of_fold(make(seed), X, y, song, *rows) for rows in cv] for seed in range(n_seeds)]
    )
    over_folds = len(cv) == 1
    return np.moveaxis(found.mean(axis=int(over_folds)), -1, 0)


def _scores_of_fold(classifier, X, y, song, training, test):
    """Accuracy and balanced accuracy by excerpt, balanced accuracy by song."""
    fitted = make_pipeline(WaveformScaler(), classifier).fit(X[training], y[training])
    evidence = _evidence(fitted, X[test])
    found = fitted.classes_[evidence.argmax(axis=1)]
    _, firsts, codes = np.unique(song[test], return_index=True, return_inverse=True)
    sums = [np.bincount(codes, column) for column in evidence.T]
    by_song = fitted.classes_[np.argmax(sums, axis=0)]
    return (
        accuracy_score(y[test], found),
        balanced_accuracy_score(y[test], found),
        balanced_accuracy_score(y[test][firsts], by_song),
    )


def _evidence(fitted, X):
    """What speaks for each class, to be added up over a song: logarithms, or decisions."""
    if not hasattr(fitted, "decision_function"):
        return np.log(np.clip(fitted.predict_proba(X), LEAST_PROBABILITY, 1))
    decisions = fitted.decision_function(X)
    return np.c_[-decisions, decisions] if decisions.ndim == 1 else decisions
