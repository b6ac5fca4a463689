"""Versions of libraries."""

import re
import tomllib

import numpy as np

import skgenre
from skgenre._versions import OPTIONAL, REQUIRED, library_versions


def distribution(requirement):
    return re.match(r"[A-Za-z0-9-]+", requirement)[0]


def test_the_list_is_that_of_the_project(request):
    project = tomllib.loads((request.config.rootpath / "pyproject.toml").read_text())["project"]
    assert {distribution(name) for name in project["dependencies"]} | {"scipy"} == set(REQUIRED)
    not_installed_to_be_used = {"benchmark", "dev", "docs", "docs-test", "test", "typing-test"}
    optional = {
        distribution(name)
        for extra, names in project["optional-dependencies"].items()
        if extra not in not_installed_to_be_used
        for name in names
    }
    assert optional - {"skgenre"} == set(OPTIONAL)


def test_versions_are_those_of_the_libraries():
    versions = library_versions()
    assert versions["numpy"] == np.__version__
    assert list(versions)[:2] == ["python", "skgenre"]
    assert all(versions.values())


def test_libraries_that_are_missing_are_left_out(monkeypatch):
    monkeypatch.setattr("skgenre._versions.OPTIONAL", ("no-such-library",))
    assert "no-such-library" not in library_versions()


def test_versions_are_shown(capsys):
    assert skgenre.show_versions() is None
    shown = capsys.readouterr().out
    assert re.search(rf"^ +numpy: {re.escape(np.__version__)}$", shown, re.MULTILINE)
    assert re.search(r"^ +machine: \S+", shown, re.MULTILINE)
