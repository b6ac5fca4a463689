"""Songs, as paths or as waveforms."""

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import numpy as np
from joblib import cpu_count, effective_n_jobs
from scipy.sparse import issparse
from sklearn.utils.validation import check_array, check_memory

from skgenre.audio import check_waveform, read_audio

# Songs that wait for each thread.
SONGS_AHEAD = 2


def check_songs(X):
    """Make a list of songs; what they are is checked when they are read.

    Parameters
    ----------
    X : list, array or series of paths or of waveforms; or data frame or matrix
        In the latter, each row is a waveform.

    Returns
    -------
    songs : list
        Paths and arrays.

    Raises
    ------
    TypeError
        If `X` is sparse or no collection.
    ValueError
        If `X` is a single path or empty.
    """
    if issparse(X):
        raise TypeError("Sparse input is not supported: songs are dense waveforms, or paths.")
    if isinstance(X, (str, os.PathLike)):
        raise ValueError(f"Songs must come as a list of paths, got the single path {X!r}.")
    if not (hasattr(X, "__len__") or hasattr(X, "__array__")):
        raise TypeError(f"Songs must come as a list of paths or waveforms, got {type(X).__name__}.")
    if not isinstance(X, (list, tuple)):
        X = np.asarray(X)
        if X.dtype.kind not in "OUST":
            # Each row is a song; what is no matrix is refused in scikit-learn's words.
            X = check_array(X, dtype=None, ensure_all_finite=False)
    if not len(X):
        raise ValueError("Found array with 0 sample(s): at least one song is needed.")
    return list(X)


def read_waveforms(songs, sample_rate, *, memory=None, n_jobs=None):
    """Read songs, a few ahead of the one that is wanted.

    Parameters
    ----------
    songs : list
        Paths and waveforms.
    sample_rate : int
        In Hz; waveforms have it already.
    memory : str, joblib.Memory or None, default=None
        Where decoded files are kept.
    n_jobs : int or None, default=None
        Songs that are read at once, by threads.

    Yields
    ------
    waveform : ndarray of shape (n_samples,), float32, or ValueError
        The songs in their order, or why one could not be read.
    """
    read_file = check_memory(memory).cache(_read_file)

    def read(number, song):
        try:
            if isinstance(song, (str, os.PathLike)):
                return read_file(os.fspath(song), sample_rate, _state(song))
            return check_waveform(song, name=f"song {number}")
        except ValueError as error:
            return error

    n_threads = _count_threads(n_jobs)
    yield from map(read, count(), songs) if n_threads == 1 else _read_ahead(read, songs, n_threads)


def _count_threads(n_jobs):
    # Where a cluster is in force, joblib counts the cores of all its machines, whatever is asked.
    most = cpu_count() if n_jobs is None or n_jobs < 0 else n_jobs
    return min(effective_n_jobs(n_jobs), most)


def _read_ahead(read, songs, n_threads):
    # Decoding and resampling release Python's lock: threads do, and cost nothing to start. Those
    # of joblib would not be waited for when reading stops early.
    pool, pending = ThreadPoolExecutor(n_threads), deque()
    try:
        for number, song in enumerate(songs):
            pending.append(pool.submit(read, number, song))
            if len(pending) > SONGS_AHEAD * n_threads:
                yield pending.popleft().result()
        for future in pending:
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _read_file(path, sample_rate, state):
    """Read a file; its state is there to tell a cache when the file has changed."""
    return read_audio(path, sample_rate=sample_rate)


def _state(path):
    try:
        found = Path(path).stat()
    except OSError:
        # Reading it will say why.
        return None
    return found.st_size, found.st_mtime_ns
