"""Comma-separated values on standard output."""

import csv
import io

from skgenre._terminal.text import print_text


def print_csv(header, rows):
    """Print comma-separated values.

    Parameters
    ----------
    header : sequence of str
        Names of the columns.
    rows : iterable of sequence
        Cells.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    print_text(text.getvalue())
