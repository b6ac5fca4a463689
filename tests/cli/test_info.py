"""``skgenre info``."""

import os

import pytest
from sklearn.linear_model import LogisticRegression

from skgenre.persistence import load, save
from skgenre.songs import SongClassifier
from tests.cli.commands import run

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no such names or links.")


def test_info_tells_what_a_model_is(model):
    done = run("info", model)
    assert done.returncode == 0
    assert "genres            high, low" in done.stdout
    assert "sample rate       400 Hz" in done.stdout
    assert "parameters" in done.stdout


def test_files_that_are_no_models(tmp_path, music):
    empty_zip = b"PK\x05\x06" + bytes(18)
    for name, content in {"text": b"no model", "empty": b"", "zip": empty_zip}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=f"Cannot load a model from '.*{name}'"):
            load(tmp_path / name)
    save(LogisticRegression(), tmp_path / "other")
    done = run("info", tmp_path / "other")
    assert done.returncode == 2
    assert "holds a LogisticRegression, not a SongClassifier" in done.stderr


class Stranger(LogisticRegression):
    pass


def test_types_that_are_not_trusted_are_refused(tmp_path):
    save(SongClassifier(Stranger()), tmp_path / "model", trusted=[f"{__name__}.Stranger"])
    with pytest.raises(ValueError, match=r"types that are not trusted: \['.*Stranger'\]"):
        load(tmp_path / "model")
