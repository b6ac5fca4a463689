"""Arrays of excerpts predicted chunk by chunk, on a cluster or here."""

import os
import re
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skgenre._arrays.chunked import check_chunked, is_chunked
from skgenre._extras import import_extra
from skgenre._files.npy_headers import read_npy_header
from skgenre._files.untrusted import one_error
from skgenre._sklearn.callbacks import without_callbacks
from skgenre._sklearn.private import HasMethods
from skgenre._sklearn.typed import validate_params
from skgenre._types import Chunked, Estimator, HasPredictProba, PathLike

if TYPE_CHECKING:
    from dask.array import Array

# What one task reads of a file of excerpts.
CHUNK_MIB = 32
_NUMBERS = re.compile("'[<>|][fiub][1248]'")


@validate_params({"path": [str, os.PathLike]}, prefer_skip_nested_validation=True)
def open_excerpts(path: PathLike) -> "Array":
    """Open a numpy file of excerpts as a dask array, of which each task reads its own rows.

    Nothing of the file is read or sent before it is asked for: a task opens the file where it runs.
    All workers have to find it under the same path.

    Parameters
    ----------
    path : str or path-like
        A file of ``numpy.save``, with an array of shape (n_samples, n_timesteps).

    Returns
    -------
    dask.array.Array of shape (n_samples, n_timesteps)
        Excerpts, in chunks of up to 32 MiB.

    Raises
    ------
    ValueError
        If there is no such file, or if it holds no matrix of numbers.
    ModuleNotFoundError
        If dask is not installed (``pip install 'skgenre[dask]'``).

    See Also
    --------
    predict_proba : Predicts them.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> import skgenre
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "excerpts.npy"
    ...     np.save(path, np.zeros((20, 1200), np.float32))
    ...     X = skgenre.dask.open_excerpts(path)
    ...     print(X.shape, float(X.sum().compute()))
    (20, 1200) 0.0
    """
    dask_array = import_extra("dask.array", "dask")
    path = os.path.abspath(path)
    mapped = _map(path)
    rows = max(1, CHUNK_MIB * 2**20 // mapped[:1].nbytes)
    starts = dask_array.arange(0, len(mapped), chunks=rows)
    return starts.map_blocks(
        _read_rows,
        path,
        chunks=(starts.chunks[0], (mapped.shape[1],)),
        new_axis=1,
        meta=np.empty((0, 0), mapped.dtype),
    )


@validate_params(
    {"estimator": [HasMethods(["predict_proba"])], "X": "no_validation"},
    prefer_skip_nested_validation=True,
)
def predict_proba(estimator: Estimator | HasPredictProba, X: Chunked) -> "Array":
    """Prepare the probabilities of a chunked array's excerpts, to be computed chunk by chunk.

    Each chunk is one task. On a cluster the estimator goes to each worker once, whatever the number
    of chunks, and the excerpts are read where they are predicted.

    Parameters
    ----------
    estimator : estimator
        A fitted :class:`~skgenre.CNNGenreClassifier`, a pipeline around one, or any other fitted
        classifier with `predict_proba`. It is used as it is now.
    X : dask, Zarr or HDF5 array of shape (n_samples, n_timesteps)
        Excerpts.

    Returns
    -------
    dask.array.Array of shape (n_samples, n_classes)
        One column per class, in the order of ``classes_``; not computed yet.

    Raises
    ------
    TypeError
        If `X` is no chunked array.
    ValueError
        If the excerpts' length differs from fit. Values are checked when they are predicted.
    NotFittedError
        If the estimator is not fitted.
    ModuleNotFoundError
        If dask is not installed (``pip install 'skgenre[dask]'``).

    See Also
    --------
    predict : Labels instead of probabilities.
    open_excerpts : Opens a numpy file as a dask array.

    Examples
    --------
    >>> import dask.array
    >>> import skgenre
    >>> from skgenre.datasets import make_genre_excerpts
    >>> X, y = make_genre_excerpts(40, n_timesteps=60, random_state=0)
    >>> classifier = skgenre.CNNGenreClassifier(epochs=1, random_state=0).fit(X, y)
    >>> lazy = skgenre.dask.predict_proba(classifier, dask.array.from_array(X, chunks=(10, -1)))
    >>> bool((lazy.compute() == classifier.predict_proba(X)).all())
    True
    """
    dask = import_extra("dask", "dask")
    # Some predictors cannot be fitted.
    if hasattr(estimator, "fit"):
        check_is_fitted(estimator)
    if not is_chunked(X):
        raise TypeError(
            f"X must be a dask, Zarr or HDF5 array, got {type(X).__name__}: open_excerpts opens a "
            "file, dask.array.from_array wraps an array."
        )
    X = check_chunked(estimator, X, reset=False)
    # The result of a task of its own, which a worker fetches once.
    shared = dask.delayed(_itself)(without_callbacks(estimator))
    return X.map_chunks(_predict_part, len(_classes(estimator)), np.float32, shared)


def predict(estimator: Estimator | HasPredictProba, X: Chunked) -> "Array":
    """Prepare the likeliest classes of a chunked array's excerpts, chunk by chunk.

    If several share the greatest probability, it is the first of them.

    Parameters
    ----------
    estimator : estimator
        As in `predict_proba`.
    X : dask, Zarr or HDF5 array of shape (n_samples, n_timesteps)
        Excerpts.

    Returns
    -------
    dask.array.Array of shape (n_samples,)
        Labels; not computed yet.

    Raises
    ------
    TypeError
        If `X` is no chunked array.
    ValueError
        If the excerpts' length differs from fit.
    NotFittedError
        If the estimator is not fitted.

    See Also
    --------
    predict_proba : Probabilities instead of labels.

    Examples
    --------
    >>> import dask.array
    >>> import skgenre
    >>> from skgenre.datasets import make_genre_excerpts
    >>> X, y = make_genre_excerpts(40, n_timesteps=60, random_state=0)
    >>> classifier = skgenre.CNNGenreClassifier(epochs=1, random_state=0).fit(X, y)
    >>> lazy = skgenre.dask.predict(classifier, dask.array.from_array(X, chunks=(10, -1)))
    >>> bool((lazy.compute() == classifier.predict(X)).all())
    True
    """
    # dask's own annotations lack what its decorators add.
    probabilities: Any = predict_proba(estimator, X)
    classes = _classes(estimator)

    def likeliest(block):
        return classes[block.argmax(axis=1)]

    return probabilities.map_blocks(likeliest, drop_axis=1, meta=classes[:0])


def _classes(estimator):
    return estimator.classes_


def _itself(estimator):
    return estimator


def _predict_part(X, estimator):
    return estimator.predict_proba(X)


def _map(path):
    with one_error("read excerpts from", path, (OSError, ValueError)), open(path, "rb") as file:
        header = read_npy_header(file, "it", _NUMBERS, "numbers")
        if len(header.shape) != 2 or not header.values_bytes():
            raise ValueError(f"it must hold excerpts in rows, got the shape {header.shape}.")
        order = "F" if header.is_fortran else "C"
        return np.memmap(file, header.dtype, "r", header.n_bytes, header.shape, order)


def _read_rows(numbers, path):
    # A copy: a worker that is sent the rows, or keeps them, should not need the file.
    return np.array(_map(path)[numbers[0] : numbers[-1] + 1])
