"""Excerpts in arrays that are read block by block: of dask, Zarr or HDF5.

A chunk is what the array stores together, a block what is read at once: a large chunk, or several
small ones.
"""

from collections import OrderedDict
from itertools import pairwise

import numpy as np
from sklearn.utils.validation import validate_data

from skgenre._extras import import_extra

# Rows that are read together: enough to make a reading worth while, few enough to be shuffled well.
READ_MIB = 1
# Blocks that are shuffled together, and kept until all of their rows have been used.
KEPT_MIB = 256
# Bounds the memory of one chunk, however the array was made.
LARGEST_MIB = 1024


def is_chunked(X):
    """Return whether an array is stored in chunks."""
    return hasattr(X, "chunks") and hasattr(X, "shape") and not isinstance(X, np.ndarray)


def check_chunked(estimator, X, *, reset, dtype=np.float32):
    """Check an array's shape and type for an estimator; its values are read later.

    Parameters
    ----------
    estimator : estimator
        Remembers the number of time steps where ``reset=True``, and is held to it otherwise.
    X : dask, Zarr or HDF5 array
        Excerpts.
    reset : bool
        Whether this is the estimator's first sight of data.
    dtype : dtype, default=np.float32
        What the values are brought to.

    Returns
    -------
    X : ChunkedExcerpts
        The same excerpts.

    Raises
    ------
    ValueError
        If it has no rows, is not two-dimensional, holds no numbers or has too large chunks.
    """
    if len(X.shape) != 2:
        raise ValueError(f"Expected 2D array, got {len(X.shape)}D array of shape {X.shape}.")
    if np.isnan(X.shape).any():
        raise ValueError(
            f"X has chunks of unknown size, {X.shape}: call its compute_chunk_sizes()."
        )
    if not min(X.shape):
        raise ValueError(f"Found array of shape {X.shape}: at least one sample and one time step.")
    if X.dtype.kind not in "fiub":
        raise ValueError(f"Unable to convert array of bytes/strings or objects: {X.dtype}.")
    validate_data(estimator, X, reset=reset, skip_check_array=True)
    return ChunkedExcerpts(X, dtype)


class ChunkedExcerpts:
    """Rows of a chunked array, as numpy would give them, float32; the blocks last used are kept.

    Parameters
    ----------
    X : dask, Zarr or HDF5 array of shape (n_rows, n_timesteps)
        Excerpts, to be sliced by rows.
    dtype : dtype, default=np.float32
        What the rows are brought to.
    """

    def __init__(self, X, dtype=np.float32):
        self._X = X
        self.shape = X.shape
        self.dtype = np.dtype(dtype)
        self._ends = _ends_of_blocks(X, self.dtype)
        self._sizes = np.diff(self._ends, prepend=0)
        self._rows_together = max(1, _rows_in(KEPT_MIB, X.shape[1], self.dtype))
        self._kept = OrderedDict()

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, rows):
        rows = np.arange(*rows.indices(len(self))) if isinstance(rows, slice) else rows
        blocks = np.searchsorted(self._ends, rows, side="right")
        found = np.empty((len(rows), self.shape[1]), self.dtype)
        # Blocks in memory come first: reading others may displace them.
        for block in sorted(np.unique(blocks).tolist(), key=self._is_missing):
            own = blocks == block
            found[own] = self._block(block)[rows[own] - self._start(block)]
        return found

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self[:], dtype)

    def shuffled(self, rows, rng):
        """Shuffle rows so that few blocks are in use at a time.

        Blocks come in a random order, as many together as are kept; the rows of these are
        shuffled. Where all of them are kept, it is a full shuffle.

        Parameters
        ----------
        rows : ndarray of shape (n_samples,)
            Numbers of rows.
        rng : numpy.random.Generator
            Decides the order.

        Returns
        -------
        positions : ndarray of shape (n_samples,), int
            Places in `rows`, in the order to visit.
        """
        visit = rng.permutation(len(self._sizes))
        together = np.empty(len(visit), np.int64)
        rows_before = np.cumsum(self._sizes[visit]) - self._sizes[visit]
        together[visit] = rows_before // self._rows_together
        positions = rng.permutation(len(rows))
        blocks = np.searchsorted(self._ends, rows[positions], side="right")
        return positions[np.argsort(together[blocks], kind="stable")]

    def blocks(self):
        """Yield all rows, block by block."""
        for start, end in pairwise([0, *self._ends.tolist()]):
            yield self._read(start, end)

    def map_chunks(self, function, n_columns, dtype, *arguments):
        """Prepare a function of each chunk, to be computed on demand.

        Parameters
        ----------
        function : callable
            Takes excerpts and `arguments`, and gives a row for each of the excerpts.
        n_columns : int
            Columns that it gives.
        dtype : dtype
            Type of its result.
        *arguments : object
            Objects of dask, where all tasks are to share them.

        Returns
        -------
        results : dask.array.Array of shape (n_rows, n_columns)
            Not computed yet.
        """
        dask_array = import_extra("dask.array", "dask")
        X = self._X
        if not isinstance(X, dask_array.Array):
            X = dask_array.from_array(X, chunks=(tuple(self._sizes.tolist()), -1))
        X = X.rechunk({1: -1})
        nothing = np.empty((0, n_columns), dtype)
        return X.map_blocks(
            _unless_empty,
            function,
            *arguments,
            chunks=(X.chunks[0], (n_columns,)),
            meta=nothing,
            nothing=nothing,
        )

    def _is_missing(self, block):
        return block not in self._kept

    def _start(self, block):
        return self._ends[block] - self._sizes[block]

    def _block(self, block):
        if block not in self._kept:
            # The blocks that are shuffled together end with one that may be of any size.
            while self._kept and sum(map(len, self._kept.values())) > self._rows_together:
                self._kept.popitem(last=False)
            self._kept[block] = self._read(self._start(block), self._ends[block])
        self._kept.move_to_end(block)
        return self._kept[block]

    def _read(self, start, end):
        with np.errstate(over="ignore"):
            return np.asarray(self._X[start:end], dtype=self.dtype)


def _unless_empty(X, function, *arguments, nothing):
    return function(X, *arguments) if len(X) else nothing


def _ends_of_blocks(X, dtype=np.float32):
    """Find the rows behind each block: whole chunks, small ones together."""
    least = max(1, _rows_in(READ_MIB, X.shape[1], dtype))
    chunks = X.chunks[0] if X.chunks else least
    sizes = np.full(-(-X.shape[0] // chunks), chunks) if np.isscalar(chunks) else chunks
    ends = np.minimum(np.cumsum(sizes), X.shape[0])
    ends = np.unique(ends[np.append(np.diff(ends // least) > 0, True)])
    largest = np.diff(ends, prepend=0).max()
    if largest > max(least, _rows_in(LARGEST_MIB, X.shape[1], dtype)):
        raise ValueError(
            f"X has a chunk of {largest} rows, more than {LARGEST_MIB} MiB: rechunk it."
        )
    return ends


def _rows_in(mib, n_timesteps, dtype):
    return int(mib * 2**20) // (n_timesteps * np.dtype(dtype).itemsize)
