"""Rows of results, as text and as a page of the documentation."""

from math import floor, isfinite, log10
from typing import NamedTuple

from tests.benchmarks.rivals import AEON_DIFFERS, OURS
from tests.benchmarks.targets import TARGETS

HEADER = ("what", "rival", "ours (median)", "rival (median)", "ratio", "target")

PAGE = """\
Benchmarks
==========

``python -m tests.benchmarks --page docs/benchmarks.rst`` writes this page. Contenders take turns in
one run, and each time is the median of several. Memory and the mapped file are measured once, each
in a process of its own. The first epoch does not count. skorch and ONNX Runtime predict with their
own defaults, scikeras with those of Keras. PyTorch's threads sleep while they wait
(``OMP_WAIT_POLICY=PASSIVE``), which helps skorch where cores are shared.
{aeon}

.. list-table::
   :header-rows: 1

{rows}

The machine
-----------

.. list-table::

{facts}
"""


class Row(NamedTuple):
    """One result; a number that could not be had is a text that says why."""

    measure: str
    what: str
    rival: str
    ours: float | str
    theirs: float | str | None = None
    unit: str = "s"
    ours_over_rival: bool = False
    with_ratio: bool = True

    def ratio(self):
        """Name and value of the ratio, or None where there is nothing to divide."""
        numbers = isinstance(self.ours, float) and isinstance(self.theirs, float)
        if not (numbers and self.with_ratio):
            return None
        if self.ours_over_rival:
            return "ours / rival", self.ours / self.theirs
        return "rival / ours", self.theirs / self.ours

    def cells(self):
        """The row as it is shown."""
        ratio = self.ratio()
        return (
            self.what,
            self.rival,
            _quantity(self.ours, self.unit),
            _quantity(self.theirs, self.unit),
            f"{ratio[0]} = {ratio[1]:.3g}" if ratio else "",
            TARGETS.get((self.measure, self.rival), ""),
        )


def versus(measure, what, medians, ours=OURS):
    """Set ours against each of the others."""
    return [
        Row(measure, what, rival, medians[ours], theirs)
        for rival, theirs in medians.items()
        if rival != ours
    ]


def _quantity(value, unit):
    if value is None or isinstance(value, str):
        return value or ""
    if not isfinite(value):
        return "unknown"
    if unit == "s" and abs(value) < 1:
        value, unit = value * 1000, "ms"
    # Three significant digits, but all of those before the point.
    digits = max(0, 2 - floor(log10(abs(value)))) if value else 0
    return f"{value:,.{digits}f} {unit}"


def as_text(rows):
    """The results in columns."""
    return columns([HEADER, *(row.cells() for row in rows)])


def columns(lines):
    """Columns between bars; the first line is the header."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = "-|-".join("-" * width for width in widths)
    header, *body = (" | ".join(map(str.ljust, line, widths)).rstrip() for line in lines)
    return "\n".join([header, rule, *body])


def as_page(rows, facts):
    """A reStructuredText page with the results and the machine they were taken on."""
    lines = [HEADER, *(row.cells() for row in rows)]
    return PAGE.format(aeon=AEON_DIFFERS, rows=list_table(lines), facts=list_table(facts))


def list_table(lines):
    """The body of a ``list-table``."""
    return "\n".join("\n".join(_list_line(line)) for line in lines)


def _list_line(line):
    first, *others = line
    return [f"   * - {first}".rstrip(), *(f"     - {cell}".rstrip() for cell in others)]
