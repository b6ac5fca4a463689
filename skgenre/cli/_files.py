"""Files that a command writes, looked at before it works for minutes."""

import os
from pathlib import Path

import rich_click as click


class OutputFile(click.ParamType):
    """A file to write: with a suffix that is known, in a folder that is there and writable.

    Parameters
    ----------
    *suffixes : str
        The suffixes, with their dots.
    """

    name = "file"

    def __init__(self, *suffixes):
        self.suffixes = suffixes

    def convert(self, value, param, ctx):
        """Check a path."""
        path = Path(value)
        if path.suffix.lower() not in self.suffixes:
            self.fail(f"{value!r} does not end in {' or '.join(self.suffixes)}.", param, ctx)
        if path.is_dir():
            self.fail(f"{value!r} is a folder.", param, ctx)
        if not path.parent.is_dir():
            self.fail(f"there is no folder {str(path.parent)!r}.", param, ctx)
        if not os.access(path.parent, os.W_OK | os.X_OK):
            self.fail(f"the folder {str(path.parent)!r} is not writable.", param, ctx)
        return value

    def shell_complete(self, ctx, param, incomplete):
        """Have the shell complete the names of files."""
        return [click.shell_completion.CompletionItem(incomplete, type="file")]


class FolderToKeep(click.ParamType):
    """A folder to keep files in, there and writable, or one that can be made."""

    name = "folder"

    def convert(self, value, param, ctx):
        """Check a path."""
        path = Path(value).absolute()
        there = next(folder for folder in (path, *path.parents) if folder.exists())
        if not there.is_dir():
            self.fail(f"{str(there)!r} is not a folder.", param, ctx)
        if not os.access(there, os.W_OK | os.X_OK):
            self.fail(f"the folder {str(there)!r} is not writable.", param, ctx)
        return value

    def shell_complete(self, ctx, param, incomplete):
        """Have the shell complete the names of folders."""
        return [click.shell_completion.CompletionItem(incomplete, type="dir")]


def output_option(*suffixes, names=("-o", "--output"), required=True, help):
    """Make an option for a file to write.

    Parameters
    ----------
    *suffixes : str
        What the file's name may end in.
    names : tuple of str, default=("-o", "--output")
        What the option is called.
    required : bool, default=True
        Whether it has to be given.
    help : str
        What is written.

    Returns
    -------
    decorator : callable
        Adds the option to a command.
    """
    metavar = f"FILE{'|'.join(suffixes)}"
    return click.option(
        *names, type=OutputFile(*suffixes), metavar=metavar, required=required, help=help
    )
