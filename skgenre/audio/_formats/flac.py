"""FLAC files, one or several that were joined."""

import re

# The mark of a FLAC file, and the header of the block that always follows: its kind and length.
_BEGINNING = re.compile(rb"fLaC[\x00\x80]\x00\x00\x22")
_N_MARK_BYTES = 8
_BYTES_PER_SEARCH = 2**20
_MAX_PARTS = 10_000


def flac_pieces(file, start, size):
    """Find where FLAC files begin and end that were joined.

    Parameters
    ----------
    file : file object
        Open for reading bytes.
    start, size : int
        Where the first one begins, and where the last one ends.

    Returns
    -------
    list of range
        The place of each.

    Raises
    ------
    ValueError
        If there are a great many.
    """
    starts = [start]
    for place in _beginnings(file, start + 1, size):
        starts.append(place)
        if len(starts) > _MAX_PARTS:
            raise ValueError(f"it has more than {_MAX_PARTS} FLAC files, one after the other.")
    return [range(*ends) for ends in zip(starts, [*starts[1:], size], strict=True)]


def _beginnings(file, place, size):
    while place < size:
        file.seek(place)
        block = file.read(_BYTES_PER_SEARCH)
        for found in _BEGINNING.finditer(block):
            yield place + found.start()
        # A beginning may lie across two blocks, but none is found in both.
        place += max(len(block) - _N_MARK_BYTES + 1, 1)
