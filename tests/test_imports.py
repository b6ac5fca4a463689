"""What importing costs and changes, and that imports point down."""

import ast
import json
from graphlib import TopologicalSorter
from importlib import import_module
from importlib.util import resolve_name
from pathlib import Path

import pytest

import skgenre
from tests.helpers.interpreter import run_python

PACKAGE = Path(skgenre.__file__).parent
PUBLIC_NAMES = {"CNNGenreClassifier", "SongClassifier", "WaveformScaler", "audio", "datasets"}


def run(code):
    """Run code in a fresh interpreter that finds the same package; return what it prints."""
    printed = run_python("-W", "error", "-c", code, cwd=PACKAGE.parent)
    return json.loads(printed)


# --- what is loaded


MUSIC = "from skgenre.datasets import load_genre_excerpts; load_genre_excerpts()"
STATEMENTS = [
    "import skgenre",
    "import skgenre; dir(skgenre)",
    "from skgenre import WaveformScaler; WaveformScaler().fit_transform([[0, 1]])",
    "import skgenre.audio",
    "import skgenre.dask",
    "import skgenre.datasets",
    "import skgenre.displays",
    "import skgenre.leakage",
    "import skgenre.networks",
    "import skgenre.onnx_runtime",
    "import skgenre.persistence",
    "import skgenre.predictions",
    "import skgenre.songs",
    MUSIC,
    "from skgenre.datasets import make_genre_excerpts; make_genre_excerpts(2)",
    "from skgenre import SongClassifier; SongClassifier()",
    "import skgenre.evaluation",
    "import skgenre; skgenre.show_versions",
    "from skgenre.audio import cut_excerpts; cut_excerpts([0.0])",
    "from skgenre.cli._app import COMMANDS",
]


@pytest.fixture(scope="module")
def loaded():
    """What is loaded after each statement, in a process that runs one after the other."""
    return run(f"""
import json, sys
loaded = {{}}
for statement in {STATEMENTS}:
    exec(statement, {{}})
    loaded[statement] = list(sys.modules)
print(json.dumps(loaded))
""")


@pytest.mark.parametrize("statement", STATEMENTS)
def test_neither_tensorflow_nor_keras_is_loaded_before_it_is_needed(loaded, statement):
    assert "skgenre" in loaded[statement]
    tops = {name.partition(".")[0] for name in loaded[statement]}
    assert not tops & {"tensorflow", "keras", "scikeras", "tf_keras", "h5py"}


# The demo does with these what it has to do at once.
QUICK = ["import skgenre.audio", "import skgenre.datasets", "import skgenre.songs"]


@pytest.mark.parametrize("statement", QUICK)
def test_places_whose_names_resolve_on_first_use_load_no_scikit_learn(statement):
    assert "sklearn" not in run(
        f"{statement}\nimport json, sys\nprint(json.dumps(list(sys.modules)))"
    )


def test_importing_the_package_alone_loads_neither_numpy_nor_scikit_learn(loaded):
    assert not {"numpy", "sklearn"} & set(loaded["import skgenre"])


def test_the_music_that_comes_along_is_read_without_further_libraries(loaded):
    assert not {"soundfile", "soxr", "matplotlib"} & set(loaded[MUSIC])


# What TensorFlow and scikit-learn do on their own import is theirs, so they come first.
FIRST_USE = """
import sklearn.ensemble, tensorflow, keras, scikeras.wrappers
import json, os, random
import numpy as np

def look():
    of_numpy = [np.asarray(part).tolist() for part in np.random.get_state()]
    return {
        "environment": dict(os.environ),
        "python's generator": random.getstate(),
        "numpy's generator": of_numpy,
        "floatx": keras.config.floatx(),
        "dtype policy": keras.config.dtype_policy().name,
    }

before = look()
import skgenre.classifiers
after = look()
names = {name: type(getattr(skgenre, name)).__name__ for name in skgenre.__all__}
print(json.dumps({"before": before, "after": after, "names": names}))
"""


@pytest.fixture(scope="module")
def first_use():
    return run(FIRST_USE)


@pytest.mark.slow
def test_importing_the_classifiers_changes_nothing_around_them(first_use):
    assert first_use["before"]["environment"]
    assert first_use["after"] == first_use["before"]


