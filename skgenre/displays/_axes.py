"""Axes to draw on, and colours."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skgenre._extras import import_extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SingleAxes: TypeAlias = "Axes | NDArray[np.object_] | Sequence[Axes] | None"
SeveralAxes: TypeAlias = (
    "Axes | NDArray[np.object_] | Sequence[Axes] | Sequence[Sequence[Axes]] | None"
)

# Told apart with any colour vision: Okabe and Ito, https://jfly.uni-koeln.de/color/
COLORS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#000000")
# Blue through white to red.
FOR_AND_AGAINST = "RdBu_r"

# They distinguish classes where there are more of them than colours.
HATCHES = ("", "///", "...", "xxx")


def plain(label):
    """Write a label as it is: between two dollars matplotlib would read mathematics."""
    return str(label).replace("$", r"\$")


def take_axes(ax, n_rows, n_columns, size, **sharing):
    """Take the axes that were passed, or make a figure for them.

    Parameters
    ----------
    ax : None, matplotlib axes or array-like of them
        What the user passed.
    n_rows, n_columns : int
        Axes that are needed.
    size : tuple of float
        Width and height in inches of one of them in a new figure.
    **sharing : dict
        For `matplotlib.pyplot.subplots` where a figure is made.

    Returns
    -------
    axes : ndarray of shape (n_rows, n_columns)
        Axes.

    Raises
    ------
    ModuleNotFoundError
        If matplotlib is not installed.
    ValueError
        If another number of axes was passed.
    """
    if ax is None:
        pyplot = import_extra("matplotlib.pyplot", "plot")
        width, height = size
        _, axes = pyplot.subplots(
            n_rows,
            n_columns,
            figsize=(width * n_columns, height * n_rows),
            layout="constrained",
            squeeze=False,
            **sharing,
        )
        return axes
    axes = np.asarray(ax, dtype=object)
    if axes.size != n_rows * n_columns:
        raise ValueError(
            f"ax must be None or hold {n_rows * n_columns} axes ({n_rows} x {n_columns}), "
            f"got {axes.size}."
        )
    return axes.reshape(n_rows, n_columns)
