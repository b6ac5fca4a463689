"""The command, carried out in this process."""

import io
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple

from skgenre.cli import main

# The lesson's network at 400 Hz, whose songs are decoded in no time.
QUICK = ["--network", "lesson", "--epochs", "3", "--excerpt-seconds", "0.5"]


class Done(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments):
    """Carry out a command line in this process, which has TensorFlow loaded."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        status = main(list(map(str, arguments)))
    return Done(status, out.getvalue(), err.getvalue())


class Terminal(io.TextIOWrapper):
    """Standard output that knows few characters."""

    def __init__(self, encoding):
        super().__init__(io.BytesIO(), encoding=encoding)

    def text(self):
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)
