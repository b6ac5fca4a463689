"""The command ``skgenre``: folders of music in; models, scores and labels out.

Results go to standard output, progress and messages to standard error. The exit status is 0 where
all went well, 1 where some files could not be read (they are named), 2 where the command cannot be
carried out as it was given, and 130 where it was interrupted.
"""

import os
import sys

from skgenre._interrupts import INTERRUPTED, Interrupts

CANNOT_BE_DONE = 2


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
        return _carry_out(arguments)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED


def make_parser():
    """Make the parser of the command's arguments."""
    # It brings scikit-learn along: seconds, in which Ctrl-C may be pressed.
    from skgenre import _command_line

    return _command_line.make_parser()


def _carry_out(arguments):
    options = make_parser().parse_args(arguments)
    try:
        return options.run(options)
    except (ValueError, OSError, ModuleNotFoundError) as error:
        print(f"skgenre {options.command}: {error}", file=sys.stderr)
        return CANNOT_BE_DONE


def run():
    """Carry out the process' command line and end the process."""
    # TensorFlow's greeting would stand among the messages. It looks here when it is loaded.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with Interrupts() as interrupts:
        status = main()
    sys.exit(INTERRUPTED if interrupts.came else status)


if __name__ == "__main__":
    run()