@pytest.mark.slow
def test_every_public_name_resolves_on_first_use(first_use):
    assert first_use["names"].keys() == set(skgenre.__all__)
    assert first_use["names"]["WaveformScaler"] == "type"
    assert first_use["names"]["datasets"] == "module"


# --- names


def test_public_names_are_listed_once_and_resolve():
    assert set(skgenre.__all__) >= PUBLIC_NAMES
    assert len(set(skgenre.__all__)) == len(skgenre.__all__)
    assert set(dir(skgenre)) >= {*skgenre.__all__, "__version__"}
    for name in skgenre.__all__:
        resolved = getattr(skgenre, name)
        assert resolved.__name__ in {name, f"skgenre.{name}"}


def test_star_import_gives_the_public_names():
    namespace = {}
    exec("from skgenre import *", namespace)
    assert namespace.keys() - {"__builtins__"} == set(skgenre.__all__)


@pytest.mark.parametrize("name", ["WaveformScalar", "tensorflow", "__wrapped__", "_engines"])
def test_unknown_names_raise_attribute_error(name):
    assert not hasattr(skgenre, name)
    with pytest.raises(AttributeError, match=f"'skgenre' has no attribute '{name}'"):
        getattr(skgenre, name)
    with pytest.raises(ImportError, match=name):
        exec(f"from skgenre import {name}")


LAZY = ["skgenre", "skgenre.audio", "skgenre.datasets", "skgenre.persistence", "skgenre.songs"]


