"""What the help of all commands has in common."""

import rich_click as click

CONTEXT_SETTINGS = {"help_option_names": ["-h", "--help"], "show_default": True}
STYLE = {"max_width": 100, "theme": "default-slim"}
GUIDE = "https://skgenre.readthedocs.io/en/latest/guide/command.html"


def epilog(*examples):
    """Write the end of a command's help: examples, and where to read more.

    Parameters
    ----------
    *examples : str
        Command lines.

    Returns
    -------
    text : str
        A paragraph for each line.
    """
    return "\n\n".join(["Examples:", *(f"$ {line}" for line in examples), f"Guide: {GUIDE}"])


def panels(command):
    """Order the panels of a command's help."""
    for name in reversed(["Arguments", "Options", "Sound", "Training"]):
        command = click.option_panel(name)(command)
    return command
