"""Excerpts as waves."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_array, check_consistent_length, column_or_1d

from skgenre._sklearn.private import AT_LEAST_ONE
from skgenre._sklearn.typed import validate_params
from skgenre._types import Int, RandomState
from skgenre.audio._waveforms import SAMPLE_RATE
from skgenre.displays._axes import COLORS, SeveralAxes, plain, take_axes

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D


class ExcerptDisplay:
    """Some excerpts of each class as waves, a row for each class.

    All waves are drawn at one scale, so that loud and soft excerpts can be told apart.

    Parameters
    ----------
    excerpts : list of ndarray of shape (n_excerpts, n_timesteps)
        Excerpts of each row.
    labels : list
        What each row shows; None where there are no labels.
    sample_rate : int
        In Hz.

    Attributes
    ----------
    axes_ : ndarray of shape (n_rows, n_columns)
        Axes; a class with fewer excerpts than others leaves some of them empty.
    figure_ : matplotlib figure
        The figure.
    waves_ : list of matplotlib lines
        The excerpts, row by row.

    See Also
    --------
    SaliencyDisplay : What a classifier hears in an excerpt.

    Examples
    --------
    >>> from skgenre.datasets import make_genre_excerpts
    >>> from skgenre.displays import ExcerptDisplay
    >>> X, y = make_genre_excerpts(60, n_timesteps=120, random_state=0)
    >>> display = ExcerptDisplay.from_excerpts(X, y, n_per_class=4, random_state=0)
    >>> display.axes_.shape
    (2, 4)
    """

    axes_: NDArray[np.object_]
    figure_: "Figure"
    waves_: "list[Line2D]"

    def __init__(
        self, *, excerpts: Sequence[NDArray[Any]], labels: Sequence[Any], sample_rate: Int
    ) -> None:
        self.excerpts = excerpts
        self.labels = labels
        self.sample_rate = sample_rate

    @classmethod
    @validate_params(
        {
            "X": ["array-like"],
            "y": ["array-like", None],
            "n_per_class": [AT_LEAST_ONE],
            "sample_rate": [AT_LEAST_ONE],
            "random_state": ["random_state"],
        },
        prefer_skip_nested_validation=True,
    )
    def from_excerpts(
        cls,
        X: ArrayLike,
        y: ArrayLike | None = None,
        *,
        n_per_class: Int = 3,
        sample_rate: Int = SAMPLE_RATE,
        random_state: RandomState = None,
        ax: SeveralAxes = None,
    ) -> Self:
        """Draw some excerpts of each class.

        They are drawn at random, and stand in the order of the rows of `X`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_timesteps)
            Excerpts.
        y : array-like of shape (n_samples,), default=None
            Labels; None shows excerpts of all in one row.
        n_per_class : int, default=3
            Excerpts of each class, drawn at random; all where there are fewer.
        sample_rate : int, default=400
            In Hz.
        random_state : int, RandomState instance or None, default=None
            Decides which excerpts are drawn.
        ax : array-like of matplotlib axes, default=None
            Where to draw: a row for each class, as long as the most excerpts that one of them
            shows. None makes a figure.

        Returns
        -------
        ExcerptDisplay
            What was drawn.

        Raises
        ------
        ValueError
            If `X` and `y` do not fit together, or `ax` holds another number of axes.

        See Also
        --------
        plot : Draws once more.

        Examples
        --------
        See :class:`ExcerptDisplay`.
        """
        X = check_array(X)
        rng = check_random_state(random_state)
        if y is None:
            rows_by_label = {None: np.arange(len(X))}
        else:
            y = column_or_1d(y)
            check_consistent_length(X, y)
            rows_by_label = {label: np.flatnonzero(y == label) for label in np.unique(y)}
        excerpts = [
            X[np.sort(rng.permutation(rows)[:n_per_class])] for rows in rows_by_label.values()
        ]
        return cls(excerpts=excerpts, labels=list(rows_by_label), sample_rate=sample_rate).plot(ax)

    def plot(self, ax: SeveralAxes = None) -> Self:
        """Draw the excerpts, all at one scale.

        The axes of an earlier picture are left as they are.

        Parameters
        ----------
        ax : array-like of (n_rows, n_columns) matplotlib axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        ExcerptDisplay
            The object itself.

        Raises
        ------
        ValueError
            If `ax` holds another number of axes.

        See Also
        --------
        from_excerpts : Chooses excerpts and draws them.

        Examples
        --------
        See :class:`ExcerptDisplay`.
        """
        n_columns = max(map(len, self.excerpts))
        self.axes_ = take_axes(
            ax, len(self.excerpts), n_columns, (3, 1.6), sharex=True, sharey=True
        )
        self.figure_ = self.axes_[0, 0].figure
        self.waves_ = []
        for number, (row, excerpts) in enumerate(zip(self.axes_, self.excerpts, strict=True)):
            for axes, excerpt in zip(row, excerpts, strict=False):
                self._draw(axes, excerpt, COLORS[number % len(COLORS)])
            for axes in row[len(excerpts) :]:
                axes.set_axis_off()
            self._name(row[0], self.labels[number])
        for axes in self.axes_[-1]:
            axes.set_xlabel("Time (s)")
        return self

    def _draw(self, axes, excerpt, color):
        seconds = np.arange(len(excerpt)) / self.sample_rate
        self.waves_ += axes.plot(seconds, excerpt, color=color, linewidth=0.6)
        axes.set_xlim(0, len(excerpt) / self.sample_rate)

    @staticmethod
    def _name(axes, label):
        axes.set_ylabel("Amplitude")
        if label is not None:
            axes.set_title(plain(label), loc="left", fontweight="bold")
