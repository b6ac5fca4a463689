"""What the first layer listens to."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from skgenre._types import Estimator, Int
from skgenre.displays._axes import COLORS, SeveralAxes, take_axes

if TYPE_CHECKING:
    from matplotlib.collections import QuadMesh
    from matplotlib.colorbar import Colorbar
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

# Fainter than this in dB, next to a filter's peak, is drawn as silence.
QUIETEST = -30


class FilterResponseDisplay:
    """Filters of the first layer as waves and as frequency responses.

    Each row is a filter, those that respond to the lowest frequencies at the bottom.

    Parameters
    ----------
    kernels : ndarray of shape (n_filters, kernel_size)
        Filters over time.
    frequencies : ndarray of shape (n_frequencies,)
        In Hz.
    magnitudes : ndarray of shape (n_filters, n_frequencies)
        What a tone's amplitude is multiplied with.
    sample_rate : int
        In Hz.

    Attributes
    ----------
    axes_ : ndarray of shape (2,)
        Axes of the waves and of the responses.
    figure_ : matplotlib figure
        The figure.
    waves_ : list of matplotlib lines
        The filters over time, from the lowest row to the highest.
    responses_ : matplotlib mesh
        Responses in dB below each filter's peak.
    colorbar_ : matplotlib colour bar
        What the colours say.
    order_ : ndarray of shape (n_filters,)
        Which filter is in which row, from the lowest to the highest.

    See Also
    --------
    skgenre.inspection.filter_responses : The numbers.

    Examples
    --------
    >>> from skgenre import CNNGenreClassifier
    >>> from skgenre.datasets import make_genre_excerpts
    >>> from skgenre.displays import FilterResponseDisplay
    >>> X, y = make_genre_excerpts(60, n_timesteps=120, random_state=0)
    >>> classifier = CNNGenreClassifier(random_state=0).initialize(X, y)
    >>> display = FilterResponseDisplay.from_estimator(classifier)
    >>> len(display.waves_)
    32
    """

    axes_: NDArray[np.object_]
    figure_: "Figure"
    waves_: "list[Line2D]"
    responses_: "QuadMesh"
    colorbar_: "Colorbar"
    order_: NDArray[np.int64]

    def __init__(
        self,
        *,
        kernels: NDArray[Any],
        frequencies: NDArray[Any],
        magnitudes: NDArray[Any],
        sample_rate: Int,
    ) -> None:
        self.kernels = kernels
        self.frequencies = frequencies
        self.magnitudes = magnitudes
        self.sample_rate = sample_rate

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator,
        *,
        sample_rate: Int | None = None,
        ax: SeveralAxes = None,
    ) -> Self:
        """Draw the first layer of a fitted classifier.

        Nothing is predicted; the picture tells of the weights alone.

        Parameters
        ----------
        estimator : estimator
            A fitted `CNNGenreClassifier`, or a pipeline, search or song classifier around one.
        sample_rate : int or None, default=None
            Rate of the excerpts in Hz; None means the song classifier's, or 400.
        ax : array-like of two matplotlib axes, default=None
            Where to draw waves and responses; None makes a figure.

        Returns
        -------
        FilterResponseDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If there is no classifier of this package in it.
        ValueError
            If its network has no convolution of samples, or `ax` holds another number of axes.

        See Also
        --------
        plot : Draws once more.

        Examples
        --------
        See :class:`FilterResponseDisplay`.
        """
        # Importing it loads TensorFlow, which other displays do not need.
        from skgenre.inspection._filter_responses import filter_responses

        found = filter_responses(estimator, sample_rate=sample_rate)
        if found.kernels.ndim > 2:
            raise ValueError(
                "The filters hear bands, not samples, so they are no waves to draw: "
                "skgenre.inspection.filter_responses has their numbers."
            )
        return cls(
            kernels=found.kernels,
            frequencies=found.frequencies,
            magnitudes=found.magnitudes,
            sample_rate=found.sample_rate,
        ).plot(ax=ax)

    def plot(self, ax: SeveralAxes = None) -> Self:
        """Draw waves and responses.

        Waves stand on the left, over milliseconds, responses on the right, over Hz.

        Parameters
        ----------
        ax : array-like of two matplotlib axes, default=None
            Where to draw waves and responses; None makes a figure.

        Returns
        -------
        FilterResponseDisplay
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
        See :class:`FilterResponseDisplay`.
        """
        [self.axes_] = take_axes(ax, 1, 2, (4.5, 6), sharey=True)
        self.figure_ = self.axes_[0].figure
        # By centre of gravity: peaks of broad responses jump from one end to the other.
        energies = self.magnitudes**2
        self.order_ = np.argsort(energies @ self.frequencies / _not_zero(energies.sum(axis=1)))
        self._draw_waves(self.axes_[0])
        self._draw_responses(self.axes_[1])
        return self

    def _draw_waves(self, axes):
        milliseconds = np.arange(self.kernels.shape[1]) * 1000 / self.sample_rate
        self.waves_ = []
        for row, kernel in enumerate(self.kernels[self.order_]):
            wave = row + 0.5 * kernel / _not_zero(np.abs(kernel).max())
            self.waves_ += axes.plot(milliseconds, wave, color=COLORS[0], linewidth=1)
        axes.set(
            xlabel="Time (ms)",
            ylabel="Filter, from low to high frequencies",
            title="Filters as waves, each at its own scale",
            ylim=(-0.7, len(self.kernels) - 0.3),
        )

    def _draw_responses(self, axes):
        magnitudes = self.magnitudes[self.order_]
        shares = magnitudes / _not_zero(magnitudes.max(axis=1, keepdims=True))
        decibels = 20 * np.log10(np.maximum(shares, 10 ** (QUIETEST / 20)))
        # Edges rather than centres: those of a single row would leave its height open.
        rows = np.arange(len(magnitudes) + 1) - 0.5
        half = self.frequencies[1] / 2
        columns = np.append(self.frequencies - half, self.frequencies[-1] + half)
        self.responses_ = axes.pcolormesh(columns, rows, decibels, cmap="cividis", rasterized=True)
        self.colorbar_ = self.figure_.colorbar(
            self.responses_, ax=axes, label="Response (dB below the filter's peak)"
        )
        axes.set(
            xlabel="Frequency (Hz)",
            title="What they respond to",
            xlim=(0, self.frequencies[-1]),
        )


def _not_zero(scale):
    """Keep a scale fit to divide by: a filter may have gone silent."""
    return np.maximum(scale, np.finfo(np.float32).tiny)
