"""The command line as a whole: which commands there are, and how errors end them."""

import re

import rich_click as click
from click import Abort, UsageError

from skgenre.cli import _help
from skgenre.cli._commands.completion import completion
from skgenre.cli._commands.demo import demo
from skgenre.cli._commands.evaluate import evaluate
from skgenre.cli._commands.excerpts import excerpts
from skgenre.cli._commands.export import export
from skgenre.cli._commands.info import info
from skgenre.cli._commands.predict import predict
from skgenre.cli._commands.scan import scan
from skgenre.cli._commands.timeline import timeline
from skgenre.cli._commands.train import train
from skgenre.cli._status import refuse

# In the order in which they are used.
COMMANDS = (demo, scan, evaluate, train, predict, timeline, info, export, excerpts, completion)


class _Commands(click.RichGroup):
    """Commands in the order in which they are used; their errors are shown in one sentence."""

    def list_commands(self, context):
        return list(self.commands)

    def invoke(self, context):
        try:
            return super().invoke(context)
        except BrokenPipeError:
            # The reader of the pipe has closed it; click ends quietly then.
            raise
        except (ValueError, OSError, ModuleNotFoundError) as error:
            command = self.commands[context.invoked_subcommand]
            reason = _with_names_of_options(str(error), command)
            return refuse(f"{context.command_path} {command.name}", reason)


@click.group(
    "skgenre",
    cls=_Commands,
    context_settings=_help.CONTEXT_SETTINGS,
    invoke_without_command=True,
    epilog=_help.epilog(
        "skgenre demo song.mp3",
        "skgenre evaluate music",
        "skgenre train music -o genres.skops",
        "skgenre predict genres.skops song.mp3",
    ),
)
@click.rich_config(_help.STYLE)
@click.version_option(package_name="skgenre")
@click.pass_context
def app(context):
    """Classify songs by genre, learned from a folder that has a folder for each genre."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def _with_names_of_options(reason, command):
    """Name parameters as the command does, ``--sample-rate`` for ``sample_rate``.

    Names of files stand between quotes, and stay as they are.
    """
    options = {option.name: f"--{option.name.replace('_', '-')}" for option in command.params}
    # "seed" and "network" are words of any sentence.
    names = [name for name in options if "_" in name]
    if not names:
        return reason
    pattern = rf"'[^']*'|\b(?:{'|'.join(names)})\b"
    return re.sub(pattern, lambda found: options.get(found[0], found[0]), reason)


for command in COMMANDS:
    app.add_command(command)


def carry_out(arguments):
    """Carry out a command line.

    Parameters
    ----------
    arguments : list of str or None
        What follows the command's name; None takes it from the process.

    Returns
    -------
    status : int
        The exit status.
    """
    try:
        return app.main(arguments, prog_name=app.name, standalone_mode=False) or 0
    except UsageError as error:
        path = error.ctx.command_path if error.ctx else app.name
        return refuse(path, f"{error.format_message()}\nSee {path} --help.")
    except Abort as error:
        raise KeyboardInterrupt from error
