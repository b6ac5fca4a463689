"""An evaluation as the report shows it."""

from typing import Any, NamedTuple

import numpy as np

from skgenre._readable_numbers import as_clock, as_percent
from skgenre.evaluation._marks import Area, Chart, count_steps, draw_course, draw_curves
from skgenre.evaluation._song_evaluation import SongEvaluation

LEVEL = 0.95
# Shades of the confusion matrix, from nothing to all of a row.
N_SHADES = 10


class Headline(NamedTuple):
    """How good the classifier is."""

    accuracy: str
    n_right: int
    n_songs: int
    balanced_accuracy: str
    interval: tuple[str, str]
    majority_genre: str
    majority_share: str
    verdict: str
    places: dict[str, float]  # On a scale of 100.


def sum_up(evaluation: SongEvaluation) -> Headline:
    """Compare the accuracy with what it takes no classifier to reach."""
    low, high = evaluation.confidence_interval(LEVEL)
    accuracy, baseline = evaluation.accuracy, evaluation.majority_share
    places = {"accuracy": accuracy, "low": low, "high": high, "baseline": baseline}
    return Headline(
        accuracy=as_percent(accuracy),
        n_right=len(evaluation.names) - len(evaluation.mistakes),
        n_songs=len(evaluation.names),
        balanced_accuracy=as_percent(evaluation.balanced_accuracy),
        interval=(as_percent(low), as_percent(high)),
        majority_genre=str(evaluation.majority_genre),
        majority_share=as_percent(baseline),
        verdict=_compare(low, high, baseline),
        places={name: round(100 * place, 2) for name, place in places.items()},
    )


def _compare(low, high, baseline):
    if low > baseline:
        return "better than"
    return "worse than" if high < baseline else "not clearly different from"


class Cell(NamedTuple):
    """A cell of the confusion matrix."""

    n_songs: int
    share: str
    shade: int


def confusion_rows(evaluation: SongEvaluation) -> list[list[Cell]]:
    """Shade the confusion matrix by the share of each row."""
    return [
        [_shade(int(count), int(row.sum())) for count in row.tolist()]
        for row in evaluation.confusion
    ]


def _shade(count, total):
    share = count / total if total else 0.0
    return Cell(count, as_percent(share), int(np.ceil(N_SHADES * share)))


class SongRow(NamedTuple):
    """A song of the list."""

    folder: str
    name: str
    genre: int
    predicted: int
    is_right: bool
    probability: float
    percent: str
    seconds: float
    length: str
    fold: int
    course: list[Area]
    shares: str


def song_rows(evaluation: SongEvaluation) -> list[SongRow]:
    """List the songs: mistakes first, the most confident one foremost, then the least certain."""
    right = np.flatnonzero(evaluation.y_true == evaluation.y_pred)
    certainty = evaluation.probabilities.max(axis=1)
    right = right[np.argsort(certainty[right], kind="stable")]
    most_steps = count_steps(len(evaluation.names), len(evaluation.classes))
    rows = [*evaluation.mistakes.tolist(), *right.tolist()]
    return [_song_row(evaluation, row, most_steps) for row in rows]


def _song_row(evaluation, row, most_steps):
    genre, predicted = np.searchsorted(
        evaluation.classes, [evaluation.y_true[row], evaluation.y_pred[row]]
    ).tolist()
    folder, separator, name = evaluation.names[row].rpartition("/")
    probability = float(evaluation.probabilities[row, predicted])
    return SongRow(
        folder=folder + separator,
        name=name,
        genre=genre,
        predicted=predicted,
        is_right=genre == predicted,
        probability=round(probability, 4),
        percent=as_percent(probability),
        seconds=round(float(evaluation.durations[row]), 2),
        length=as_clock(float(evaluation.durations[row])),
        fold=int(evaluation.fold[row]) + 1,
        course=draw_course(evaluation.courses[row].probabilities, most_steps),
        shares=_name_shares(evaluation.classes, evaluation.probabilities[row]),
    )


def _name_shares(classes, probabilities):
    """Name the likeliest classes."""
    likeliest = np.argsort(-probabilities, kind="stable")[:3]
    return ", ".join(
        f"{classes[number]} {as_percent(probabilities[number])}" for number in likeliest
    )


class FoldRow(NamedTuple):
    """A fold of the table."""

    number: int
    n_songs: int
    accuracy: str
    place: float
    balanced_accuracy: str
    n_epochs: int
    loss: str


def fold_rows(evaluation: SongEvaluation) -> list[FoldRow]:
    """List the folds, with the end of each training."""
    return [
        FoldRow(
            number=score["fold"] + 1,
            n_songs=score["n_songs"],
            accuracy=as_percent(score["accuracy"]),
            place=round(100 * score["accuracy"], 2),
            balanced_accuracy=as_percent(score["balanced_accuracy"]),
            n_epochs=len(history.get("loss", [])),
            loss=f"{history['loss'][-1]:.4f}" if history.get("loss") else "",
        )
        for score, history in zip(evaluation.fold_scores, evaluation.histories, strict=True)
    ]


def training_charts(evaluation: SongEvaluation) -> list[Chart]:
    """Draw loss and accuracy of the trainings."""
    charts = [_chart(evaluation, "Loss", "loss"), _chart(evaluation, "Accuracy", "accuracy")]
    return [chart for chart in charts if chart is not None]


def _chart(evaluation, title, name):
    curves = [
        (f"Fold {number}", key != name, history[key])
        for number, history in enumerate(evaluation.histories, 1)
        for key in (name, f"val_{name}")
        if history.get(key)
    ]
    return draw_curves(title, curves)


def settings(evaluation: SongEvaluation) -> list[tuple[str, list[tuple[str, Any]]]]:
    """List what the evaluation depends on: parameters under the name of what has them."""
    of_classifier = evaluation.parameters.get("classifier", {})
    own = [pair for pair in evaluation.parameters.items() if pair[0] != "classifier"]
    groups = {"Cross-validation": own, "SongClassifier": []}
    for name, value in sorted(of_classifier.items(), key=lambda pair: pair[0].count("__")):
        if _names_parts(name, value, of_classifier):
            continue
        owner, _, short = name.rpartition("__")
        title = of_classifier.get(owner, owner) if owner else "SongClassifier"
        groups.setdefault(str(title), []).append((short, value))
    return [(title, pairs) for title, pairs in groups.items() if pairs]


def _names_parts(name, value, parameters):
    """Return whether a parameter is a list of named parts, each of which is a parameter as well."""
    prefix = name.rpartition("__")[0]
    pairs = value if isinstance(value, list) and value else [None]
    return all(
        isinstance(pair, list) and f"{prefix}__{pair[0]}".removeprefix("__") in parameters
        for pair in pairs
    )
