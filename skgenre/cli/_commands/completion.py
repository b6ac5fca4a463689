"""``skgenre completion``."""

import rich_click as click
from click.shell_completion import get_completion_class

from skgenre.cli._help import epilog
from skgenre.cli._status import DONE


@click.command(
    epilog=epilog(
        'eval "$(skgenre completion bash)"',
        'eval "$(skgenre completion zsh)"',
        "skgenre completion fish | source",
    )
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), help="Your shell.")
@click.pass_context
def completion(context, shell):
    """Print what makes a shell complete commands and options.

    Put the line for your shell into its start-up file (~/.bashrc, ~/.zshrc or
    ~/.config/fish/config.fish).
    """
    group = context.parent.command
    complete = get_completion_class(shell)(group, {}, group.name, "_SKGENRE_COMPLETE")
    click.echo(complete.source())
    return DONE
