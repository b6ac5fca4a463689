"""What a cross-validation of songs has found."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix

from skgenre._bunches import SongCourse
from skgenre.evaluation._parameters import as_json


@dataclass(frozen=True, eq=False, repr=False)
class SongEvaluation:
    """What a song classifier answered to songs that it had not learned, and how right it is.

    Each song has been tested once, by a classifier that was fitted on other songs.

    Parameters
    ----------
    names : list of str
        Paths of the songs, or what else they are called; without songs that were left out.
    y_true : ndarray of shape (n_songs,)
        Their labels.
    y_pred : ndarray of shape (n_songs,)
        Labels that were predicted.
    classes : ndarray of shape (n_classes,)
        All labels.
    probabilities : ndarray of shape (n_songs, n_classes)
        Probabilities that were predicted; 0 for a class that was not among the songs of the
        training.
    fold : ndarray of shape (n_songs,), int
        In which fold each song was tested, counted from 0.
    courses : list of :class:`~sklearn.utils.Bunch`
        For each song, `seconds`, an array of shape (n_excerpts,) with where each excerpt begins,
        and `probabilities`, an array of shape (n_excerpts, n_classes).
    histories : list of dict
        For each fold, the loss and accuracy of each epoch, as in
        the `history_` of a :class:`skgenre.CNNGenreClassifier`; empty where nothing records them.
    durations : ndarray of shape (n_songs,)
        Lengths of the songs in seconds.
    excerpt_seconds : float
        Length of an excerpt in seconds.
    sample_rate : int
        Rate in Hz of the waveforms that were classified.
    failures : list of tuple of str
        Name of each song that was left out, and why it could not be read.
    duplicates : list of list of str
        Names of songs that are the same recording.
    parameters : dict
        The classifier's parameters, `cv`, the number of `groups` and `random_state`, as values that
        JSON has.
    versions : dict of str to str
        Versions of Python and of libraries.

    See Also
    --------
    evaluate_songs : Makes it.
    write_report : Writes it as a page.

    Examples
    --------
    >>> import numpy as np
    >>> from skgenre import MLPGenreClassifier, SongClassifier
    >>> from skgenre.evaluation import SongEvaluation, evaluate_songs
    >>> songs = np.random.default_rng(0).standard_normal((6, 2400))
    >>> genres = ["rock", "pop", "pop", "rock", "rock", "rock"]
    >>> classifier = SongClassifier(MLPGenreClassifier(epochs=1, random_state=0))
    >>> evaluation = evaluate_songs(classifier, songs, genres, cv=2, random_state=0)
    >>> isinstance(evaluation, SongEvaluation)
    True
    >>> evaluation.majority_genre, round(evaluation.majority_share, 2)
    ('rock', 0.67)
    >>> evaluation.confusion.sum(axis=1)
    array([2, 4])
    """

    names: list[str]
    y_true: NDArray[Any]
    y_pred: NDArray[Any]
    classes: NDArray[Any]
    probabilities: NDArray[np.float64]
    fold: NDArray[np.int_]
    courses: list[SongCourse]
    histories: list[dict[str, list[float]]]
    durations: NDArray[np.float64]
    excerpt_seconds: float
    sample_rate: int
    failures: list[tuple[str, str]]
    duplicates: list[list[str]]
    parameters: dict[str, Any]
    versions: dict[str, str]

    def __repr__(self) -> str:
        return (
            f"<SongEvaluation of {len(self.names)} songs in {len(self.histories)} folds: "
            f"accuracy {self.accuracy:.3f}, majority share {self.majority_share:.3f}>"
        )

    @property
    def accuracy(self) -> float:
        """Share of songs whose label was predicted.

        All folds count together.

        Returns
        -------
        float
            From 0 to 1.

        See Also
        --------
        confidence_interval : How exact it is.
        majority_share : What it is to be compared with.

        Examples
        --------
        See :class:`SongEvaluation`.
        """
        return float(np.mean(self._hits))

    @property
    def balanced_accuracy(self) -> float:
        """Mean over the genres of the share of their songs whose label was predicted.

        Rare genres count as much as common ones.

        Returns
        -------
        float
            From 0 to 1; ``1 / n_classes`` where the same genre is always predicted.

        See Also
        --------
        accuracy : Counts each song the same.
        sklearn.metrics.balanced_accuracy_score : The same from labels.

        Examples
        --------
        See :class:`SongEvaluation`.
        """
        return self._balanced_accuracy(np.arange(len(self.names)))

    @property
    def majority_genre(self) -> Any:
        """Label of most songs.

        If there are several, the first in the order of `classes`.

        Returns
        -------
        str, int or bool
            Label.

        See Also
        --------
        majority_share : How many songs have it.

        Examples
        --------
        See :class:`SongEvaluation`.
        """
        return as_json(self.classes[self.confusion.sum(axis=1).argmax()])

    @property
    def majority_share(self) -> float:
        """Accuracy of always predicting the commonest genre.

        A classifier with a lower one has learned less than nothing.

        Returns
        -------
        float
            From 0 to 1.

        See Also
        --------
        majority_genre : The genre.
        sklearn.dummy.DummyClassifier : Such a classifier.

        Examples
        --------
        See :class:`SongEvaluation`.
        """
        return float(self.confusion.sum(axis=1).max() / len(self.names))

    def confidence_interval(self, level: float = 0.95) -> tuple[float, float]:
        """Compute the Wilson score interval of the accuracy.

        Songs are independent of each other, which excerpts of a song are not: `n` counts songs.
        With `k` of `n` songs right, ``p = k / n``, and `z` the standard normal quantile of
        ``(1 + level) / 2``, its ends are ::

            (p + z**2 / (2 * n) ± z * sqrt(p * (1 - p) / n + z**2 / (4 * n**2))) / (1 + z**2 / n)

        It accounts for the songs that were drawn, not for the luck of the trainings. Songs of one
        group, such as an album, depend on each other: with `groups` it is too narrow.

        Parameters
        ----------
        level : float, default=0.95
            Share of such intervals that hold the true accuracy, between 0 and 1.

        Returns
        -------
        tuple of float
            Its two ends.

        Raises
        ------
        ValueError
            If `level` is not between 0 and 1.

        See Also
        --------
        accuracy : The share itself.

        References
        ----------
        Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical
        inference", Journal of the American Statistical Association 22 (158), 209-212.

        Examples
        --------
        See :class:`SongEvaluation`.
        """
        if not 0 < level < 1:
            raise ValueError(f"level must be between 0 and 1, got {level!r}.")
        test = binomtest(int(self._hits.sum()), len(self.names))
        low, high = test.proportion_ci(level, method="wilson")
        return float(low), float(high)

    @property
    def fold_scores(self) -> list[dict[str, Any]]:
        """Scores of each fold.

        How far they lie apart shows how much depends on the songs that were learned.

        Returns
        -------
        list of dict
            "fold" (counted from 0), "n_songs", "accuracy" and "balanced_accuracy" of each.

        See Also
        --------
        accuracy : Accuracy over all folds.

        Examples
        --------
        See :class:`SongEvaluation`.
        """
        parts = [np.flatnonzero(self.fold == number) for number in range(len(self.histories))]
        return [
            {
                "fold": number,
                "n_songs": len(part),
                "accuracy": float(np.mean(self._hits[part])),
                "balanced_accuracy": self._balanced_accuracy(part),
            }
            for number, part in enumerate(parts)
        ]

    @property
    def confusion(self) -> NDArray[np.int_]:
        """Number of songs of each genre (rows) that each genre was predicted for (columns).

        Right predictions are on the diagonal.

        Returns
        -------
        ndarray of shape (n_classes, n_classes)
            Counts, in the order of `classes`.

        See Also
        --------
        mistakes : Which songs they are.
        sklearn.metrics.confusion_matrix : The same from labels.

        Examples
        --------
        See :class:`SongEvaluation`.
        """
        return self._confusion(np.arange(len(self.names)))

    @property
    def mistakes(self) -> NDArray[np.int_]:
        """Rows of songs with a wrong prediction, the most confident first.

        A wrong label in the data is often among the first of them.

        Returns
        -------
        ndarray of shape (n_mistakes,)
            Rows of `names` and the other arrays.

        See Also
        --------
        confusion : How many there are of each kind.

        Examples
        --------
        See :class:`SongEvaluation`.
        """
        rows = np.flatnonzero(~self._hits)
        return rows[np.argsort(-self.probabilities[rows].max(axis=1), kind="stable")]

    def to_records(self) -> list[dict[str, Any]]:
        """List the songs as dicts of values that JSON has.

        A table or a file of them needs no further conversion.

        Returns
        -------
        list of dict
            For each song, "name", "genre", "predicted", "probabilities" (a dict with a number for
            each genre), "fold" (counted from 0) and "seconds".

        See Also
        --------
        skgenre.evaluation.write_report : Shows them in a page.

        Examples
        --------
        See :class:`SongEvaluation`.
        """
        classes = list(map(str, self.classes))
        return [
            {
                "name": name,
                "genre": as_json(self.y_true[row]),
                "predicted": as_json(self.y_pred[row]),
                "probabilities": dict(zip(classes, self.probabilities[row].tolist(), strict=True)),
                "fold": int(self.fold[row]),
                "seconds": float(self.durations[row]),
            }
            for row, name in enumerate(self.names)
        ]

    @property
    def _hits(self):
        return self.y_true == self.y_pred

    def _confusion(self, rows):
        return confusion_matrix(self.y_true[rows], self.y_pred[rows], labels=self.classes)

    def _balanced_accuracy(self, rows):
        table = self._confusion(rows)
        counts = table.sum(axis=1)
        return float(np.mean(table.diagonal()[counts > 0] / counts[counts > 0]))