@pytest.mark.parametrize("place", LAZY)
def test_names_that_resolve_on_first_use_are_those_of_the_stub(place):
    module = import_module(place)
    stub = ast.parse(Path(module.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    named = {
        (node.module, alias.name)
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert {name for _, name in named} == set(module.__all__)
    [listed] = [ast.literal_eval(node.value) for node in stub.body if isinstance(node, ast.Assign)]
    assert sorted(listed) == module.__all__
    public = [name for name in dir(module) if not name.startswith("__")]
    assert public == module.__all__
    assert "__doc__" in dir(module)
    for home, name in named:
        assert getattr(module, name) is getattr(import_module(home), name)
    with pytest.raises(AttributeError, match=f"module '{place}' has no attribute 'sing'"):
        module.sing  # noqa: B018


# --- the direction of imports


def dotted_name(path):
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {dotted_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def at_module_level(node):
    """Walk what runs on import: everything but the bodies of functions."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from at_module_level(child)


def imported(module, nodes):
    """Yield the modules of this package that import statements name."""
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in nodes:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            origin = resolve_name("." * node.level + (node.module or ""), package)
            inside = [f"{origin}.{alias.name}" for alias in node.names]
            names = [name if name in MODULES else origin for name in inside]
        else:
            continue
        yield from (name for name in names if name.partition(".")[0] == "skgenre")


# Places, the highest storey first. A place is what stands in `skgenre/` itself: a public name, or a
# private folder or module named after what several places share.
STOREYS = (
    ("cli",),
    ("displays", "evaluation", "onnx", "persistence", "predictions"),
    ("datasets",),
    ("inspection", "leakage", "songs"),
    ("_song_files", "classifiers"),
    ("_engine", "audio", "dask", "networks", "preprocessing"),
    ("_arrays",),
    ("_bunches", "_keras", "_sklearn", "onnx_runtime", "optuna"),
    (
        "_amplitudes",
        "_extras",
        "_files",
        "_lazy_names",
        "_networks",
        "_readable_numbers",
        "_spectra",
        "_tensorflow",
        "_terminal",
        "_types",
        "_versions",
    ),
)
HEIGHTS = {place: -number for number, storey in enumerate(STOREYS) for place in storey}
# They are run, or resolve names for users, and nothing imports them.
ENTRANCES = {"skgenre", "skgenre.__main__", "skgenre.datasets._build_demo_model"}


def place_of(module):
    return module.split(".")[1]


def definitions(module):
    """Return the names that a module itself binds, imports aside."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    made = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef))
    named = (node for node in at_module_level(tree) if isinstance(node, ast.Name))
    modules = (name.rpartition(".") for name in MODULES)
    return {
        *(node.name for node in made),
        *(node.id for node in named if isinstance(node.ctx, ast.Store)),
        *(name for package, _, name in modules if package == module),
    }


def test_every_place_has_a_storey():
    places = [place for storey in STOREYS for place in storey]
    assert sorted(places) == sorted({place_of(module) for module in MODULES.keys() - ENTRANCES})


@pytest.mark.parametrize("module", sorted(MODULES.keys() - ENTRANCES))
def test_imports_point_down(module):
    """Also those within functions."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    others = {place_of(name) for name in imported(module, ast.walk(tree))} - {place_of(module)}
    assert all(HEIGHTS[other] < HEIGHTS[place_of(module)] for other in others), others


# The places whose names are not their own: they pass on what other libraries define.
PASSED_ON = {"skgenre._sklearn", "skgenre._tensorflow", "skgenre._keras.scikeras_routing"}


@pytest.mark.parametrize("module", sorted(MODULES.keys() - ENTRANCES))
def test_names_are_imported_from_the_file_that_defines_them(module):
    if MODULES[module].name == "__init__.py":
        return
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or node.module not in MODULES:
            continue
        if not {node.module, node.module.rpartition(".")[0]} & PASSED_ON:
            assert {alias.name for alias in node.names} <= definitions(node.module), node.module


# Private names of scikit-learn are imported in one folder: a new version is mended there.
SKLEARN_AT_HOME = {module for module in MODULES if module.startswith("skgenre._sklearn.")}


@pytest.mark.parametrize("module", sorted(MODULES.keys() - SKLEARN_AT_HOME))
def test_private_names_of_scikit_learn_come_from_one_folder(module):
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module.partition(".")[0] == "sklearn":
            dotted = [*node.module.split("."), *(alias.name for alias in node.names)]
            assert not [name for name in dotted if name.startswith("_")]


# The places that load TensorFlow and Keras, or what is derived from their classes.
TENSORFLOW_AT_HOME = {"_tensorflow", "_keras", "_engine", "classifiers", "optuna"}
# `networks/_layers.py` is loaded once a network is built, the converters once one is exported.
TENSORFLOW_AT_HOME |= {"networks", "onnx"}


@pytest.mark.parametrize("module", sorted(MODULES.keys() - ENTRANCES))
def test_tensorflow_is_imported_in_few_places(module):
    if place_of(module) in TENSORFLOW_AT_HOME:
        return
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    for node in at_module_level(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.module.partition(".")[0] not in {"keras", "tensorflow", "scikeras"}
        if isinstance(node, ast.Import):
            tops = {alias.name.partition(".")[0] for alias in node.names}
            assert not tops & {"keras", "tensorflow", "scikeras"}


def parents(module):
    while module := module.rpartition(".")[0]:
        yield module


def imports_on_load(module):
    """Return what importing a module imports, with the packages on the way there."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    named = set(imported(module, at_module_level(tree)))
    on_the_way = {package for name in named for package in parents(name)}
    return named | (on_the_way - {module, *parents(module)})


def test_imports_have_no_circle():
    graph = {module: imports_on_load(module) for module in MODULES}
    assert "skgenre.networks._cnn" in graph["skgenre.classifiers._cnn"]
    assert graph["skgenre.datasets"]
    TopologicalSorter(graph).prepare()  # raises CycleError


@pytest.mark.parametrize("module", MODULES)
def test_no_module_imports_through_the_package_itself(module):
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    assert "skgenre" not in set(imported(module, ast.walk(tree)))


@pytest.mark.parametrize("module", MODULES)
def test_imports_name_modules_that_exist(module):
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    assert set(imported(module, ast.walk(tree))) <= MODULES.keys()


# Other backends need other packages, so Keras only says that it runs on one.
OTHER_BACKEND = """
import json
import keras
keras.config.backend = lambda: "jax"
try:
    from skgenre import CNNGenreClassifier
except ImportError as error:
    print(json.dumps(str(error)))
"""


@pytest.mark.slow
def test_another_backend_of_keras_is_refused_by_name():
    message = run(OTHER_BACKEND)
    assert "'jax'" in message
    assert "KERAS_BACKEND" in message
