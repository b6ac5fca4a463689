"""The course of a training."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from skgenre._types import Estimator, Int
from skgenre.displays._axes import COLORS, SeveralAxes, take_axes

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

_LABELS = {"loss": "Loss (weighted mean)", "accuracy": "Accuracy (share of excerpts)"}


class TrainingCurveDisplay:
    """Loss and accuracy of each epoch, on training and on validation data.

    The epoch of the lowest validation loss is marked; after a single fit with
    ``early_stopping=True`` its weights are those that were kept.

    Parameters
    ----------
    history : dict of list of float
        "loss" and "accuracy" of each epoch, and "val_loss" and "val_accuracy" where there was
        validation data, as in ``history_``.
    best_epoch : int or None, default=None
        Epoch to mark, counted from 1.

    Attributes
    ----------
    axes_ : ndarray of shape (2,)
        Axes of loss and of accuracy.
    figure_ : matplotlib figure
        The figure.
    training_lines_, validation_lines_ : list of matplotlib lines
        One for loss and one for accuracy; no `validation_lines_` without validation data.
    best_epoch_lines_ : list of matplotlib lines
        Where the best epoch is, in both; none where no epoch is marked.

    See Also
    --------
    FilterResponseDisplay : What the first layer has learned.

    Examples
    --------
    >>> from skgenre import CNNGenreClassifier
    >>> from skgenre.datasets import make_genre_excerpts
    >>> from skgenre.displays import TrainingCurveDisplay
    >>> X, y = make_genre_excerpts(60, n_timesteps=120, random_state=0)
    >>> classifier = CNNGenreClassifier(epochs=3, validation_fraction=0.3, random_state=0)
    >>> display = TrainingCurveDisplay.from_estimator(classifier.fit(X, y))
    >>> len(display.validation_lines_)
    2
    """

    axes_: NDArray[np.object_]
    figure_: "Figure"
    training_lines_: "list[Line2D]"
    validation_lines_: "list[Line2D]"
    best_epoch_lines_: "list[Line2D]"

    def __init__(
        self, *, history: Mapping[str, Sequence[float]], best_epoch: Int | None = None
    ) -> None:
        self.history = history
        self.best_epoch = best_epoch

    @classmethod
    def from_estimator(cls, estimator: Estimator, *, ax: SeveralAxes = None) -> Self:
        """Draw the training of a fitted classifier.

        The figures are those of its `history_`.

        Parameters
        ----------
        estimator : estimator
            A fitted classifier of this package, or a pipeline, search or song classifier around
            one.
        ax : array-like of two matplotlib axes, default=None
            Where to draw loss and accuracy; None makes a figure.

        Returns
        -------
        TrainingCurveDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If there is no classifier of this package in it.
        ValueError
            If it was not trained yet, or `ax` holds another number of axes.

        See Also
        --------
        plot : Draws once more.

        Examples
        --------
        See :class:`TrainingCurveDisplay`.
        """
        # Importing it loads TensorFlow, which other displays do not need.
        from skgenre.inspection._fitted_parts import fitted_parts

        history = fitted_parts(estimator).classifier.history_
        if not history["loss"]:
            raise ValueError("The classifier was initialized, but not trained: no epoch to show.")
        losses = np.array(history.get("val_loss", []))
        best_epoch = int(np.nanargmin(losses)) + 1 if len(losses) else None
        return cls(history=history, best_epoch=best_epoch).plot(ax=ax)

    def plot(self, ax: SeveralAxes = None) -> Self:
        """Draw the curves.

        Validation is drawn where the history has it.

        Parameters
        ----------
        ax : array-like of two matplotlib axes, default=None
            Where to draw loss and accuracy; None makes a figure.

        Returns
        -------
        TrainingCurveDisplay
            The object itself.

        Raises
        ------
        ValueError
            If `ax` holds another number of axes.

        See Also
        --------
        from_estimator : Makes the display and draws it.

        Examples
        --------
        See :class:`TrainingCurveDisplay`.
        """
        [self.axes_] = take_axes(ax, 1, 2, (4.5, 3.5))
        self.figure_ = self.axes_[0].figure
        self.training_lines_, self.validation_lines_, self.best_epoch_lines_ = [], [], []
        for axes, name in zip(self.axes_, _LABELS, strict=True):
            self._draw(axes, name)
        return self

    def _draw(self, axes, name):
        values = self.history[name]
        epochs = np.arange(1, len(values) + 1)
        style = {"marker": "o", "markersize": 4}
        self.training_lines_ += axes.plot(
            epochs, values, color=COLORS[0], label="training", **style
        )
        if f"val_{name}" in self.history:
            self.validation_lines_ += axes.plot(
                epochs,
                self.history[f"val_{name}"],
                color=COLORS[5],
                linestyle="--",
                label="validation",
                **style,
            )
        if self.best_epoch is not None:
            label = f"lowest validation loss: epoch {self.best_epoch}"
            line = axes.axvline(self.best_epoch, color="grey", linestyle=":", label=label)
            self.best_epoch_lines_.append(line)
        axes.set(xlabel="Epoch", ylabel=_LABELS[name])
        axes.locator_params(axis="x", integer=True)
        axes.legend(fontsize="small")
