"""The whole way on real music, where Debian's packages of it have been unpacked."""

import os
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline

from skgenre import CNNGenreClassifier, MLPGenreClassifier, SongClassifier, WaveformScaler
from skgenre.audio import read_audio

FOLDER = os.environ.get("SKGENRE_SONGS")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        FOLDER is None,
        reason="SKGENRE_SONGS names no folder with Debian's fretsonfire-songs-sectoid and "
        "wesnoth-1.16-music, unpacked; .ci/run fetches them where apt-get can.",
    ),
]


@pytest.fixture(scope="module")
def songs():
    """Orchestral pieces as paths; rock songs as waveforms: their guitars are in a second file."""
    classical = sorted(map(str, Path(FOLDER).rglob("wesnoth/*/data/core/music/*.ogg")))
    bands = sorted(path.parent for path in Path(FOLDER).rglob("fretsonfire/**/song.ogg"))
    rock = [_add(read_audio(band / "song.ogg"), read_audio(band / "guitar.ogg")) for band in bands]
    assert len(classical) > 20
    assert len(rock) == 4
    return classical + rock, np.repeat(["classical", "rock"], [len(classical), len(rock)])


def _add(one, other):
    n_samples = max(len(one), len(other))
    return np.pad(one, (0, n_samples - len(one))) + np.pad(other, (0, n_samples - len(other)))


def balanced_accuracies(network, X, y, memory):
    """Cross-validate by song; returns the balanced accuracy by song and by excerpt."""
    inner = make_pipeline(WaveformScaler(), network(class_weight="balanced", random_state=0))
    classifier = SongClassifier(inner, memory=memory, n_jobs=2, max_excerpts=40)
    predicted, labels, heard = np.empty_like(y), [], []
    for train, test in StratifiedKFold(4, shuffle=True, random_state=0).split(y, y):
        unheard = [X[row] for row in test]
        classifier.fit([X[row] for row in train], y[train])
        predicted[test] = classifier.predict(unheard)
        for label, course in zip(y[test], classifier.predict_excerpts(unheard), strict=True):
            labels += [label] * len(course.labels)
            heard += course.labels.tolist()
    found = balanced_accuracy_score(y, predicted), balanced_accuracy_score(labels, heard)
    print(
        f"{network.__name__}: balanced accuracy {found[0]:.3f} by song, {found[1]:.3f} by excerpt"
    )
    return found


def test_labels_of_real_songs(songs, tmp_path):
    of_cnn, of_mlp = (
        balanced_accuracies(network, *songs, str(tmp_path))
        for network in (CNNGenreClassifier, MLPGenreClassifier)
    )
    # A coin would have a half; with three rock songs to learn from, the perceptron has hardly more.
    assert min(of_cnn) > 0.6
    assert of_cnn > of_mlp
