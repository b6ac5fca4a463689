"""Text that any terminal, file or pipe can take."""

import sys


def say(text):
    """Print a message to standard error.

    Parameters
    ----------
    text : str
        One line or more.
    """
    # `print` would take standard output where standard error is closed.
    if sys.stderr is not None:
        print(printable(str(text), sys.stderr), file=sys.stderr)


def print_text(text):
    """Print text on standard output.

    Parameters
    ----------
    text : str
        What is printed, with all line ends that it is to have.
    """
    sys.stdout.write(printable(text, sys.stdout))


def printable(text, file):
    r"""Escape characters that a file cannot hold or a terminal would obey.

    Names of files can hold any character, and bytes that are none. They are shown as Python writes
    them in a string: a table is not lost for one name, and no name moves the cursor.

    Parameters
    ----------
    text : str
        The text, which may have more than one line.
    file : file object
        Where it is to be printed.

    Returns
    -------
    text : str
        What can be printed there.

    Examples
    --------
    >>> import sys
    >>> printable("bell\a.ogg", sys.stdout)
    'bell\\x07.ogg'
    """
    encoding = getattr(file, "encoding", None) or "utf-8"
    shown = "".join(
        character if character.isprintable() or character == "\n" else _escape(character)
        for character in text
    )
    return shown.encode(encoding, "backslashreplace").decode(encoding)


def _escape(character):
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
