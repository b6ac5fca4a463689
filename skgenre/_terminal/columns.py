"""Tables as text."""


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
