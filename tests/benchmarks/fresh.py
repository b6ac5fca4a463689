"""Measures that need processes of their own: imports, memory and scikit-learn's checks."""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

from tests.benchmarks import rivals
from tests.benchmarks.table import Row, versus
from tests.benchmarks.timing import announce, medians

ROOT = Path(__file__).parents[2]

_TIMED_IMPORT = (
    "from time import perf_counter; start = perf_counter(); {}; print(perf_counter() - start)"
)


def python(*arguments):
    """Run a fresh interpreter and read the last line of its output as JSON."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def _alone(job, **arguments):
    announce(f"  {job} {arguments}")
    return python("-m", "tests.benchmarks.alone", job, json.dumps(arguments))


def imports(sizes):
    """Seconds of an import in a fresh process."""
    bare = _imports(sizes, "import skgenre", "import sklearn")
    rows = versus("import", "import skgenre", bare, "import skgenre")
    ours, theirs = (
        "from skgenre import CNNGenreClassifier",
        "from scikeras.wrappers import KerasClassifier",
    )
    loaded = versus("import", ours, _imports(sizes, ours, theirs), ours)
    return [row._replace(ours_over_rival=True) for row in rows + loaded]


def _imports(sizes, *statements):
    ready = {statement: partial(partial, _import, statement) for statement in statements}
    return medians(ready, sizes.imports)


def _import(statement):
    return [python("-c", _TIMED_IMPORT.format(statement))]


def memory(sizes):
    """Growth of resident memory from fit to fit."""
    first, middle, last = sizes.memory_fits
    data = {"n_samples": sizes.refit_excerpts, "n_timesteps": sizes.n_timesteps}
    ours = _alone("memory_by_fit", maker="ours", n_fits=last, **data)
    theirs = _alone("memory_by_fit", maker="scikeras", n_fits=middle, **data)
    return [
        Row("memory, long", _between(first, last), "", _growth(ours, first, last), unit="MB"),
        Row(
            "memory",
            _between(first, middle),
            "scikeras",
            _growth(ours, first, middle),
            _growth(theirs, first, middle),
            unit="MB",
            # Growth may be zero or negative: nothing to divide by.
            with_ratio=False,
        ),
    ]


def _between(first, last):
    return f"resident memory after fit {last} over that after fit {first}"


def _growth(after, first, last):
    return after[last - 1] - after[first - 1]


def checks(sizes):
    """Seconds of scikit-learn's estimator checks."""
    makers = {rivals.OURS: "ours_by_default", "scikeras, Dense network": "scikeras_dense"}
    tallies = {}

    def check(name):
        result = _alone("checks", maker=makers[name], at_most=sizes.checks)
        tallies[name] = f"{result['n_failed']} of {result['n_checks']} failed"
        return [result["seconds"]]

    ready = {name: partial(partial, check, name) for name in makers}
    taken = medians(ready, sizes.repeats)
    what = "check_estimator; ours {}, theirs {}".format(*tallies.values())
    return [row._replace(ours_over_rival=True) for row in versus("checks", what, taken)]


def memmap(sizes):
    """Most memory while training on a large mapped file."""
    result = _alone("memmap", gigabytes=sizes.memmap_gigabytes, n_timesteps=sizes.n_timesteps)
    what = f"one epoch of a mapped file of {sizes.memmap_gigabytes:g} GB"
    return [
        Row("memmap", f"{what}: peak memory", "", result["resident"], unit="MB"),
        Row(
            "memmap, anonymous",
            f"{what}: peak memory that is no file's",
            "",
            result["anonymous"],
            unit="MB",
        ),
        Row("memmap, seconds", what, "", result["seconds"]),
    ]
