"""Evaluations that no classifier has made."""

import numpy as np
from sklearn.utils import Bunch

from skgenre.evaluation import SongEvaluation


def make_evaluation(y_true, y_pred, probabilities=None, **changes):
    """Make an evaluation of given labels."""
    classes = np.unique([*y_true, *y_pred])
    if probabilities is None:
        probabilities = (np.array(y_pred)[:, np.newaxis] == classes).astype(float)
    probabilities = np.array(probabilities, float)
    parts = {
        "names": [f"{number}.ogg" for number in range(len(y_true))],
        "y_true": np.array(y_true),
        "y_pred": np.array(y_pred),
        "classes": classes,
        "probabilities": probabilities,
        "fold": np.arange(len(y_true)) % 2,
        "courses": [Bunch(seconds=np.zeros(1), probabilities=row[None]) for row in probabilities],
        "histories": [{}, {}],
        "durations": np.full(len(y_true), 200.0),
        "excerpt_seconds": 3.0,
        "sample_rate": 400,
        "failures": [],
        "duplicates": [],
        "parameters": {},
        "versions": {},
    }
    return SongEvaluation(**{**parts, **changes})


def random_evaluation(n_songs, n_classes, n_excerpts, **changes):
    """Make an evaluation of many songs, most of which are predicted correctly."""
    rng = np.random.default_rng(0)
    classes = np.array([f"genre {number:02}" for number in range(n_classes)])
    y_true = classes[np.arange(n_songs) % n_classes]
    courses = []
    for label in y_true:
        logits = rng.normal(0, 2, (n_excerpts, n_classes)).cumsum(axis=0) / 4
        logits[:, classes == label] += 2
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        courses.append(Bunch(seconds=3.0 * np.arange(n_excerpts), probabilities=shares))
    probabilities = np.array([course.probabilities.mean(axis=0) for course in courses])
    return make_evaluation(
        y_true,
        classes[probabilities.argmax(axis=1)],
        probabilities,
        **{"courses": courses, "durations": rng.uniform(100, 400, n_songs), **changes},
    )
