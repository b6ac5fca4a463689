"""The benchmark program runs, on its tiny sizes."""

import subprocess
import sys
from math import isfinite
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ALWAYS_THERE = [
    "import sklearn",
    "from scikeras.wrappers import KerasClassifier",
    "scikeras, same pipeline",
    "Keras, Model.predict",
    "Keras, model(x)",
    "scikeras",
]
OPTIONAL = ["ONNX Runtime", "skorch", "ONNX Runtime"]


def quick_rows(only):
    command = [sys.executable, "-m", "tests.benchmarks", "--quick", "--only", only]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    header, _, *rows = (
        [cell.strip() for cell in line.split("|")] for line in done.stdout.splitlines()
    )
    return [dict(zip(header, row, strict=False)) for row in rows]


@pytest.mark.slow
def test_quick_run_prints_every_row_with_a_ratio():
    rows = quick_rows("import,predict")
    assert sorted(row["rival"] for row in rows) == sorted(ALWAYS_THERE + OPTIONAL)
    for row in rows:
        if row["rival"] in OPTIONAL and row["rival (median)"] == "not installed":
            continue
        _, value = row["ratio"].split(" = ")
        assert isfinite(float(value))
        assert float(value) > 0
