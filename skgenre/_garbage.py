"""Python's garbage collector out of the way where many objects are made that stay."""

import gc
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
