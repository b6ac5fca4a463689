"""Sentences that fit the terminal."""

import sys

from rich.console import Console

from skgenre._terminal.text import printable


def print_paragraph(text, style=None):
    """Print sentences on standard output: in a terminal broken between words, else as one line.

    Parameters
    ----------
    text : str
        The sentences.
    style : str, default=None
        Style in a terminal, such as "bold".
    """
    console = Console(file=sys.stdout, highlight=False, emoji=False, markup=False)
    text = printable(text, console.file).replace("\n", "\\n")
    console.print(text, style=style, soft_wrap=not console.is_terminal)
