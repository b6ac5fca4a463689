"""The command ``skgenre``: folders of music in; models, scores and labels out.

Results go to standard output, progress and messages to standard error. The exit status is 0 where
all went well, 1 where some files could not be read (they are named), 2 where the command cannot be
carried out as it was given, and 130 where it was interrupted.
"""

import os
import sys

from skgenre.cli._interrupts import INTERRUPTED, Interrupts


def main(arguments=None):
    """Carry out a command line.

    Parameters
    ----------
    arguments : list of str or None, default=None
        What follows the command's name; None takes it from the process.

    Returns
    -------
    status : int
        The exit status.
    """
    try:
        # It takes a moment to load, in which Ctrl-C may be pressed.
        from skgenre.cli._app import carry_out

        return carry_out(arguments)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED


def run():
    """Carry out the process' command line and end the process."""
    # TensorFlow looks here when it is loaded: what it reports then are warnings at least.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # numpy's matrix products are small here: on several threads, beside other work, a song of the
    # lesson's network took 0.2 to 1.7 seconds instead of 0.03. TensorFlow has threads of its own.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with Interrupts() as interrupts:
        status = main()
    sys.exit(INTERRUPTED if interrupts.came else status)
