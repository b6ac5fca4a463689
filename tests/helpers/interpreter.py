"""Python in a process of its own."""

import subprocess
import sys


def run_python(*arguments, timeout=300, **settings):
    """Run Python to its end, which has to be a good one; returns what it prints.

    The arguments are those of the interpreter: usually "-c", the code and what it reads from
    ``sys.argv``. The settings are those of `subprocess.run`.
    """
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, **settings)
    assert done.returncode == 0, done.stderr[-5000:]
    return done.stdout
