"""Tables as text."""

import sys


def as_columns(rows):
    """Write rows of strings below each other, each column as wide as its longest cell.

    Parameters
    ----------
    rows : list of sequence of str
        Rows of equal length.

    Returns
    -------
    text : str
        A line for each row.

    Examples
    --------
    >>> print(as_columns([("song", "label"), ("first.ogg", "rock")]))
    song       label
    first.ogg  rock
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def print_text(text):
    """Print text of which standard output may not know all characters.

    File names can hold any, and bytes that are none. They are shown as Python writes them in a
    string: the rest of a table is not lost for one name.

    Parameters
    ----------
    text : str
        What is printed, with all line ends that it is to have.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
