"""TensorFlow loaded without the lines that it writes about the machine.

They are written to file descriptor 2, before any setting of TensorFlow is heeded, in the midst of
whatever is shown there. While it is loaded, a process in between leaves them out and passes on all
others; unlike a thread, it does so even where TensorFlow ends this process.
"""

import importlib
import os
import re
import subprocess
import sys
from contextlib import contextmanager

# Lines begin with a level and a time, or with a time and a level.
_INFORMATION = rb"[IW]\d{4} |[-\d]{10} [:.\d]+: [IW] "
# Messages where there is no GPU, or no driver.
_NO_GPU = rb"(E\d{4} |[-\d]{10} [:.\d]+: E ).*\bcuda_(blas|dnn|fft|platform|driver)\.cc:\d+\]"
_WITHOUT_LEVEL = rb"WARNING: All log messages before absl::|To enable the following instructions"
GREETING = re.compile(b"|".join([_INFORMATION, _NO_GPU, _WITHOUT_LEVEL]))


def load_tensorflow():
    """Load TensorFlow and let it look for devices, which is when it writes."""
    # Not at the top: the process that filters has no package.
    from skgenre._terminal.bars import working

    if "tensorflow" in sys.modules:
        return
    with _standard_error_filtered(), working("Loading TensorFlow"):
        # They come before TensorFlow, which they load in their own way.
        importlib.import_module("skgenre.classifiers")
        importlib.import_module("tensorflow").config.list_logical_devices()


def filter_greeting(lines, output):
    """Pass on the lines that are not part of TensorFlow's greeting.

    Parameters
    ----------
    lines : iterable of bytes
        Lines with their ends.
    output : binary file
        Where the others go.
    """
    for line in lines:
        if not GREETING.match(line):
            output.write(line)
            output.flush()


@contextmanager
def _standard_error_filtered():
    """Filter descriptor 2; what Python itself prints goes straight to where it went."""
    if sys.stderr is None:
        # It is closed: nobody would see anything.
        yield
        return
    sys.stderr.flush()
    straight = os.dup(2)
    # In a session of its own, Ctrl-C does not reach it.
    command = [sys.executable, "-I", "-S", __file__]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    os.dup2(process.stdin.fileno(), 2)
    process.stdin.close()
    former = sys.stderr
    sys.stderr = os.fdopen(os.dup(straight), "w", buffering=1, errors="backslashreplace")
    try:
        yield
    finally:
        sys.stderr.close()
        sys.stderr = former
        os.dup2(straight, 2)
        os.close(straight)
        process.wait()


if __name__ == "__main__":
    filter_greeting(sys.stdin.buffer, sys.stderr.buffer)
