"""Files that former releases wrote are read, and say what they said then."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skgenre import load, load_onnx

RELEASES = sorted(
    path for path in Path(__file__).with_name("golden").iterdir() if path.name[0].isdigit()
)
CLASSES = ["classical", "hip-hop", "rock"]


def test_there_is_a_file_of_a_release():
    assert RELEASES


@pytest.fixture(params=RELEASES, ids=lambda folder: folder.name)
def release(request):
    return request.param


# scikit-learn warns of any version but its own; what it would warn of is tested here.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.InconsistentVersionWarning")
def test_a_saved_song_classifier_of_a_former_release(release):
    classifier, expected = load(release / "model.skops"), np.load(release / "expected.npz")
    probabilities = classifier.predict_proba(list(expected["songs"]))
    assert classifier.classes_.tolist() == CLASSES
    assert_allclose(probabilities, expected["song_probabilities"], atol=1e-5)


def test_an_onnx_model_of_a_former_release(release):
    classifier, expected = load_onnx(release / "model.onnx"), np.load(release / "expected.npz")
    probabilities = classifier.predict_proba(expected["excerpts"])
    assert classifier.classes_.tolist() == CLASSES
    assert_allclose(probabilities, expected["excerpt_probabilities"], atol=1e-5)
    assert classifier.song_settings["hop_seconds"] == 0.1
