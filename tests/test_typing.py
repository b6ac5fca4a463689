"""What type checkers know of the public names."""

import ast
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

PACKAGE = Path(skgenre.__file__).parent
README = (PACKAGE.parent / "README.md").read_text(encoding="utf-8")


# --- without a checker


def _in_stub():
    """Names that the stub imports, with the modules that they come from."""
    tree = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    listed = [node.value for node in tree.body if isinstance(node, ast.Assign)]
    names = {alias.name: node.module for node in imports for alias in node.names}
    return names, [ast.literal_eval(value) for value in listed]


def test_the_stub_names_what_resolves_on_first_use_and_where_it_is():
    names, [listed] = _in_stub()
    assert names == skgenre._HOMES | dict.fromkeys(skgenre._SUBMODULES, "skgenre")
    assert sorted(listed) == sorted(skgenre.__all__)


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

USE = """
from pathlib import Path

import numpy as np
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.pipeline import make_pipeline

import skgenre
from skgenre import CNNGenreClassifier, MLPGenreClassifier, SongClassifier, WaveformScaler
from skgenre.audio import SAMPLE_RATE, cut_excerpts, read_audio
from skgenre.datasets import load_audio_folder, load_genre_excerpts, make_genre_excerpts
from skgenre.displays import ExcerptDisplay, SongTimelineDisplay, TrainingCurveDisplay
from skgenre.inspection import filter_responses, saliency
from skgenre.leakage import find_leaks
from skgenre.predictions import write_predictions


def search(n_jobs: int | None) -> CNNGenreClassifier:
    music = load_genre_excerpts(["classical", "rock"])
    pipe = make_pipeline(WaveformScaler(scale="peak"), CNNGenreClassifier(random_state=0))
    grid = {"cnngenreclassifier__kernel_sizes": [(31, 31, 15, 15), (15, 15, 7, 7)]}
    cv = StratifiedGroupKFold(5)
    found = GridSearchCV(pipe, grid, cv=cv, n_jobs=n_jobs)
    found.fit(music.data, music.target, groups=music.groups)
    assert not find_leaks(music["data"], cv.split(music.data, music.target, music.groups))
    best: CNNGenreClassifier = found.best_estimator_[-1]
    return best.set_params(epochs=3)


def songs(folder: Path, table: str) -> list[str]:
    paths, target = load_audio_folder(folder, return_X_y=True)
    classifier = SongClassifier(
        make_pipeline(WaveformScaler(), MLPGenreClassifier(hidden_units=(np.int64(8),))),
        max_excerpts=4,
        memory=str(folder / "cache"),
    ).set_fit_request(sample_weight=True)
    classifier.fit(paths, target, sample_weight=np.ones(len(paths))).set_callbacks()
    skgenre.save(classifier, folder / "genres.skops")
    loaded: SongClassifier = skgenre.load(folder / "genres.skops", trusted=["my.Type"])
    SongTimelineDisplay.from_estimator(loaded, paths[0]).figure_.savefig("song.png")
    print(loaded.predict_excerpts(paths)[0].seconds.max(), loaded.score(paths, target) + 1)
    return write_predictions(loaded, paths, table, resume=True).failures


def excerpts(path: str) -> float:
    X = cut_excerpts(read_audio(path, duration=30, sample_rate=SAMPLE_RATE), hop=600, pad=None)
    X, y = make_genre_excerpts(len(X), n_timesteps=X.shape[1], random_state=0)
    classifier = CNNGenreClassifier(class_weight={0: 1, 1: 2}, filters=[4], kernel_sizes=9)
    classifier.fit(X, y, X_val=X, y_val=list(y)).partial_fit(X, y)
    print(classifier.history_["loss"][-1], classifier.classes_[0], classifier.model_.count_params())
    print(saliency(classifier, X).shape, filter_responses(classifier).peak_frequencies.min())
    ExcerptDisplay.from_excerpts(X, y).plot().axes_[0, 0].set_title("loud")
    TrainingCurveDisplay.from_estimator(classifier).figure_.savefig("training.png")
    skgenre.export_onnx(classifier, "genres.onnx")
    print(skgenre.load_onnx("genres.onnx").predict_proba(WaveformScaler().fit_transform(X))[0, 0])
    return classifier.score(X, y)
"""

