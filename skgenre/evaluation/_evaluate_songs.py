"""Songs cross-validated."""

import os
import warnings
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.utils import Bunch
from sklearn.utils.validation import check_consistent_length

from skgenre._sklearn.private import check_parameters
from skgenre._sklearn.typed import validate_params
from skgenre._sklearn.wrappers import inner_estimator, last_step
from skgenre._song_files.checks import PATH_TYPES
from skgenre._song_files.warnings import DuplicateSongWarning
from skgenre._versions import library_versions
from skgenre.evaluation._decoded_songs import decoded
from skgenre.evaluation._fold_progress import folds_shown
from skgenre.evaluation._folds import Folds
from skgenre.evaluation._parameters import describe_evaluation
from skgenre.evaluation._song_evaluation import SongEvaluation
from skgenre.songs._aggregation import aggregate_excerpts
from skgenre.songs._excerpt_classifiers import (
    check_excerpt_classifier,
    check_sample_rate,
    chosen_sample_rate,
)
from skgenre.songs._labels import check_labelled_songs
from skgenre.songs._song_classifier import SongClassifier


@validate_params(
    {
        "classifier": "no_validation",
        "songs": "no_validation",
        "y": "no_validation",
        "groups": "no_validation",
        "cv": ["cv_object"],
        "names": "no_validation",
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    },
    prefer_skip_nested_validation=False,
)
def evaluate_songs(
    classifier: SongClassifier,
    songs: ArrayLike | Sequence[str | os.PathLike[str] | ArrayLike],
    y: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    cv: int | Any = 5,
    names: Iterable[str] | None = None,
    random_state: int | np.random.RandomState | None = None,
    verbose: int = 0,
) -> SongEvaluation:
    """Cross-validate a song classifier: what it answers to songs that it has not learned.

    A clone of the classifier is fitted for each fold; the classifier itself stays as it is. Each
    song is decoded once, for all folds.

    Parameters
    ----------
    classifier : SongClassifier
        Fitted or not.
    songs : list, array or series of n_songs paths or waveforms
        Songs, as in `SongClassifier.fit`.
    y : array-like of shape (n_songs,)
        Labels.
    groups : array-like of shape (n_songs,), default=None
        What each song shares with others, such as its album or artist; for the splitter, and for
        a classifier with a `calibration`. Songs of one group are all on the same side of a split.
    cv : int, cross-validation generator or iterable of (train, test), default=5
        A number means that many stratified folds in random order, of whole `groups` where they are
        given; fewer where a genre has fewer songs. Any other splitter has to test each song once,
        as those named KFold do.
    names : iterable of str, default=None
        What songs are called in results and errors. None means the path of a file, and "song" with
        its number for a waveform.
    random_state : int, RandomState instance or None, default=None
        Which songs are in which fold, where `cv` is a number. Pass an int for the same folds in
        each call.
    verbose : int, default=0
        Not zero: progress bars on standard error, one for reading and one for all folds.

    Returns
    -------
    SongEvaluation
        What was answered to each song, and how right it is.

    Raises
    ------
    TypeError
        If `classifier` is no `SongClassifier`.
    ValueError
        If a song cannot be read (unless the classifier has ``on_error="skip"``), if a genre has
        fewer than two songs where `cv` is a number, if `cv` does not test each song once, or as
        `SongClassifier.fit` does.

    Warns
    -----
    FewerFoldsWarning
        If a genre has fewer songs than `cv`.
    UnreadableSongWarning
        If songs were left out.
    DuplicateSongWarning
        If songs are the same recording.

    See Also
    --------
    write_report : Writes the result as a page.
    sklearn.model_selection.cross_validate : Scores alone.

    Examples
    --------
    >>> import numpy as np
    >>> from skgenre import CNNGenreClassifier, SongClassifier
    >>> from skgenre.evaluation import evaluate_songs
    >>> seconds = np.arange(0, 9, 1 / 400)
    >>> songs = [np.sin(2 * np.pi * pitch * seconds) for pitch in [20, 21, 22, 90, 91, 92]]
    >>> genres = ["low", "low", "low", "high", "high", "high"]
    >>> classifier = SongClassifier(CNNGenreClassifier(batch_size=2, random_state=0))
    >>> evaluation = evaluate_songs(classifier, songs, genres, cv=3, random_state=0)
    >>> evaluation.y_pred.shape
    (6,)
    >>> len(evaluation.histories)
    3
    """
    _check_classifier(classifier)
    given, (labels, _, numbered) = check_labelled_songs(songs, y, groups=groups)
    titles, folds = _name_songs(given, names), Folds(cv, labels, groups, random_state)
    sample_rate = int(chosen_sample_rate(classifier))
    with decoded(given, titles, labels, classifier, shown=bool(verbose)) as found:
        kept = np.array(found.numbers, int)
        splits = folds.split(kept)
        # A song of its own artist says little of the songs that are tested.
        calibrates = groups is not None and classifier.calibration is not None
        learned = _Songs(found.waveforms(), labels[kept], numbered[kept] if calibrates else None)
        tested = _cross_validate(classifier, learned, splits, bool(verbose))
    return SongEvaluation(
        names=[titles[number] for number in kept],
        y_true=labels[kept],
        **_join(tested, splits, labels[kept]),
        durations=np.array(found.lengths) / sample_rate,
        excerpt_seconds=float(classifier.excerpt_seconds),
        sample_rate=sample_rate,
        failures=[(titles[number], str(error)) for number, error in found.errors.items()],
        duplicates=[[titles[n] for n in numbers] for numbers in found.repeated()],
        parameters=describe_evaluation(classifier, cv, groups, random_state),
        versions=library_versions(),
    )


