"""Memory that is not needed any more goes back to the system."""

import ctypes
import mmap
import sys

import numpy as np


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


def release_freed():
    """Give back what has been freed but is still held for later, where the C library can."""
    if _malloc_trim is not None:  # pragma: no branch  (other C libraries have nothing like it)
        _malloc_trim(0)


# glibc holds what TensorFlow's threads free in pieces, more with every fit.
_malloc_trim = (
    getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform.startswith("linux") else None
)