MISTAKES = """
import skgenre
from skgenre import CNNGenreClassifier, MLPGenreClassifier, SongClassifier, WaveformScaler, datasets
from skgenre.audio import cut_excerpts, read_audio
from skgenre.displays import TrainingCurveDisplay
from skgenre.inspection import saliency
from skgenre.leakage import find_leaks
from skgenre.networks import build_cnn
from skgenre.onnx_runtime import load_onnx
from skgenre.predictions import write_predictions

X, y = datasets.make_genre_excerpts()
CNNGenreClassifier(epochs="ten")  # ! arg-type, reportArgumentType
CNNGenreClassifier(epoch=10)  # ! call-arg, reportCallIssue
CNNGenreClassifier(32)  # ! call-arg, reportCallIssue
MLPGenreClassifier(class_weight="equal")  # ! arg-type, reportArgumentType
MLPGenreClassifier().fit(X)  # ! call-arg, reportCallIssue
MLPGenreClassifier().fit(X, y, group=y)  # ! call-arg, reportCallIssue
MLPGenreClassifier().fit(X, y).predict(X).labels  # ! attr-defined, reportAttributeAccessIssue
WaveformScaler(scale="max")  # ! arg-type, reportArgumentType
SongClassifier("cnn")  # ! arg-type, reportArgumentType
SongClassifier(aggregate="median")  # ! arg-type, reportArgumentType
read_audio("song.ogg", sample_rate="400")  # ! arg-type, reportArgumentType
cut_excerpts(X[0], pad="both")  # ! arg-type, reportArgumentType
datasets.load_genre_excerpts("rock")  # ! call-overload, reportArgumentType
datasets.load_genre_excerpts().test_maks  # ! attr-defined, reportAttributeAccessIssue
data, target = datasets.load_genre_excerpts()  # ! misc, reportGeneralTypeIssues
a, b, c = datasets.load_genre_excerpts(return_X_y=True)  # ! misc, reportAssignmentType
datasets.load_audio_folder(7)  # ! call-overload, reportArgumentType
datasets.load_music()  # ! attr-defined, reportAttributeAccessIssue
find_leaks(X, [(y, y)])[0].train  # ! attr-defined, reportAttributeAccessIssue
saliency("model", X)  # ! arg-type, reportArgumentType
build_cnn(1200, filter=(32,))  # ! call-arg, reportCallIssue
skgenre.save(WaveformScaler())  # ! call-arg, reportCallIssue
skgenre.WaveformScalar  # ! attr-defined, reportAttributeAccessIssue
load_onnx("genres.onnx").predict_probs(X)  # ! attr-defined, reportAttributeAccessIssue
write_predictions(SongClassifier(), [], "a.csv").n_done  # ! attr-defined, reportAttributeAccessIssue
write_predictions("model", [], "genres.csv")  # ! arg-type, reportArgumentType
TrainingCurveDisplay(history={}).plot().axis_  # ! attr-defined, reportAttributeAccessIssue
"""

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
    # basedpyright is pyright as one package: that of pyright's own name downloads it when it runs.
    arguments = ["--outputjson", "--level", "error", "--pythonpath", sys.executable, *SCRIPTS]
    for error in json.loads(check("basedpyright", arguments, folder))["generalDiagnostics"]:
        yield Path(error["file"]).name, error["range"]["start"]["line"] + 1, error["rule"]


SCRIPTS = ["readme.py", "use.py", "mistakes.py"]


@pytest.fixture(scope="module", params=[by_mypy, by_pyright])
def errors(request, scripts):
    """Errors that a checker finds in each script: line and code."""
    found = {name: [] for name in SCRIPTS}
    for name, line, code in request.param(scripts):
        found[name].append((line, code))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", ["readme.py", "use.py"])
def test_right_use_is_taken(errors, name):
    assert errors[name] == []


@pytest.mark.slow
def test_each_mistake_is_found_where_it_is_and_nothing_else(errors, request):
    place = [by_mypy, by_pyright].index(request.node.callspec.params["errors"])
    lines = enumerate(MISTAKES.splitlines(), 1)
    marked = [(number, line.partition("# ! ")[2]) for number, line in lines if "# ! " in line]
    assert len(marked) > 10
    assert errors["mistakes.py"] == [(n, codes.split(", ")[place]) for n, codes in marked]


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
    assert [error for error in found if not of_bases.match(error[1])] == []
