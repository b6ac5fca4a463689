"""Memory of this process: Python's garbage collector, and what the C library keeps for later."""

import ctypes
import gc
import os
import sys
from contextlib import contextmanager


@contextmanager
def collection_paused():
    """Leave garbage for later.

    Loading TensorFlow and tracing a network make objects by the hundred thousand, nearly all of
    which stay. Looking through them again and again takes a sixth of the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


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


# Numbers of options in glibc's malloc.h. glibc raises both thresholds to the values set above by
# itself, unless it was told to give memory back at once.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_libc = ctypes.CDLL(None) if sys.platform.startswith("linux") else None
# glibc holds what TensorFlow's threads free in pieces, more with every fit.
_malloc_trim = getattr(_libc, "malloc_trim", None)
_mallopt = getattr(_libc, "mallopt", None)
