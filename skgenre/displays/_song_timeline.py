"""A song over time."""

from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from skgenre._readable_numbers import as_percent
from skgenre._sklearn.wrappers import FITTED, inner_estimator
from skgenre._types import Estimator, Float, PathLike
from skgenre.displays._axes import COLORS, HATCHES, SingleAxes, plain, take_axes
from skgenre.songs._aggregation import aggregate_excerpts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend


class SongTimelineDisplay:
    """Probabilities of the classes along a song, excerpt by excerpt.

    It shows where in a song the classifier hears which class.

    Parameters
    ----------
    seconds : ndarray of shape (n_excerpts,)
        Where each excerpt begins.
    probabilities : ndarray of shape (n_excerpts, n_classes)
        Probabilities of the classes.
    classes : ndarray of shape (n_classes,)
        Labels.
    excerpt_seconds : float
        Length of an excerpt in seconds.
    song_probabilities : ndarray of shape (n_classes,), default=None
        What the excerpts say together.

    Attributes
    ----------
    ax_ : matplotlib axes
        The axes.
    figure_ : matplotlib figure
        The figure.
    areas_ : list of matplotlib collections
        One for each class, with a step for each excerpt.
    legend_ : matplotlib legend
        Classes, with the song's probabilities.

    See Also
    --------
    skgenre.SongClassifier.predict_excerpts : The numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from skgenre import CNNGenreClassifier, SongClassifier
    >>> from skgenre.displays import SongTimelineDisplay
    >>> seconds = np.arange(0, 9, 1 / 400)
    >>> songs = [np.sin(2 * np.pi * pitch * seconds) for pitch in [20, 21, 90, 91]]
    >>> classifier = SongClassifier(CNNGenreClassifier(epochs=2, random_state=0))
    >>> classifier = classifier.fit(songs, ["low", "low", "high", "high"])
    >>> display = SongTimelineDisplay.from_estimator(classifier, songs[0])
    >>> display.seconds
    array([0., 3., 6.])
    """

    ax_: "Axes"
    figure_: "Figure"
    areas_: "list[PolyCollection]"
    legend_: "Legend"

    def __init__(
        self,
        *,
        seconds: NDArray[Any],
        probabilities: NDArray[Any],
        classes: NDArray[Any],
        excerpt_seconds: Float,
        song_probabilities: NDArray[Any] | None = None,
    ) -> None:
        self.seconds = seconds
        self.probabilities = probabilities
        self.classes = classes
        self.excerpt_seconds = excerpt_seconds
        self.song_probabilities = song_probabilities

    @classmethod
    def from_estimator(
        cls, estimator: Estimator, song: PathLike | ArrayLike, *, ax: SingleAxes = None
    ) -> Self:
        """Draw the probabilities that a fitted song classifier gives along a song.

        The song is read, cut and predicted first, as in `predict_excerpts`.

        Parameters
        ----------
        estimator : SongClassifier
            Fitted, or a fitted search for one.
        song : str, path or array-like of shape (n_samples,)
            A sound file, or a waveform at the classifier's `sample_rate`.
        ax : matplotlib axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        SongTimelineDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If it is no song classifier.
        ValueError
            If the song cannot be read.

        See Also
        --------
        plot : Draws once more.

        Examples
        --------
        See :class:`SongTimelineDisplay`.
        """
        check_is_fitted(estimator)
        classifier: Any = estimator
        while not hasattr(classifier, "predict_excerpts") and hasattr(classifier, "__dict__"):
            classifier = inner_estimator(classifier, FITTED)
        if not hasattr(classifier, "predict_excerpts"):
            raise TypeError(f"estimator must be a fitted SongClassifier, got {estimator!r}.")
        [course] = classifier.predict_excerpts([song])
        if not len(course.seconds):
            raise ValueError(f"The song {song!r} could not be read: there is nothing to show.")
        return cls(
            seconds=course.seconds,
            probabilities=course.probabilities,
            classes=classifier.classes_,
            excerpt_seconds=classifier.excerpt_seconds,
            song_probabilities=aggregate_excerpts(classifier, course.probabilities),
        ).plot(ax=ax)

    def plot(self, ax: SingleAxes = None) -> Self:
        """Draw the song.

        Each excerpt is a bar, divided among the classes.

        Parameters
        ----------
        ax : matplotlib axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        SongTimelineDisplay
            The object itself.

        Raises
        ------
        ValueError
            If `ax` is more than one.

        See Also
        --------
        from_estimator : Makes the display and draws it.

        Examples
        --------
        See :class:`SongTimelineDisplay`.
        """
        [[self.ax_]] = take_axes(ax, 1, 1, (9, 3))
        # Or a part of a figure, which draws alike but cannot be saved by itself.
        self.figure_ = cast("Figure", self.ax_.figure)
        self.areas_ = self._draw_classes()
        self.ax_.set(
            xlabel="Time in the song (s)",
            ylabel="Probability",
            xlim=(0, self.seconds[-1] + self.excerpt_seconds),
            ylim=(0, 1),
            title="What its excerpts say",
        )
        # Without being passed here, labels that begin with an underscore would be left out.
        self.legend_ = self.ax_.legend(
            self.areas_,
            self._labels(),
            title=None if self.song_probabilities is None else "The whole song",
            loc="center left",
            bbox_to_anchor=(1, 0.5),
            reverse=True,
        )
        return self

    def _draw_classes(self):
        """Draw each class upon the former: a step for each excerpt, nothing between them."""
        # An excerpt, or less where the next one overlaps.
        until_next = np.append(np.diff(self.seconds), self.excerpt_seconds)
        ends = self.seconds + np.minimum(until_next, self.excerpt_seconds)
        times = np.column_stack([self.seconds, ends, ends]).ravel()
        gap = [1, 1, np.nan]
        tops = self.probabilities.cumsum(axis=1)
        return [
            self.ax_.fill_between(
                times,
                np.outer(top - share, gap).ravel(),
                np.outer(top, gap).ravel(),
                facecolor=COLORS[number % len(COLORS)],
                hatch=HATCHES[number // len(COLORS) % len(HATCHES)],
                edgecolor="white",
                linewidth=0,
            )
            for number, (share, top) in enumerate(zip(self.probabilities.T, tops.T, strict=True))
        ]

    def _labels(self):
        if self.song_probabilities is None:
            return [plain(label) for label in self.classes]
        shares = zip(self.classes, self.song_probabilities, strict=True)
        return [f"{plain(label)}: {as_percent(share)}" for label, share in shares]
