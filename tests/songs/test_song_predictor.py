"""The course of a song without scikit-learn: as the classifier of songs has it."""

import numpy as np
import pytest

from skgenre import MLPGenreClassifier, SongClassifier, export_onnx, load_onnx
from skgenre.songs._onnx_songs import song_classifier_of
from skgenre.songs._song_predictor import predictor_of_onnx

RNG = np.random.default_rng(0)
SONGS = [RNG.normal(0, 0.1, n).astype(np.float32) for n in (400, 1000, 1700, 2000)]
SETTINGS = {
    "end-to-end": {"aggregate": "mean"},
    "overlap": {"aggregate": "max", "hop_seconds": 0.25},
    "few": {"aggregate": "vote", "max_excerpts": 3},
}


@pytest.fixture(scope="module", params=SETTINGS)
def model(request, tmp_path_factory):
    """An ONNX model of songs that are cut, and joined, in some way."""
    network = MLPGenreClassifier(hidden_units=4, epochs=1, random_state=0)
    classifier = SongClassifier(
        network, sample_rate=400, excerpt_seconds=1.0, **SETTINGS[request.param]
    )
    path = tmp_path_factory.mktemp("models") / "model.onnx"
    export_onnx(classifier.fit(SONGS, ["a", "b", "a", "b"]), path)
    return load_onnx(path)


@pytest.mark.parametrize("n_samples", [1, 399, 400, 401, 1999])
def test_it_is_that_of_the_classifier_of_songs(model, n_samples):
    song = RNG.normal(0, 0.1, n_samples).astype(np.float32)
    classifier = song_classifier_of(model)
    [expected] = classifier.predict_excerpts([song])
    predictor = predictor_of_onnx(model)
    [course] = predictor.predict_excerpts([song])
    assert np.array_equal(course.seconds, expected.seconds)
    assert np.array_equal(course.probabilities, expected.probabilities)
    assert np.array_equal(predictor.predict_proba([song]), classifier.predict_proba([song]))


@pytest.mark.parametrize(
    ("setting", "value"),
    [("aggregate", "sum"), ("hop_seconds", -1.0), ("max_excerpts", 1.5), ("excerpt_seconds", "1")],
)
def test_settings_that_are_none_are_refused(model, monkeypatch, setting, value):
    monkeypatch.setitem(model.song_settings, setting, value)
    with pytest.raises(ValueError, match=f"its {setting} is {value!r}"):
        predictor_of_onnx(model)