class _Songs(NamedTuple):
    """Songs that could be read."""

    waveforms: list
    y: np.ndarray
    groups: np.ndarray | None

    def take(self, rows):
        waveforms = [self.waveforms[row] for row in rows]
        groups = None if self.groups is None else self.groups[rows]
        return _Songs(waveforms, self.y[rows], groups)


class _Tested(NamedTuple):
    """A fold: the predictions of a classifier that was not trained on its songs."""

    classes: np.ndarray
    courses: list
    probabilities: np.ndarray
    history: dict


def _check_classifier(classifier):
    if not isinstance(classifier, SongClassifier):
        raise TypeError(
            f"classifier must be a SongClassifier, got {classifier!r}. A search or a calibration "
            "goes inside: SongClassifier(GridSearchCV(...))."
        )
    check_parameters(classifier)
    if classifier.estimator is not None:
        check_excerpt_classifier(classifier.estimator)
        check_sample_rate(classifier.estimator, chosen_sample_rate(classifier))


def _name_songs(songs, names):
    if names is None:
        return [
            os.fsdecode(song) if isinstance(song, PATH_TYPES) else f"song {number}"
            for number, song in enumerate(songs)
        ]
    if isinstance(names, str):
        raise TypeError(f"names must be a list of names, got the single one {names!r}.")
    names = list(map(str, names))
    check_consistent_length(songs, names)
    return names


def _cross_validate(classifier, songs, splits, shown):
    """Fit a clone for each fold, and classify the songs that it has not learned."""
    tested = []
    with folds_shown(len(splits), shown=shown) as progress:
        for number, (train, test) in enumerate(splits, 1):
            fitted = clone(classifier).set_params(verbose=0)
            with progress.fold(number, fitted):
                _fit(fitted, songs.take(train))
                tested.append(_test(fitted, songs.take(test).waveforms))
    return tested


def _fit(classifier, songs):
    with warnings.catch_warnings():
        # They were reported once, for all folds.
        warnings.simplefilter("ignore", DuplicateSongWarning)
        classifier.fit(songs.waveforms, songs.y, groups=songs.groups)


def _test(fitted, waveforms):
    courses = fitted.predict_excerpts(waveforms)
    return _Tested(
        classes=fitted.classes_,
        courses=courses,
        probabilities=np.array(
            [aggregate_excerpts(fitted, course.probabilities) for course in courses]
        ),
        history=_history(fitted.estimator_),
    )


def _history(estimator):
    """Copy the history of the network inside; there is none in other estimators."""
    last = last_step(estimator)
    best = last_step(inner_estimator(last, ("best_estimator_",)) or last)
    history = getattr(best, "history_", {})
    return {name: list(map(float, values)) for name, values in history.items()}


def _join(tested, splits, y):
    """Put the songs of all folds back in order, with a column for each class of any fold."""
    classes = np.unique(np.concatenate([y, *(part.classes for part in tested)]))
    probabilities, courses = np.empty((len(y), len(classes))), [None] * len(y)
    fold = np.empty(len(y), int)
    for number, (part, (_, test)) in enumerate(zip(tested, splits, strict=True)):
        fold[test] = number
        probabilities[test] = _spread(part.probabilities, part.classes, classes)
        for row, course in zip(test, part.courses, strict=True):
            shares = _spread(course.probabilities, part.classes, classes)
            courses[row] = Bunch(seconds=course.seconds, probabilities=shares)
    return {
        "y_pred": classes[probabilities.argmax(axis=1)],
        "classes": classes,
        "probabilities": probabilities,
        "fold": fold,
        "courses": courses,
        "histories": [part.history for part in tested],
    }


def _spread(probabilities, known, classes):
    """Give probabilities of some classes a column for each of all; the others have none."""
    spread = np.zeros((len(probabilities), len(classes)))
    spread[:, np.searchsorted(classes, known)] = probabilities
    return spread
