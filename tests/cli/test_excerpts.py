"""``skgenre excerpts``."""

import os
import shutil

import numpy as np
import pytest

from skgenre.datasets import load_excerpts_npz
from tests.cli.commands import run

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no such names or links.")


def test_excerpts_writes_the_lessons_file(music, tmp_path):
    done = run("excerpts", music, "-o", tmp_path / "data.npz", "--test-size", "0.5")
    assert done.returncode == 0, done.stderr
    data = load_excerpts_npz(tmp_path / "data.npz", target_names=("high", "low"))
    assert data.X_train.shape[1] == 1200
    assert data.X_train.shape[0] == 2 * (data.y_train == 0).sum() > 0
    assert data.X_test.shape[0] > 0
    spectra = np.abs(np.fft.rfft(data.X_train, axis=1))
    assert set(spectra[data.y_train == 0].argmax(axis=1)) == {450}


def test_the_lessons_file_holds_two_genres(music, tmp_path):
    shutil.copytree(music / "low", tmp_path / "music" / "low")
    done = run("excerpts", tmp_path / "music", "-o", tmp_path / "data.npz")
    assert done.returncode == 2
    assert (
        "skgenre excerpts: needs two genres with at least 2 songs each; there is only low."
        in done.stderr
    )
