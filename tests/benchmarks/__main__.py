"""Arguments, and the order of the measures."""

import argparse
import os
from dataclasses import replace
from pathlib import Path

# PyTorch and worker processes need some of a GPU too. Read when TensorFlow first sees it.
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
# PyTorch's threads wait for each other by spinning. On shared cores that was seen to make skorch
# ten times slower than it is on idle ones, where waiting asleep costs it a tenth.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from tests.benchmarks import (
    clusters,
    decoding,
    fitting,
    fresh,
    growing,
    machine,
    predicting,
    shuffling,
    starting,
)
from tests.benchmarks.hearing import program as hearing
from tests.benchmarks.hearing.music import HIGHEST_HZ, LOWEST_HZ
from tests.benchmarks.sizes import FULL, QUICK
from tests.benchmarks.table import as_page, as_text
from tests.benchmarks.timing import announce

MEASURES = {
    "fit": fitting.fit,
    "refit": fitting.refit,
    "predict": predicting.predict,
    "grid": fitting.grid,
    "memory": fresh.memory,
    "import": fresh.imports,
    "start": starting.start,
    "checks": fresh.checks,
    "growth": growing.growth,
    "memmap": fresh.memmap,
    "decode": decoding.decode,
    "cluster": clusters.cluster,
    "cluster_memory": clusters.cluster_memory,
    "cluster_costs": clusters.cluster_costs,
    "shuffle": shuffling.shuffle,
}


def main():
    """Measure, print the table and write the page."""
    options = _parser().parse_args()
    sizes = QUICK if options.quick else FULL
    if options.repeats:
        sizes = replace(sizes, repeats=options.repeats)
    if options.only == ["hearing"]:
        hearing.hear(options, sizes)
        return
    rows = []
    for name in options.only:
        announce(f"{name}: {MEASURES[name].__doc__}")
        rows += MEASURES[name](sizes)
        if options.page:
            # After each measure, so that an interrupted run leaves what it has found.
            options.page.write_text(as_page(rows, machine.facts()), encoding="utf-8")
    print(as_text(rows))


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="Measure skgenre against its rivals."
    )
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that all runs")
    parser.add_argument(
        "--only",
        type=_names,
        default=list(MEASURES),
        metavar="NAME[,NAME]",
        help=f"measures to take, of {', '.join(MEASURES)}; or hearing, which has a page of its own",
    )
    parser.add_argument(
        "--songs", type=Path, help="hearing: songs of your own, in a folder for each genre"
    )
    parser.add_argument(
        "--genres",
        type=lambda text: tuple(text.split(",")),
        action="append",
        metavar="GENRE,GENRE",
        help="hearing: genres of that folder to tell apart; can be repeated. If not given: all, "
        "and each pair of up to four",
    )
    parser.add_argument(
        "--rates", type=_rates, default=[400, 8000], metavar="HZ,HZ", help="hearing: rates"
    )
    parser.add_argument(
        "--repeats", type=int, choices=range(1, 21), metavar="N", help="turns of each contender"
    )
    parser.add_argument("--page", type=Path, help="reStructuredText page to write")
    return parser


def _rates(text):
    rates = list(map(int, text.split(",")))
    if not all(LOWEST_HZ <= rate <= HIGHEST_HZ for rate in rates):
        raise argparse.ArgumentTypeError(f"rates go from {LOWEST_HZ} to {HIGHEST_HZ} Hz")
    return rates


def _names(text):
    names = text.split(",")
    if names != ["hearing"] and (unknown := set(names) - set(MEASURES)):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
    return names


if __name__ == "__main__":
    main()
