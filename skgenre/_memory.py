"""Memory that is not needed any more goes back to the system."""

import ctypes
import mmap
import os
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


def reuse_freed():
    """Let the C library hand out again what was freed, even if it was told to give it back at once.

    dask tells its workers so. The memory that each step of a training takes would then come from
    the system anew, and a step would take twice as long. `release_freed` gives it back after a fit.
    """
    if "MALLOC_TRIM_THRESHOLD_" in os.environ and _mallopt is not None:
        _mallopt(_M_MMAP_THRESHOLD, 32 * 2**20)
        _mallopt(_M_TRIM_THRESHOLD, 64 * 2**20)


# Of glibc's malloc.h, where what is set above are the values that it would come to by itself.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_libc = ctypes.CDLL(None) if sys.platform.startswith("linux") else None
# glibc holds what TensorFlow's threads free in pieces, more with every fit.
_malloc_trim = getattr(_libc, "malloc_trim", None)
_mallopt = getattr(_libc, "mallopt", None)
