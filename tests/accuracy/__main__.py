"""Arguments, the run, and where its table goes."""

import argparse
from pathlib import Path

from skgenre import CNNGenreClassifier
from tests.accuracy.measure import results
from tests.accuracy.page import as_page, as_text

N_SEEDS = 3
EPOCHS = CNNGenreClassifier().epochs


def main():
    """Measure, print the table and write the page."""
    options = _parser().parse_args()
    n_seeds, epochs, step = (2, 1, 20) if options.quick else (N_SEEDS, EPOCHS, 1)
    found = list(results(n_seeds, epochs, step))
    if options.page:
        options.page.write_text(as_page(found, n_seeds, epochs), encoding="utf-8")
    print(as_text(found))


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m tests.accuracy",
        description="Score the classifiers on the music that comes along.",
    )
    parser.add_argument("--quick", action="store_true", help="few excerpts, to see that all runs")
    parser.add_argument("--page", type=Path, help="reStructuredText page to write")
    return parser


if __name__ == "__main__":
    main()
