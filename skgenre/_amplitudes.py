"""Amplitudes of excerpts scaled, by numpy alone."""

from contextlib import contextmanager

import numpy as np


def scale_amplitudes(X, scaler):
    """Scale excerpts in place, as a fitted `WaveformScaler` does.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_timesteps)
        Excerpts, float32 or float64.
    scaler : dict
        The scaler's parameters, and what it has learned.

    Returns
    -------
    X : ndarray of shape (n_samples, n_timesteps)
        The same array.

    Raises
    ------
    ValueError
        If scaled samples leave the range of their dtype.
    """
    with kept_in_range(X.dtype):
        if scaler["per_excerpt"]:
            return _scale_each(X, scaler["scale"], scaler["center"])
        X -= X.dtype.type(scaler["mean_"])
        X /= X.dtype.type(scaler["scale_"])
    return X


def _scale_each(X, scale, center):
    mean = X.mean(axis=1, dtype=np.float64, keepdims=True)
    if center:
        X -= mean.astype(X.dtype)
    if scale is not None:
        size = _SIZE_OF_EACH[scale](X)
        X /= divisor(size, mean, X.dtype).astype(X.dtype)
    return X


_SIZE_OF_EACH = {
    "std": lambda X: X.std(axis=1, dtype=np.float64, keepdims=True),
    "rms": lambda X: np.sqrt(np.square(X, dtype=np.float64).mean(axis=1, keepdims=True)),
    "peak": lambda X: np.abs(X).max(axis=1, keepdims=True),
}


@contextmanager
def kept_in_range(dtype):
    """Refuse results that the dtype cannot hold."""
    try:
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            yield
    except FloatingPointError as error:
        raise ValueError(
            "X has amplitudes so far from those of fit that scaled ones leave the range of "
            f"{dtype}."
        ) from error


def divisor(size, mean, dtype):
    """Decide what to divide by: 1 where the size is but rounding around the mean."""
    rounding = 10 * np.finfo(dtype).eps * np.abs(mean)
    return np.where(size <= np.maximum(rounding, np.finfo(dtype).tiny), 1.0, size)
