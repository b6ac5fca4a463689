"""Scores of classifiers on songs that they were not trained on."""

from time import perf_counter
from typing import NamedTuple

import numpy as np
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from sklearn.model_selection import StratifiedGroupKFold

from tests.benchmarks.hearing.contenders import LESSON, MOST_FOR_ROCKET, ONE_SEED, contenders
from tests.benchmarks.timing import announce

N_FOLDS = 4
# One excerpt must not decide on its song alone.
LEAST_PROBABILITY = 1e-6


class Scores(NamedTuple):
    """Scores of one fit."""

    accuracy: float
    by_excerpt: float
    by_song: float
    seconds: float


class Result(NamedTuple):
    """Scores of one classifier on some music, a row for each fold: means over the seeds."""

    source: str
    genres: str
    sample_rate: int
    n_songs: int
    n_groups: int
    classifier: str
    scores: np.ndarray  # (n_folds, 4), as `Scores`


def results(source, music, n_seeds):
    """Yield the result of each contender on some music.

    Parameters
    ----------
    source : str
        Where the music comes from.
    music : Music
        Excerpts of some genres.
    n_seeds : tuple of int
        Of the filterbank, and of the lesson's network.
    """
    splits = list(folds(music))
    with_rocket = len(music.X) <= MOST_FOR_ROCKET
    for name, make in contenders(music.sample_rate, with_rocket).items():
        seeds = range(count_seeds(name, *n_seeds))
        announce(f"  {source}, {music.genres}, {music.sample_rate} Hz, {name}")
        scores = [[score(make(seed), music, *rows) for seed in seeds] for rows in splits]
        counts = len(np.unique(music.song)), len(np.unique(music.group))
        of_folds = np.mean(scores, axis=1)
        yield Result(source, music.genres, music.sample_rate, *counts, name, of_folds)


def folds(music):
    """Split so that no group is on both sides."""
    folds = StratifiedGroupKFold(N_FOLDS, shuffle=True, random_state=0)
    return folds.split(music.X, music.y, music.group)


def count_seeds(name, of_ours, of_lesson):
    """Return how often a contender is trained on the same songs."""
    if name in ONE_SEED:
        return 1
    return of_lesson if name == LESSON else of_ours


def score(classifier, music, training, test):
    """Fit on some excerpts, score on others."""
    X, y, song = music.X, music.y, music.song
    start = perf_counter()
    classifier.fit(X[training], y[training])
    seconds = perf_counter() - start
    evidence = _evidence(classifier, X[test])
    found = classifier.classes_[evidence.argmax(axis=1)]
    _, firsts, codes = np.unique(song[test], return_index=True, return_inverse=True)
    sums = [np.bincount(codes, column) for column in evidence.T]
    by_song = classifier.classes_[np.argmax(sums, axis=0)]
    return Scores(
        accuracy_score(y[test], found),
        balanced_accuracy_score(y[test], found),
        balanced_accuracy_score(y[test][firsts], by_song),
        seconds,
    )


def _evidence(fitted, X):
    """What speaks for each class, to be added up over a song: logarithms, or decisions."""
    if not hasattr(fitted, "decision_function"):
        return np.log(np.clip(fitted.predict_proba(X), LEAST_PROBABILITY, 1))
    decisions = fitted.decision_function(X)
    return np.c_[-decisions, decisions] if decisions.ndim == 1 else decisions


def leads(results, ours, other):
    """Yield rate, number of sets that both heard at it, and mean lead by excerpt and by song."""
    scores = {(r.sample_rate, r.source, r.genres, r.classifier): r.scores for r in results}
    both = [key[:3] for key in scores if key[3] == ours and (*key[:3], other) in scores]
    for rate in sorted({rate for rate, _, _ in both}):
        sets = [key for key in both if key[0] == rate]
        ahead = np.array([scores[(*key, ours)] - scores[(*key, other)] for key in sets])
        yield rate, len(sets), ahead[:, :, 1:3].mean(axis=(0, 1))
