"""Train the model of `load_demo_model` on the music that comes with the package.

Run ``python -m skgenre.datasets._build_demo_model``; it takes less than a minute. Another processor
or version of TensorFlow rounds differently and writes a model with slightly other weights.
"""

import argparse
from pathlib import Path

import numpy as np

from skgenre.audio._waveforms import EXCERPT_SECONDS, SAMPLE_RATE
from skgenre.datasets._demo_model import DEMO_MODEL
from skgenre.datasets._genre_excerpts import load_genre_excerpts
from skgenre.datasets._sources import GENRES
from skgenre.onnx._export import export_onnx
from skgenre.songs._excerpt_classifiers import default_estimator
from skgenre.songs._song_classifier import SongClassifier


def join_songs(music):
    """Return the excerpts of each song in a row, and the songs' labels."""
    _, first, counts = np.unique(music.groups, return_index=True, return_counts=True)
    songs = [music.data[start : start + n].ravel() for start, n in zip(first, counts, strict=True)]
    return songs, music.target_names[music.target[first]]


def train(music):
    """Return a classifier of songs, fitted on all of them."""
    network = default_estimator(SAMPLE_RATE).set_params(random_state=0)
    # Songs are cut as they were for the data set, so that these are its excerpts again.
    classifier = SongClassifier(network, sample_rate=SAMPLE_RATE, excerpt_seconds=EXCERPT_SECONDS)
    return classifier.fit(*join_songs(music))


def main(arguments=None):
    """Write the model, once ONNX Runtime agrees with the network on all excerpts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "out", nargs="?", type=Path, default=DEMO_MODEL, help="file (default: the shipped one)"
    )
    options = parser.parse_args(arguments)
    music = load_genre_excerpts(GENRES)
    export_onnx(train(music), options.out, music.data)


if __name__ == "__main__":
    main()
