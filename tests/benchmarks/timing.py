"""Timing in turn: A B C, A B C, ..., so that a busy machine slows everyone alike."""

import sys
from statistics import median
from time import perf_counter

from tests.benchmarks.rivals import installed

NOT_INSTALLED = "not installed"


def announce(text):
    """Show progress; standard output is kept for the table."""
    print(text, file=sys.stderr, flush=True)


def seconds(function, calls=1):
    """List the seconds that each of some calls takes."""
    taken = []
    for _ in range(calls):
        start = perf_counter()
        function()
        taken.append(perf_counter() - start)
    return taken


def medians(preparations, repeats):
    """Let contenders run in turn and take the median of each.

    Parameters
    ----------
    preparations : dict of callable
        By contender's name: makes all ready and returns a function that lists seconds, one for
        each thing that it timed.
    repeats : int
        How often each contender has its turn.

    Returns
    -------
    medians : dict of float or str
        Seconds, or `NOT_INSTALLED`.
    """
    runs = {name: prepare() for name, prepare in preparations.items() if installed(name)}
    taken = {name: [] for name in runs}
    for turn in range(repeats):
        for name, run in runs.items():
            taken[name] += run()
            announce(f"  turn {turn + 1} of {repeats}, {name}: {taken[name][-1]:.3g} s")
    return {name: median(taken[name]) if name in taken else NOT_INSTALLED for name in preparations}
