"""Docstrings of all that is public: complete to numpydoc, whose codes are all in force."""

import inspect
from importlib import import_module

import pytest
from numpydoc.docscrape import NumpyDocString
from numpydoc.validate import validate

import skgenre

MODULES = ["skgenre", *(f"skgenre.{name}" for name in skgenre._SUBMODULES)]


def _is_ours(member):
    function = getattr(member, "fget", member)
    return (getattr(function, "__module__", None) or "").startswith("skgenre.")


def _public_objects():
    """Classes and functions by the name under which they are imported, each once."""
    named = [(f"{module}.{name}", module, name) for module in MODULES for name in _names(module)]
    found = {}
    for full_name, module, name in named:
        value = getattr(import_module(module), name)
        if inspect.isclass(value) or inspect.isfunction(value):
            found.setdefault(value, full_name)
    return {full_name: value for value, full_name in found.items()}


def _names(module):
    return import_module(module).__all__


def _members(full_name, value):
    if not inspect.isclass(value):
        return []
    return [
        f"{full_name}.{name}"
        for name, member in inspect.getmembers(value)
        if not name.startswith("_") and _is_ours(member)
    ]


PUBLIC = _public_objects()
DOCUMENTED = [name for item in PUBLIC.items() for name in [item[0], *_members(*item)]]


def test_methods_and_what_a_base_class_brings_are_among_them():
    assert {
        "skgenre.CNNGenreClassifier.fit",
        "skgenre.CNNGenreClassifier.model_",
        "skgenre.WaveformScaler.inverse_transform",
        "skgenre.displays.TrainingCurveDisplay.from_estimator",
        "skgenre.load",
    } <= set(DOCUMENTED)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_numpydoc_finds_no_fault(name):
    assert validate(name)["errors"] == []


@pytest.mark.parametrize("name", PUBLIC)
def test_an_example_shows_it_in_use(name):
    examples = "\n".join(NumpyDocString(inspect.getdoc(PUBLIC[name]))["Examples"])
    assert ">>>" in examples
    assert name.rpartition(".")[2] in examples


@pytest.mark.parametrize("name", MODULES)
def test_modules_say_what_they_are_for(name):
    assert import_module(name).__doc__


def test_the_api_page_lists_all_and_nothing_else(request):
    page = (request.config.rootpath / "docs" / "api.rst").read_text(encoding="utf-8")
    listed = {f"skgenre.{line.strip()}" for line in page.splitlines() if line.startswith("   ")}
    documented = {name for name in listed if not name.startswith("skgenre.:")}
    assert documented == {*PUBLIC, "skgenre.persistence.TRUSTED_TYPES"}
