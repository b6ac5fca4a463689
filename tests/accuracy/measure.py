"""Scores of each classifier, for each choice of genres and each way to keep songs apart."""

from typing import NamedTuple

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import PredefinedSplit, StratifiedGroupKFold, cross_validate
from sklearn.pipeline import make_pipeline

from skgenre import CNNGenreClassifier, MLPGenreClassifier, WaveformScaler
from skgenre.datasets import load_genre_excerpts
from tests.benchmarks.rivals import installed
from tests.benchmarks.timing import announce

GENRES = {
    "classical or rock": ("classical", "rock"),
    "rock or electronic": ("rock", "electronic"),
    "three genres": ("classical", "rock", "electronic"),
}
N_FOLDS = 4
SCORES = ("accuracy", "balanced_accuracy")


class Result(NamedTuple):
    """Scores of one classifier; those of the folds or seeds that a standard error is taken over."""

    genres: str
    n_excerpts: int
    n_songs: int
    split: str
    classifier: str
    accuracies: np.ndarray
    balanced_accuracies: np.ndarray


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
                scores = _scores(make, n_seeds, X, y, cv)
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
        "MLP": lambda seed: MLPGenreClassifier(epochs=epochs, random_state=seed),
    }
    if installed("aeon"):
        found["MiniRocket"] = _mini_rocket
    return {**found, "commonest genre": lambda seed: DummyClassifier(strategy="most_frequent")}


def _mini_rocket(seed):
    from aeon.classification.convolution_based import MiniRocketClassifier

    return MiniRocketClassifier(random_state=seed)


def _scores(make, n_seeds, X, y, cv):
    """Both scores of each fold, as means over the seeds; of each seed where there is one fold."""
    by_seed = [
        cross_validate(make_pipeline(WaveformScaler(), make(seed)), X, y, cv=cv, scoring=SCORES)
        for seed in range(n_seeds)
    ]
    over = "folds" if len(cv) == 1 else "seeds"
    for name in SCORES:
        scores = np.array([found[f"test_{name}"] for found in by_seed])
        yield scores.mean(axis=("seeds", "folds").index(over))
