"""Ctrl-C in a process that is a command: one word, exit status 130, and no traceback."""

import os
import signal

INTERRUPTED = 130
_IMPORT_SYSTEM = "importlib._bootstrap"


class Interrupts:
    """A context in which Ctrl-C raises `KeyboardInterrupt` where that is sure to arrive.

    While a module is imported it is not: libraries swallow it there, or make an `ImportError` of
    it. The process ends at once then, and also when Ctrl-C is pressed again, or after the context,
    when Python is about to end. A process that was told to ignore Ctrl-C goes on doing so.

    Attributes
    ----------
    came : bool
        Whether Ctrl-C was pressed.
    """

    def __init__(self):
        self.came = self._has_ended = False

    def __enter__(self):
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, kind, error, traceback):
        self._has_ended = True
        if self.came and error is not None:
            # The interruption, or the exception into which a library has turned it.
            end()

    def _interrupt(self, _, frame):
        if self.came or self._has_ended or _is_importing(frame):
            end()
        self.came = True
        raise KeyboardInterrupt


def end():
    """End the process at once."""
    # Python's own files may be locked by what was interrupted.
    os.write(2, b"Interrupted.\n")
    os._exit(INTERRUPTED)


def _is_importing(frame):
    while frame is not None and frame.f_globals.get("__name__") != _IMPORT_SYSTEM:
        frame = frame.f_back
    return frame is not None
