"""Songs as they are given: a list of paths or of waveforms, and errors for all else."""

import os
from collections.abc import Mapping, Set
from numbers import Real

import numpy as np

from skgenre.audio._waveforms import check_waveform

PATH_TYPES = str, bytes, os.PathLike


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
        If `X` is sparse or no collection with an order.
    ValueError
        If `X` is a single path, a waveform with its rate, a table of text, or empty.
    """
    # The command, which checks no collection, does without it.
    from scipy.sparse import issparse

    if issparse(X):
        raise TypeError("Sparse input is not supported: songs are dense waveforms, or paths.")
    if isinstance(X, PATH_TYPES):
        raise ValueError(f"Songs must come as a list of paths, got the single path {X!r}.")
    if is_waveform_with_rate(X):
        raise ValueError(
            "Songs must come as a list of paths or waveforms, got a single waveform with its "
            f"sample rate, {X[1]}, as librosa.load returns them: pass [waveform]."
        )
    if not isinstance(X, (list, tuple)):
        X = _rows(X)
    if not len(X):
        raise ValueError("Found array with 0 sample(s): at least one song is needed.")
    return list(X)


def _rows(X):
    """Make an array of a collection: of waveforms in its rows, or of songs one by one."""
    rows = np.asarray(X) if hasattr(X, "__len__") or hasattr(X, "__array__") else np.empty(())
    if isinstance(X, (Mapping, Set)) or (not rows.ndim and not hasattr(X, "__array__")):
        raise TypeError(
            f"Songs must come as a list of paths or waveforms, got {type(X).__name__}: pass a "
            "list, in the order of the labels."
        )
    if rows.dtype.kind not in "OUST":
        # Anything but a matrix is refused in scikit-learn's words.
        from sklearn.utils.validation import check_array

        return check_array(rows, dtype=None, ensure_all_finite=False)
    if rows.ndim != 1 and any(isinstance(entry, PATH_TYPES) for entry in rows[:1].ravel()):
        raise ValueError(_take_a_column(X, rows))
    return rows


def _take_a_column(X, rows):
    if hasattr(X, "columns"):
        names = list(X.columns)
        place = [isinstance(entry, PATH_TYPES) for entry in rows[0]].index(True)
        return (
            f"Songs must come as one column, got a table with the columns {names}: pass the one "
            f"that has the paths, such as X[{names[place]!r}]."
        )
    return f"Songs must come as one column, got text of shape {rows.shape}: pass X[:, 0]."


def name_song(number, song):
    """Name a song in a message: by its path, or by its place among the songs."""
    return repr(os.fsdecode(song)) if isinstance(song, PATH_TYPES) else f"song {number}"


def check_song(song, number, sample_rate):
    """Check a song.

    Parameters
    ----------
    song : path or array-like
        The song.
    number : int
        Its place among the songs, which errors name.
    sample_rate : int
        Rate in Hz that a waveform has to have.

    Returns
    -------
    song : str or ndarray of shape (n_samples,), float32
        Path or waveform.

    Raises
    ------
    ValueError
        If it is neither.
    """
    name = f"song {number}"
    if isinstance(song, PATH_TYPES):
        return os.fsdecode(song)
    if _is_checked(song):
        return song
    # The command, which passes paths, does without scikit-learn.
    from skgenre._sklearn.private import is_pandas_na, is_scalar_nan

    if song is None or is_scalar_nan(song) or is_pandas_na(song):
        raise ValueError(f"{name} is missing: expected a path or a waveform, got {song!r}.")
    if is_waveform_with_rate(song):
        raise ValueError(
            f"{name} is a waveform with its sample rate, {song[1]}, as librosa.load returns them: "
            f"pass the waveform alone, at {sample_rate} Hz."
        )
    _check_shape(song, name)
    try:
        return check_waveform(song, name=name)
    except TypeError as error:
        raise ValueError(f"{name} must be a path or a waveform: {error}.") from error


def _is_checked(song):
    """Return whether it is what `read_audio` returns; scikit-learn's own check is slow."""
    is_waveform = type(song) is np.ndarray and song.dtype == np.float32 and song.ndim == 1
    return is_waveform and song.size and song.flags.c_contiguous and np.isfinite(song).all()


def is_waveform_with_rate(song):
    """Return whether a song is a pair (waveform, rate), as libraries that read sound return it."""
    is_pair = isinstance(song, tuple) and len(song) == 2
    return is_pair and hasattr(song[0], "__array__") and np.ndim(song[0]) and _is_number(song[1])


def _is_number(value):
    return isinstance(value, Real) or (hasattr(value, "__array__") and not np.ndim(value))


def _check_shape(song, name):
    try:
        array = np.asarray(song)
    except ValueError as error:
        raise ValueError(f"{name} must be a path or a waveform: {error}") from error
    if array.dtype.kind in "UST":
        raise ValueError(f"{name} must be one path or a waveform, got a list of text: {song!r:.80}")
    if array.ndim == 2 and array.size:
        raise ValueError(
            f"{name} must have 1 dimensions, got {type(song).__name__} of shape {array.shape}: "
            f"mix the channels first, as song.mean(axis={np.argmin(array.shape)}) does."
        )
    if array.ndim == 1 and not array.size:
        raise ValueError(f"{name} is empty: it has 0 samples.")
