"""Write the files that later versions have to read: ``python -m tests.golden``, once a release.

`tests/test_golden.py` reads those of all releases.
"""

from importlib.metadata import version
from pathlib import Path

import numpy as np
from sklearn.pipeline import make_pipeline

from skgenre import (
    CNNGenreClassifier,
    FilterbankGenreClassifier,
    SongClassifier,
    WaveformScaler,
    export_onnx,
    save,
)
from skgenre.datasets import make_genre_excerpts


def main():
    """Train a small classifier of songs with each network, save it, and what it says of some."""
    folder = Path(__file__).with_name(version("skgenre"))
    folder.mkdir(exist_ok=True)
    cnn = CNNGenreClassifier(
        filters=(4, 6), kernel_sizes=(9, 5), strides=(2, 2), dense_units=8, random_state=0
    )
    filterbank = FilterbankGenreClassifier(
        window=16, n_bands=6, filters=4, kernel_sizes=2, dense_units=8, random_state=0
    )
    _write(folder, "cnn", make_pipeline(WaveformScaler(), cnn))
    _write(folder, "filterbank", filterbank)


def _write(folder, name, estimator):
    songs, y = make_genre_excerpts(30, n_classes=3, n_timesteps=120, random_state=0)
    classifier = SongClassifier(estimator, excerpt_seconds=0.15, hop_seconds=0.1)
    classifier.fit(list(songs), np.array(["classical", "hip-hop", "rock"])[y])
    save(classifier, folder / f"{name}.skops")
    export_onnx(classifier, folder / f"{name}.onnx")
    excerpts = songs[:5, :60]
    np.savez(
        folder / f"{name}.npz",
        songs=songs[:5],
        song_probabilities=classifier.predict_proba(list(songs[:5])),
        excerpts=excerpts,
        excerpt_probabilities=classifier.estimator_.predict_proba(excerpts),
    )


if __name__ == "__main__":
    main()
