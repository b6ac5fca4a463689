"""A folder of songs, and the model that is trained on it."""

import os
import re
import shutil

import numpy as np
import pytest
import soundfile

from tests.cli.commands import QUICK, run

PITCHES = {"low": 20, "high": 150}


@pytest.fixture(scope="session")
def music(tmp_path_factory):
    """A folder of twelve songs of two genres."""
    folder = tmp_path_factory.mktemp("music")
    for label, pitch in PITCHES.items():
        (folder / label).mkdir()
        for number in range(6):
            times = np.arange(8000 * (4 + number % 3)) / 8000
            noise = np.random.default_rng(number).normal(0, 0.05, len(times))
            waveform = 0.4 * np.sin(2 * np.pi * pitch * times) + noise
            soundfile.write(folder / label / f"{number}.flac", waveform, 8000)
    return folder


@pytest.fixture(scope="session")
def model(music, tmp_path_factory):
    """A model of these songs."""
    path = tmp_path_factory.mktemp("models") / "model.skops"
    done = run("train", music, "-o", path, *QUICK)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    reading, training, trained = done.stderr.splitlines()
    assert re.fullmatch(r"Reading songs - \d+s - 12/12", reading)
    assert re.fullmatch(r"Epoch 3/3 - \d+s - loss \d\.\d+ acc \d\.\d+", training)
    assert trained == f"Trained on 12 songs (6 high, 6 low). The model is in {path}."
    return path


@pytest.fixture(scope="session")
def onnx_model(model, tmp_path_factory):
    """The same model, as an ONNX model."""
    path = tmp_path_factory.mktemp("models") / "model.onnx"
    done = run("export", model, "-o", path)
    assert done.returncode == 0, done.stderr
    assert "ONNX Runtime predicts the same" in done.stderr
    return path


@pytest.fixture
def strange_music(music, tmp_path):
    """A folder with a link, a link that leads nowhere, and names that are not UTF-8."""
    folder = tmp_path / "music"
    folder.mkdir()
    (folder / "high").symlink_to(music / "high")
    (folder / "gone").symlink_to("nowhere")
    genre = os.fsencode(folder) + b"/\xe9"
    os.mkdir(genre)
    for number in range(3):
        shutil.copy(music / "low" / f"{number}.flac", genre + b"/\xff%d.flac" % number)
    return folder
