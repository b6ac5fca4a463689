"""Curves of one line, drawn with characters."""

import numpy as np

_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII = "_.-=+*%#"


def as_sparkline(shares, width, encoding="utf-8"):
    """Draw shares as characters of different heights.

    Parameters
    ----------
    shares : ndarray of shape (n_shares,)
        Numbers from 0 to 1.
    width : int
        Characters at most; neighbours are averaged where there are more shares.
    encoding : str, default="utf-8"
        What the terminal knows.

    Returns
    -------
    text : str
        A character for each share, or each mean.

    Examples
    --------
    >>> import numpy as np
    >>> as_sparkline(np.array([0.0, 0.3, 0.6, 1.0]), 10)
    '▁▃▅█'
    >>> as_sparkline(np.array([0.0, 0.3, 0.6, 1.0]), 2, "ascii")
    '.%'
    """
    heights = _BLOCKS if encoding.lower().startswith("utf") else _ASCII
    parts = np.array_split(shares, min(width, len(shares)))
    return "".join(heights[round(float(np.mean(part)) * (len(heights) - 1))] for part in parts)
