"""Options that many commands have."""

from functools import reduce

import rich_click as click

from skgenre.cli._files import FolderToKeep

SOUND = "Sound"


def options(*decorators):
    """Make one decorator of many, whose options the help lists in their order.

    Parameters
    ----------
    *decorators : callable
        Each adds an option or an argument to a command.

    Returns
    -------
    decorator : callable
        Adds them all.
    """

    def add(command):
        return reduce(
            lambda decorated, decorator: decorator(decorated), reversed(decorators), command
        )

    return add


class PositiveFloat(click.FloatRange):
    """A number above zero, and below infinity."""

    def __init__(self):
        super().__init__(min=0, min_open=True)

    def convert(self, value, param, ctx):
        """Check a number."""
        number = super().convert(value, param, ctx)
        # A comparison with "not a number" is never true, so that the range lets it pass.
        if not number < float("inf"):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number

    def _describe_range(self):
        return "x>0"


class Jobs(click.ParamType):
    """How many threads, as joblib counts them: from the number of cores down where negative."""

    name = "integer"

    def convert(self, value, param, ctx):
        """Check a number."""
        jobs = click.INT.convert(value, param, ctx)
        if jobs == 0:
            self.fail("0 songs at once would never end.", param, ctx)
        return jobs


def sample_rate_option(default=None, *, unless_given=""):
    """Make the option for the rate of songs, whose default differs between commands."""
    return click.option(
        "--sample-rate",
        type=click.IntRange(1),
        default=default,
        metavar="HZ",
        help=f"Rate to which songs are resampled{unless_given}.",
        panel=SOUND,
    )


excerpt_seconds_option = click.option(
    "--excerpt-seconds",
    type=PositiveFloat(),
    default=3.0,
    metavar="SECONDS",
    help="Length of the excerpts that songs are cut into.",
    panel=SOUND,
)
cache_option = click.option(
    "--cache",
    type=FolderToKeep(),
    metavar="FOLDER",
    help="Folder to keep decoded songs in, for the next command; it is made where it is missing.",
)
jobs_option = click.option(
    "--jobs",
    type=Jobs(),
    default=-1,
    metavar="N",
    help="Songs read at once; -1 takes as many as there are cores.",
)
seed_option = click.option(
    "--seed", type=click.IntRange(0), default=0, metavar="N", help="Seed of all that is random."
)
