"""FLAC files, one or several that were joined."""

import re

# The mark of a FLAC file, and the header of the block that always follows: its kind and length.
_BEGINNING = re.compile(rb"fLaC[\x00\x80]\x00\x00\x22")
_BYTES_PER_SEARCH = 2**20


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
    """
    starts, place = [start], start + 1
    while place < size:
        file.seek(place)
        block = file.read(_BYTES_PER_SEARCH)
        starts += [place + found.start() for found in _BEGINNING.finditer(block)]
        # A beginning may lie across two blocks.
        place += max(len(block) - 7, 1)
    starts = sorted(set(starts))
    return [range(*ends) for ends in zip(starts, [*starts[1:], size], strict=True)]
