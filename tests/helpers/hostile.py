"""What tests of files from strangers share."""

import re
import tracemalloc
from time import perf_counter

import pytest


def refuse(load, task, path, content, message="."):
    """Check that a file is refused by name, quickly and without taking memory."""
    path.write_bytes(content)
    tracemalloc.start()
    start = perf_counter()
    try:
        pattern = re.escape(f"Cannot {task} {str(path)!r}: ") + f"(?s:.*(?:{message}))"
        with pytest.raises(ValueError, match=pattern):
            load(path)
        seconds = perf_counter() - start
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64e6
    assert seconds < 5  # 1 s without the accounting of memory


def mutate(content, rng):
    """Overwrite, flip, cut out, repeat or cut off some bytes."""
    content = bytearray(content)
    start, stop = sorted(rng.integers(0, len(content), size=2))
    match rng.integers(5):
        case 0:
            for place in rng.integers(0, len(content), size=rng.integers(1, 5)):
                content[place] = rng.integers(256)
        case 1:
            content[start] ^= 1 << rng.integers(8)
        case 2:
            del content[start : min(stop, start + 30)]
        case 3:
            content[start:start] = content[start : min(stop, start + 30)]
        case 4:
            del content[start:]
    return bytes(content)
