"""What type checkers know of the public names."""

import inspect
import json
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import skgenre
from tests.helpers.typed_scripts import MISTAKES, USE

PACKAGE = Path(skgenre.__file__).parent
README = (PACKAGE.parent / "README.md").read_text(encoding="utf-8")


# --- without a checker


def _public_functions():
    for module in skgenre._SUBMODULES:
        home = import_module(f"skgenre.{module}")
        for name in home.__all__:
            value = getattr(home, name)
            if inspect.isfunction(value):
                yield f"{module}.{name}", value
            if inspect.isclass(value) and not issubclass(value, tuple):
                yield from _methods(f"{module}.{name}", value)


def _methods(name, cls):
    for method, value in inspect.getmembers(cls):
        value = getattr(value, "fget", value)
        ours = (getattr(value, "__module__", None) or "").startswith("skgenre.")
        if ours and inspect.isroutine(value) and (method == "__init__" or method[0] != "_"):
            yield f"{name}.{method}", value


FUNCTIONS = dict(_public_functions())


def test_functions_and_methods_are_among_them():
    assert {
        "audio.read_audio",
        "classifiers.CNNGenreClassifier.__init__",
        "classifiers.CNNGenreClassifier.fit",
        "classifiers.CNNGenreClassifier.model_",
        "displays.SaliencyDisplay.from_estimator",
    } <= FUNCTIONS.keys()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_parameter_and_result_has_a_type(name):
    signature = inspect.signature(FUNCTIONS[name])
    parameters = [p for p in signature.parameters.values() if p.name not in ("self", "cls")]
    assert [p.name for p in parameters if p.annotation is p.empty] == []
    assert signature.return_annotation is not signature.empty


# --- with two checkers

MYPY_SETTINGS = """
[mypy]
strict = True

[mypy-sklearn.*]
# It has no types.
ignore_missing_imports = True
"""


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """A folder with the scripts to check, and what a user would set for them."""
    folder = tmp_path_factory.mktemp("scripts")
    [example] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    for name, text in {
        "readme.py": example,
        "use.py": USE,
        "mistakes.py": MISTAKES,
        "mypy.ini": MYPY_SETTINGS,
        "pyrightconfig.json": json.dumps({"typeCheckingMode": "standard"}),
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def check(checker, arguments, folder):
    """Run a checker on what is installed, but with this tree in the place of another one."""
    pytest.importorskip(checker, reason="Type checkers are an extra of their own")
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    command = [sys.executable, "-m", checker, *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    # 1: there are errors.
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


def by_mypy(folder):
    """Yield file, line and code of each error."""
    output = check("mypy", ["--output", "json", "--cache-dir", ".cache", *SCRIPTS], folder)
    for error in map(json.loads, output.splitlines()):
        yield error["file"], error["line"], error["code"]


def by_pyright(folder):
    """Yield file, line and rule of each error."""
    arguments = ["--outputjson", "--level", "error", "--pythonpath", sys.executable, *SCRIPTS]
    for error in json.loads(check("basedpyright", arguments, folder))["generalDiagnostics"]:
        yield Path(error["file"]).name, error["range"]["start"]["line"] + 1, error["rule"]


SCRIPTS = ["readme.py", "use.py", "mistakes.py"]
CHECKERS = {"mypy": by_mypy, "pyright": by_pyright}


@pytest.fixture(scope="module", params=CHECKERS)
def checker(request):
    return request.param


@pytest.fixture(scope="module")
def errors(checker, scripts):
    """Errors that a checker finds in each script: line and code."""
    found = {name: [] for name in SCRIPTS}
    for name, line, code in CHECKERS[checker](scripts):
        found[name].append((line, code))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", ["readme.py", "use.py"])
def test_right_use_is_taken(errors, name):
    assert errors[name] == []


@pytest.mark.slow
def test_each_mistake_is_found_where_it_is_and_nothing_else(errors, checker):
    lines = enumerate(MISTAKES.splitlines(), 1)
    marked = [(number, line.partition("# ! ")[2]) for number, line in lines if "# ! " in line]
    expected = [
        (number, dict(zip(CHECKERS, codes.split(", "), strict=True))[checker])
        for number, codes in marked
    ]
    assert len(expected) > 20
    assert errors["mistakes.py"] == expected


@pytest.mark.slow
def test_all_public_types_are_complete_but_for_what_other_libraries_lack(scripts):
    arguments = ["--verifytypes", "skgenre", "--ignoreexternal", "--outputjson"]
    output = check("basedpyright", [*arguments, "--pythonpath", sys.executable], scripts)
    symbols = json.loads(output)["typeCompleteness"]["symbols"]
    # Functions of the command are no part of the API.
    public = [symbol for symbol in symbols if not symbol["name"].startswith("skgenre.cli")]
    assert len(public) > 200
    found = [
        (symbol["name"], error["message"])
        for symbol in public
        for error in symbol["diagnostics"]
        if error["severity"] == "error"
    ]
    of_bases = re.compile("Type of (metaclass|base class).* unknown$")
    derived = {name.rpartition(".")[2] for name, message in found if of_bases.match(message)}
    assert "SongClassifier" in derived
    of_derived = re.compile(f'.* partially unknown\\n.* type is "({"|".join(derived)})"$')
    accepted = (of_bases, of_derived)
    assert [e for e in found if not any(pattern.match(e[1]) for pattern in accepted)] == []
