"""Memory that reading a memory map takes."""

import mmap

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
