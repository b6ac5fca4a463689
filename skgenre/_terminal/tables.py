"""Tables that fit the terminal."""

import sys
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from skgenre._terminal.text import printable

GAP = 2
# Shorter paths no longer identify a song.
SHORTEST_PATH = 16


class Column(NamedTuple):
    """A column of a table."""

    header: str
    kind: str = "text"  # or "number" (to the right, never shortened), "path" (shortened first)


def print_table(columns, rows, title=None):
    """Print a table on standard output.

    In a terminal it fits the width, for which paths are shortened at the left. A file or a pipe
    gets all characters and no colour.

    Parameters
    ----------
    columns : list of Column
        The columns. Where none has a header, none is shown.
    rows : iterable of sequence of str
        The cells, a row for each.
    title : str, default=None
        A line above the table.
    """
    console = Console(file=sys.stdout, highlight=False, emoji=False, markup=False)
    rows = [[_one_line(cell, console.file) for cell in row] for row in rows]
    headers = [_one_line(column.header, console.file) for column in columns]
    widths = [max(map(cell_len, cells)) for cells in zip(headers, *rows, strict=True)]
    if console.is_terminal:
        _fit(columns, rows, widths, console)
    else:
        console.width = sum(widths) + GAP * (len(widths) - 1)
    table = _make_table(columns, headers, rows)
    if title is not None:
        console.print(printable(title, console.file), style="bold")
    if console.is_terminal:
        console.print(table)
    else:
        _print_unpadded(table, console)


def _make_table(columns, headers, rows):
    padding, shown = (0, GAP, 0, 0), any(headers)
    table = Table(box=None, pad_edge=False, padding=padding, header_style="bold", show_header=shown)
    for column, header in zip(columns, headers, strict=True):
        number = column.kind == "number"
        table.add_column(header, justify="right" if number else "left", no_wrap=number)
    for row in rows:
        table.add_row(*row)
    return table


def _print_unpadded(table, console):
    """Print a table without the blanks that fill up its last column."""
    with console.capture() as captured:
        console.print(table)
    lines = captured.get().split("\n")
    console.file.write("\n".join(line.rstrip(" ") for line in lines))


def _one_line(text, file):
    return printable(text, file).replace("\n", "\\n")


def _fit(columns, rows, widths, console):
    """Shorten the paths by as much as the table is too wide."""
    spare = console.width - sum(widths) - GAP * (len(widths) - 1)
    for number, column in enumerate(columns):
        if column.kind == "path" and spare < 0:
            width = max(widths[number] + spare, SHORTEST_PATH)
            for row in rows:
                row[number] = shorten(row[number], width, console.encoding)


def shorten(text, width, encoding="utf-8"):
    """Cut off the left of a text that is wider than it may be.

    Parameters
    ----------
    text : str
        A path, say.
    width : int
        Cells that it may take.
    encoding : str, default="utf-8"
        What the terminal knows.

    Returns
    -------
    text : str
        The text, or its end after an ellipsis.

    Examples
    --------
    >>> shorten("music/rock/song.ogg", 14)
    '…rock/song.ogg'
    """
    if cell_len(text) <= width:
        return text
    mark = "…" if encoding.lower().startswith("utf") else "..."
    first = len(mark)
    while cell_len(text[first:]) > width - len(mark):
        first += 1
    return mark + text[first:]
