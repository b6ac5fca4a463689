"""The table of networks: each row is complete, and nothing else lists the classifiers."""

import ast
import inspect
from importlib import import_module
from pathlib import Path

import pytest
from numpydoc.docscrape import ClassDoc

import skgenre
from skgenre import classifiers, networks, persistence
from skgenre._networks import NETWORKS
from skgenre.cli._commands.train import train
from skgenre.networks._parameters import count_numbers

PACKAGE = Path(skgenre.__file__).parent
every_network = pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
# What a network may have of its own among the parameters that all classifiers have.
OWN_DEFAULTS = {"loss", "optimizer", "learning_rate", "batch_size", "epochs"}
# Where it follows a schedule.
OWN_WORDS = {"learning_rate"}


def classifier_of(network):
    return getattr(classifiers, network.classifier)


@every_network
def test_a_classifier_trains_it(network):
    classifier = classifier_of(network)
    assert getattr(skgenre, network.classifier) is classifier
    assert network.classifier in (PACKAGE / "__init__.pyi").read_text(encoding="utf-8")
    assert network.definition == f"{classifier.__module__}.{classifier.__name__}"
    assert network.place == f"{classifiers.__name__}.{classifier.__name__}"


@every_network
def test_its_parameters_are_listed_as_they_are_built(network):
    build = getattr(networks, f"build_{network.name}")
    module = import_module(f"skgenre.networks._{network.name}")
    settings = {
        name: parameter.default
        for name, parameter in inspect.signature(build).parameters.items()
        if name not in {"n_timesteps", "n_outputs", "seed"}
    }
    listed = getattr(module, f"{network.name}_parameters")(1200, 3, **settings)
    model = build(1200, 3)
    assert listed == networks.parameter_table(model)
    assert count_numbers(listed) == model.count_params()


@every_network
def test_the_command_offers_it(network):
    [option] = [parameter for parameter in train.params if parameter.name == "network"]
    assert network.option in option.type.choices
    assert network.description in option.help


@every_network
def test_files_are_described_and_exported(network, excerpts, tmp_path):
    fitted = classifier_of(network)(epochs=1, random_state=0).fit(*excerpts)
    persistence.save(fitted, tmp_path / "model.skops")
    assert persistence.model_info(tmp_path / "model.skops").network == network.classifier
    skgenre.export_onnx(fitted, tmp_path / "model.onnx", excerpts[0])
    assert persistence.model_info(tmp_path / "model.onnx").classes == fitted.classes_.tolist()


# --- nothing else lists them


def names_in_code(path):
    """Yield names and texts of a module, docstrings aside."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = ast.Module | ast.ClassDef | ast.FunctionDef
    docstrings = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, documented) and ast.get_docstring(node) is not None
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield "" if node in docstrings else node.value


# Facades, the table, and the files that define them.
AT_HOME = {
    "__init__.py",
    "_networks.py",
    "classifiers/__init__.py",
    "classifiers/_cnn.py",
    "classifiers/_filterbank.py",
    "classifiers/_mlp.py",
}


@pytest.mark.parametrize(
    "path", sorted(set(PACKAGE.rglob("*.py")) - {PACKAGE / name for name in AT_HOME})
)
def test_no_other_module_names_a_classifier(path):
    names = {network.classifier for network in NETWORKS.values()}
    assert not [text for text in names_in_code(path) if any(name in text for name in names)]


# --- what all classifiers share


def described(classifier):
    parameters = ClassDoc(classifier)["Parameters"]
    return {parameter.name: (parameter.type, parameter.desc) for parameter in parameters}


def shared(first, second):
    own = {*first._destinations["model"], *second._destinations["model"]} - {"dense_units"}
    return [
        name for name in first().get_params() if name in second().get_params() and name not in own
    ]


@every_network
def test_shared_parameters_are_described_alike(network):
    first, other = map(classifier_of, (NETWORKS["cnn"], network))
    expected, found = described(first), described(other)
    for name in set(shared(first, other)) - OWN_DEFAULTS:
        assert found[name] == expected[name], name
    for name in OWN_DEFAULTS - OWN_WORDS:
        assert found[name][1] == expected[name][1], name


@every_network
def test_shared_parameters_stand_in_one_order_with_one_default(network):
    first, other = map(classifier_of, (NETWORKS["cnn"], network))
    orders = [
        [name for name in inspect.signature(each).parameters if name in shared(first, other)]
        for each in (first, other)
    ]
    assert orders[0] == orders[1]
    assert len(orders[0]) > 10
    for name in set(orders[0]) - OWN_DEFAULTS:
        defaults = [inspect.signature(each).parameters[name].default for each in (first, other)]
        assert defaults[0] == defaults[1]
        assert first._parameter_constraints[name] == other._parameter_constraints[name]
