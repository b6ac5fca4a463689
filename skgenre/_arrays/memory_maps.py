"""Arrays in files, and the memory that reading them takes."""

import mmap
from io import BytesIO
from math import prod
from tempfile import TemporaryFile

import numpy as np
from sklearn.utils import gen_batches

from skgenre._arrays.dtype import DTYPE

# Arrays up to this size are kept in memory.
MEMORY_MIB = 1024
# Reading a row of a memory map may bring up to two megabytes into memory.
ROWS_PER_READ = 256


def large_array(shape):
    """Make an array to be filled: in memory, or in a temporary file if it is too large for that.

    Parameters
    ----------
    shape : tuple of int
        Its shape.

    Returns
    -------
    array : ndarray of float32
        The file goes with the array.
    """
    n_bytes = prod(shape) * np.dtype(DTYPE).itemsize
    if n_bytes <= _most_bytes():
        return np.empty(shape, DTYPE)
    with TemporaryFile(prefix="skgenre-") as file:
        file.truncate(n_bytes)
        return _map(file, shape)


def copy_rows(array, rows):
    """Copy some rows of an array, block by block.

    Parameters
    ----------
    array : ndarray of shape (n_rows, ...)
        In memory or mapped.
    rows : ndarray of shape (n_copied,), int
        Their numbers.

    Returns
    -------
    copied : ndarray of shape (n_copied, ...), float32
        As `large_array` makes it.
    """
    copied = large_array((len(rows), *array.shape[1:]))
    for block in gen_batches(len(rows), ROWS_PER_READ):
        copied[block] = array[rows[block]]
        release_pages(array)
        release_pages(copied)
    return copied


class GrowingArray:
    """An array of float32 whose size shows only while it is filled.

    It is in memory; once it is too large for that, all of it is in a temporary file. Leaving its
    context closes the file, which goes with the last array made of it.
    """

    def __init__(self):
        self._file, self._is_in_memory = BytesIO(), True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not self._is_in_memory:
            self._file.close()

    def extend(self, values):
        """Append the values of an array, row by row."""
        values = np.ascontiguousarray(values, DTYPE).ravel()
        if self._is_in_memory and self._file.tell() + values.nbytes > _most_bytes():
            self._move_to_file()
        self._file.write(values.data)

    def _move_to_file(self):
        file = TemporaryFile(prefix="skgenre-")  # noqa: SIM115  (`__exit__` closes it)
        in_memory, self._file, self._is_in_memory = self._file, file, False
        file.write(in_memory.getbuffer())

    def array(self):
        """Return all values, of shape (n_values,); nothing is appended afterwards."""
        if self._is_in_memory:
            return np.frombuffer(self._file.getbuffer(), DTYPE)
        self._file.flush()
        return _map(self._file, (self._file.tell() // np.dtype(DTYPE).itemsize,))


def _most_bytes():
    return MEMORY_MIB * 2**20


def _map(file, shape):
    """Map a file without a name; joblib would hand a `numpy.memmap` to its workers by name."""
    n_bytes = prod(shape) * np.dtype(DTYPE).itemsize
    return np.ndarray(shape, DTYPE, mmap.mmap(file.fileno(), n_bytes))


def release_pages(array):
    """Give back the memory that a memory map behind an array has taken by being read.

    The map stays usable and nothing that was written to it is lost. Arrays in memory, and maps
    whose changes are private to the process, are left alone.

    Parameters
    ----------
    array : ndarray
        Any array.
    """
    while isinstance(array, np.ndarray):
        if isinstance(array, np.memmap) and array.mode == "c":
            return
        array = array.base
    if isinstance(array, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        array.madvise(mmap.MADV_DONTNEED)
