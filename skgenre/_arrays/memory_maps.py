"""Arrays in files, and the memory that reading them takes."""

import mmap
from math import prod
from tempfile import TemporaryFile

import numpy as np

from skgenre._arrays.dtype import DTYPE

# Arrays up to this size are kept in memory.
MEMORY_MIB = 1024


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
    if prod(shape) * np.dtype(DTYPE).itemsize <= MEMORY_MIB * 2**20:
        return np.empty(shape, DTYPE)
    with TemporaryFile() as file:
        return np.memmap(file, DTYPE, "w+", shape=shape)


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
