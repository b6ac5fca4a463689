"""Which moments of an excerpt speak for a class."""

from typing import TYPE_CHECKING, Any, Literal, Self, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skgenre._types import Estimator, Float, Int
from skgenre.displays._axes import FOR_AND_AGAINST, SingleAxes, plain, take_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from matplotlib.colorbar import Colorbar
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

WINDOW_SECONDS = 0.05


class SaliencyDisplay:
    """Which moments of an excerpt speak for a class, and which against it.

    The wave of the excerpt over time, on a ground whose colour tells what each short window
    adds to the log-odds of the class.

    Parameters
    ----------
    excerpt : ndarray of shape (n_timesteps,)
        The excerpt.
    saliency : ndarray of shape (n_timesteps,)
        What each time step adds to the log-odds of the class.
    sample_rate : int
        In Hz.
    label : label
        The class.

    Attributes
    ----------
    ax_ : matplotlib axes
        The axes.
    figure_ : matplotlib figure
        The figure.
    wave_ : matplotlib line
        The excerpt.
    windows_ : matplotlib mesh
        What each window adds.
    colorbar_ : matplotlib colour bar
        What the colours say.

    See Also
    --------
    skgenre.inspection.saliency : The numbers.

    Examples
    --------
    >>> from skgenre import CNNGenreClassifier
    >>> from skgenre.datasets import make_genre_excerpts
    >>> from skgenre.displays import SaliencyDisplay
    >>> X, y = make_genre_excerpts(60, n_timesteps=120, random_state=0)
    >>> classifier = CNNGenreClassifier(epochs=2, random_state=0).fit(X, y)
    >>> display = SaliencyDisplay.from_estimator(classifier, X[0])
    >>> display.saliency.shape
    (120,)
    """

    ax_: "Axes"
    figure_: "Figure"
    wave_: "Line2D"
    windows_: "QuadMesh"
    colorbar_: "Colorbar"

    def __init__(
        self, *, excerpt: NDArray[Any], saliency: NDArray[Any], sample_rate: Int, label: Any
    ) -> None:
        self.excerpt = excerpt
        self.saliency = saliency
        self.sample_rate = sample_rate
        self.label = label

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator,
        excerpt: ArrayLike,
        *,
        target: Any = None,
        method: Literal["gradient_x_input", "integrated_gradients"] = "gradient_x_input",
        n_steps: Int = 32,
        sample_rate: Int | None = None,
        window_seconds: Float = WINDOW_SECONDS,
        ax: SingleAxes = None,
    ) -> Self:
        """Draw which moments of an excerpt a fitted classifier responds to.

        How much each moment adds to the log-odds of a class is measured first.

        Parameters
        ----------
        estimator : estimator
            A fitted classifier of this package, or a pipeline, search or song classifier around
            one.
        excerpt : array-like of shape (n_timesteps,)
            The excerpt.
        target : label, default=None
            The class; None means the one that is predicted.
        method : {"gradient_x_input", "integrated_gradients"}, default="gradient_x_input"
            As in :func:`skgenre.inspection.saliency`.
        n_steps : int, default=32
            Points on the way from silence to the excerpt, for "integrated_gradients".
        sample_rate : int or None, default=None
            Rate of the excerpt in Hz; None means the song classifier's, or 400.
        window_seconds : float, default=0.05
            Length of the windows in seconds.
        ax : matplotlib axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        SaliencyDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If there is no classifier of this package in it.
        ValueError
            As :func:`skgenre.inspection.saliency`, or if `excerpt` is more than one.

        See Also
        --------
        plot : Draws once more.

        Examples
        --------
        See :class:`SaliencyDisplay`.
        """
        # Importing them loads TensorFlow, which other displays do not need.
        from skgenre.inspection._fitted_parts import fitted_parts
        from skgenre.inspection._saliency import saliency

        parts = fitted_parts(estimator, sample_rate)
        # A row of a data frame keeps the names of its columns.
        X = excerpt.to_frame().T if hasattr(excerpt, "to_frame") else np.asarray(excerpt)[None]
        excerpt = np.asarray(excerpt)
        if excerpt.ndim != 1:
            raise ValueError(f"excerpt must be of shape (n_timesteps,), got {excerpt.shape}.")
        if target is None:
            [target] = parts.classifier.predict(parts.transform(X))
        [found] = saliency(estimator, X, target=target, method=method, n_steps=n_steps)
        display = cls(excerpt=excerpt, saliency=found, sample_rate=parts.sample_rate, label=target)
        return display.plot(window_seconds=window_seconds, ax=ax)

    def plot(self, ax: SingleAxes = None, *, window_seconds: Float = WINDOW_SECONDS) -> Self:
        """Draw the excerpt and what its moments say.

        Saliencies are added up over short windows, for the eye.

        Parameters
        ----------
        ax : matplotlib axes, default=None
            Where to draw; None makes a figure.
        window_seconds : float, default=0.05
            Length of the windows in seconds, whose time steps are added up.

        Returns
        -------
        SaliencyDisplay
            The object itself.

        Raises
        ------
        ValueError
            If `ax` is more than one, or a window is shorter than one sample.

        See Also
        --------
        from_estimator : Makes the display and draws it.

        Examples
        --------
        See :class:`SaliencyDisplay`.
        """
        length = round(window_seconds * self.sample_rate)
        if length < 1:
            raise ValueError(
                f"window_seconds={window_seconds} is less than one sample at {self.sample_rate} Hz."
            )
        [[self.ax_]] = take_axes(ax, 1, 1, (9, 3))
        # Or a part of a figure, which draws alike but cannot be saved by itself.
        self.figure_ = cast("Figure", self.ax_.figure)
        starts = np.arange(0, len(self.excerpt), length)
        sums = np.add.reduceat(self.saliency, starts)
        self._draw(np.append(starts, len(self.excerpt)) / self.sample_rate, sums)
        self.colorbar_ = self.figure_.colorbar(
            self.windows_,
            ax=self.ax_,
            label=f"Adds to the log-odds\nin {1000 * length / self.sample_rate:g} ms",
        )
        return self

    def _draw(self, edges, sums):
        loudest = np.abs(self.excerpt).max() * 1.05 or 1
        greatest = np.abs(sums).max() or 1
        self.windows_ = self.ax_.pcolormesh(
            edges,
            [-loudest, loudest],
            sums[np.newaxis],
            cmap=FOR_AND_AGAINST,
            vmin=-greatest,
            vmax=greatest,
        )
        seconds = np.arange(len(self.excerpt)) / self.sample_rate
        [self.wave_] = self.ax_.plot(seconds, self.excerpt, color="black", linewidth=0.6)
        self.ax_.set(
            xlabel="Time (s)",
            ylabel="Amplitude",
            xlim=edges[[0, -1]],
            title=f"What speaks for (red) or against (blue) “{plain(self.label)}”",
        )
