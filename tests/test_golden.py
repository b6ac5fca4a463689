"""Files that former releases wrote are read, and say what they said then."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skgenre import load, load_onnx

# Without their suffixes.
MODELS = sorted(path.parent / path.stem for path in Path(__file__).parent.glob("golden/*/*.npz"))
CLASSES = ["classical", "hip-hop", "rock"]


def test_there_are_files_of_each_network():
    assert {model.name for model in MODELS} >= {"cnn", "filterbank"}


@pytest.fixture(params=MODELS, ids=lambda model: f"{model.parent.name}-{model.name}")
def model(request):
    return request.param


# scikit-learn warns of any version but its own; what it would warn of is tested here.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.InconsistentVersionWarning")
def test_a_saved_song_classifier_of_a_former_release(model):
    classifier, expected = load(f"{model}.skops"), np.load(f"{model}.npz")
    probabilities = classifier.predict_proba(list(expected["songs"]))
    assert classifier.classes_.tolist() == CLASSES
    assert_allclose(probabilities, expected["song_probabilities"], atol=1e-5)


def test_an_onnx_model_of_a_former_release(model):
    classifier, expected = load_onnx(f"{model}.onnx"), np.load(f"{model}.npz")
    probabilities = classifier.predict_proba(expected["excerpts"])
    assert classifier.classes_.tolist() == CLASSES
    assert_allclose(probabilities, expected["excerpt_probabilities"], atol=1e-5)
    assert classifier.song_settings["hop_seconds"] == 0.1
