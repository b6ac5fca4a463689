"""Places use each other through what they offer: no private attributes, few doors to the engine."""

import ast
import re
from pathlib import Path

import pytest

import skgenre

PACKAGE = Path(skgenre.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}

PRIVATE = re.compile("_(?!_)")
# Private attributes of other libraries' objects, each of which the line beside it explains.
OF_OTHERS = {
    *("_asdict", "_fields", "_make", "_replace"),  # the public methods of named tuples
    "_exit",  # of os, as documented
    "_get_metadata_request",  # of scikit-learn's estimators; `_sklearn/` alone
    "_validate_params",  # of scikit-learn's estimators; `_sklearn/` alone
    "_initial_epoch",  # of keras.Model: where BackupAndRestore goes on
    "_learning_rate",  # of Keras' optimizers: their schedule
    "_context_handle",  # of TensorFlow's context: whether it has run
}


def place_of(path):
    return path.relative_to(PACKAGE).parts[0]


def private_names(tree):
    """Yield the private names that a module defines: functions, and attributes of `self`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self":
            yield node.attr


DEFINED = {path: set(private_names(tree)) for path, tree in TREES.items()}


def private_accesses(tree):
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not PRIVATE.match(node.attr):
            continue
        if ast.unparse(node.value) not in {"self", "cls", "super()"}:
            yield node.attr


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_place_reaches_into_another(path):
    own = {
        name for other in MODULES if place_of(other) == place_of(path) for name in DEFINED[other]
    }
    assert set(private_accesses(TREES[path])) <= own | OF_OTHERS


def test_every_exception_is_used():
    assert {name for tree in TREES.values() for name in private_accesses(tree)} >= OF_OTHERS


# What goes into the engine and comes out of it, and the functions that compute.
ENGINE_DOORS = {"architecture", "job", "weights", "programs", "gradients"}


def test_the_engine_is_used_through_its_doors():
    used = {
        node.module.removeprefix("skgenre._engine.")
        for path, tree in TREES.items()
        if place_of(path) != "_engine"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module.startswith("skgenre._engine.")
    }
    assert used == ENGINE_DOORS


def test_only_classifiers_use_the_engine():
    users = {
        place_of(path)
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module.startswith("skgenre._engine.")
    }
    assert users == {"_engine", "classifiers"}
