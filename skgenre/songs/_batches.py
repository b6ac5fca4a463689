"""Excerpts of many songs classified at once."""

from itertools import pairwise

import numpy as np

# Songs are gathered until a call has so many excerpts; more would bring no more speed.
EXCERPTS_PER_CALL = 480
BYTES_PER_CALL = 2**26


def predict_by_song(classifier, songs):
    """Estimate probabilities of songs' excerpts, many songs at a time.

    A call costs far more than the excerpts of a short song. What a network of this package says of
    an excerpt does not depend, to the last bit, on its neighbours in a call.

    Parameters
    ----------
    classifier : estimator
        Classifies excerpts.
    songs : iterable of CutSong
        They are taken as they come, and as many of them are held as one call takes.

    Yields
    ------
    song : CutSong
        The songs in their order.
    probabilities : ndarray of shape (n_excerpts, n_classes), or None
        None of a song without excerpts.
    """
    for block in gather(songs, lambda song: song.excerpts):
        yield from zip(block, _predict(classifier, [song.excerpts for song in block]), strict=True)


def gather(songs, rows=np.atleast_2d):
    """Put songs into lists of as many as one call takes; a list is full with the last of its songs.

    Parameters
    ----------
    songs : iterable
        Waveforms, or what has rows.
    rows : callable, default=numpy.atleast_2d
        Takes a song, returns its rows.

    Yields
    ------
    block : list
        Songs, in their order.
    """
    block, n_rows, n_bytes = [], 0, 0
    for song in songs:
        block.append(song)
        part = rows(song)
        n_rows, n_bytes = n_rows + len(part), n_bytes + part.nbytes
        if n_rows >= EXCERPTS_PER_CALL or n_bytes >= BYTES_PER_CALL:
            yield block
            block, n_rows, n_bytes = [], 0, 0
    if block:
        yield block


def _predict(classifier, parts):
    X = parts[0] if len(parts) == 1 else np.concatenate(parts)
    if not len(X):
        return [None] * len(parts)
    # Matrix products sum a single row in another order than a row among others.
    X = np.repeat(X, 2, axis=0) if len(X) == 1 else X
    probabilities = classifier.predict_proba(X)
    ends = np.cumsum([0, *map(len, parts)])
    return [probabilities[first:end] if end > first else None for first, end in pairwise(ends)]
