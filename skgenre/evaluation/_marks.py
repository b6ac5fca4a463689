"""Marks of the report: what is drawn, as coordinates for the templates."""

from typing import NamedTuple

import numpy as np

# Size of a course, in units that are shown at half their size.
COURSE_WIDTH, COURSE_HEIGHT = 480, 48
MAX_STEPS, MIN_STEPS = 120, 16
# Bounds the size of a report: steps of the courses of all songs together.
MAX_TOTAL_STEPS = 1_000_000
# Colours and hatches of genres; their numbers have no common divisor, so that no two genres of
# forty have both in common.
N_COLORS, N_HATCHES = 8, 5


class Area(NamedTuple):
    """An area of a picture, in the pattern of a genre."""

    genre: int
    path: str


def count_steps(n_songs: int, n_classes: int) -> int:
    """Return how many steps the course of each of some songs may have."""
    share = MAX_TOTAL_STEPS // (max(n_songs, 1) * max(n_classes, 1))
    return min(MAX_STEPS, max(MIN_STEPS, share))


def draw_course(probabilities, most_steps: int = MAX_STEPS) -> list[Area]:
    """Draw the shares of classes along a song on top of each other.

    Parameters
    ----------
    probabilities : ndarray of shape (n_excerpts, n_classes)
        Probabilities of a song's excerpts.
    most_steps : int, default=120
        Excerpts are averaged where there are more.

    Returns
    -------
    areas : list of Area
        To be painted one over the other, in their order; what would be hidden is left out.
    """
    steps = average_steps(np.asarray(probabilities), most_steps)
    tops = np.rint(COURSE_HEIGHT * np.minimum(steps.cumsum(axis=1), 1)).astype(int)
    tops[:, -1] = COURSE_HEIGHT
    ends = np.rint(COURSE_WIDTH * np.arange(1, len(steps) + 1) / len(steps)).astype(int)
    below = np.column_stack([np.zeros(len(tops), int), tops[:, :-1]])
    return [
        Area(genre, _staircase(ends.tolist(), tops[:, genre].tolist()))
        for genre in reversed(range(tops.shape[1]))
        if (tops[:, genre] > below[:, genre]).any()
    ]


def average_steps(rows, most_steps):
    """Average neighbouring rows, so that there are no more than some."""
    if len(rows) <= most_steps:
        return rows
    starts = np.arange(most_steps) * len(rows) // most_steps
    counts = np.diff(np.append(starts, len(rows)))
    return np.add.reduceat(rows, starts, axis=0) / counts[:, np.newaxis]


def _staircase(ends, heights):
    """Write the outline of an area under steps; those of the same height are joined."""
    parts, former, x = [f"M0 {COURSE_HEIGHT}"], None, 0
    for end, height in zip(ends, heights, strict=True):
        if height != former:
            parts.append(f"H{x}V{COURSE_HEIGHT - height}" if x else f"V{COURSE_HEIGHT - height}")
        former, x = height, end
    return "".join([*parts, f"H{x}V{COURSE_HEIGHT}Z"])


class Line(NamedTuple):
    """A line of a chart, and where it ends."""

    points: str
    label: str
    is_validation: bool
    end: tuple | None


class Tick(NamedTuple):
    """A mark at an axis."""

    place: float
    text: str


class Chart(NamedTuple):
    """Lines over epochs, with the frame that they are drawn in."""

    title: str
    lines: list
    x_ticks: list
    y_ticks: list
    frame: tuple  # left, top, right, bottom
    size: tuple  # width, height


# Values that are greater, infinite or missing are not drawn.
LARGEST_VALUE = 1e30
FRAME, SIZE = (44, 12, 412, 176), (420, 212)


def draw_curves(title: str, curves: list[tuple[str, bool, list[float]]]) -> Chart | None:
    """Draw curves over epochs.

    Parameters
    ----------
    title : str
        What they show.
    curves : list of tuple
        For each, what it is called, whether it is of validation data, and a value for each epoch.

    Returns
    -------
    chart : Chart or None
        None where there is no finite value.
    """
    known = [value for _, _, values in curves for value in values if abs(value) <= LARGEST_VALUE]
    if not known:
        return None
    n_epochs = max(len(values) for _, _, values in curves)
    y_ticks = pick_ticks(min(known), max(known))
    low, high = y_ticks[0], y_ticks[-1]
    left, top, right, bottom = FRAME

    def x(epoch):
        return round(left + (right - left) * (epoch - 1) / max(n_epochs - 1, 1), 1)

    def y(value):
        return round(bottom - (bottom - top) * (value - low) / (high - low), 1)

    lines = [_draw_line(*curve, x, y) for curve in curves]
    return Chart(
        title=title,
        lines=[line for line in lines if line.points],
        x_ticks=[Tick(x(epoch), str(epoch)) for epoch in _epochs_to_mark(n_epochs)],
        y_ticks=[Tick(y(value), f"{value:.6g}") for value in y_ticks],
        frame=FRAME,
        size=SIZE,
    )


def _draw_line(label, is_validation, values, x, y):
    step = -(-len(values) // MAX_STEPS)
    epochs = sorted({*range(1, len(values) + 1, step), len(values)})
    known = [epoch for epoch in epochs if abs(values[epoch - 1]) <= LARGEST_VALUE]
    points = [(x(epoch), y(values[epoch - 1])) for epoch in known]
    text = " ".join(f"{across},{up}" for across, up in points)
    return Line(text, label, is_validation, points[-1] if points else None)


def _epochs_to_mark(n_epochs):
    return sorted({1, (n_epochs + 1) // 2, n_epochs})


def pick_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Pick round numbers around a range.

    Parameters
    ----------
    low, high : float
        Ends of the range.
    most : int, default=5
        About how many there may be.

    Returns
    -------
    ticks : list of float
        Ascending, two at least, the outer ones around the range.

    Examples
    --------
    >>> pick_ticks(0.11, 0.29)
    [0.1, 0.15, 0.2, 0.25, 0.3]
    """
    # Values that differ by rounding alone are drawn as one.
    span = max(high - low, 1e-6 * max(abs(low), abs(high))) or 1.0
    raw = span / most
    magnitude = 10.0 ** np.floor(np.log10(raw))
    step = next(factor * magnitude for factor in (1, 2, 5, 10) if factor * magnitude >= raw)
    first, last = np.floor(low / step + 1e-9), np.ceil(high / step - 1e-9)
    last = max(last, first + 1)
    return [float(f"{step * number:.12g}") for number in np.arange(first, last + 1)]
