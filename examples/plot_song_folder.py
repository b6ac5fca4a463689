"""
=======================
A folder of sound files
=======================

Songs come as files, a folder for each genre. :class:`~skgenre.SongClassifier` takes the files
themselves: it decodes them, cuts them into excerpts, learns, and answers by song. This example
makes its own music, so it needs no download, and goes the whole way from files to a picture of how
the answer changes over a song.
"""

# %%
# Music to learn from
# -------------------
# Two genres are easy to make: "pads" are slow chords, "drums" are bursts of noise on a beat. Each
# song has its own pitch, tempo and length. The songs go into a folder for each genre, as WAV and
# Ogg files at 22,050 Hz.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import soundfile
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline

from skgenre import CNNGenreClassifier, SongClassifier, WaveformScaler
from skgenre.datasets import load_audio_folder
from skgenre.displays import SongTimelineDisplay

RATE = 22050  # Hz


def pads(seconds, rng):
    times = np.arange(round(seconds * RATE)) / RATE
    root = rng.uniform(50, 80)
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * rng.uniform(0.1, 0.3) * times)
    chord = sum(np.sin(2 * np.pi * root * ratio * times) for ratio in (1, 5 / 4, 3 / 2))
    return 0.2 * swell * chord + rng.normal(0, 0.02, len(times))


def drums(seconds, rng):
    times = np.arange(round(seconds * RATE)) / RATE
    beat = 60 / rng.uniform(100, 150)
    since_stroke = times % beat
    kick = np.sin(2 * np.pi * rng.uniform(50, 80) * since_stroke) * np.exp(-since_stroke / 0.05)
    rattle = rng.normal(0, 0.2, len(times)) * np.exp(-since_stroke / 0.03)
    return 0.6 * kick + rattle


rng = np.random.default_rng(0)
home = tempfile.TemporaryDirectory()
for genre, compose in {"pads": pads, "drums": drums}.items():
    folder = Path(home.name) / genre
    folder.mkdir()
    for number in range(8):
        suffix = "wav" if number % 2 else "ogg"
        soundfile.write(folder / f"{number}.{suffix}", compose(rng.uniform(12, 30), rng), RATE)

songs = load_audio_folder(home.name)
labels = songs.target_names[songs.target]
print(len(songs.paths), "songs, for example", Path(songs.paths[0]).relative_to(home.name))

# %%
# Scores by song
# --------------
# A row is a song: whatever scikit-learn does with rows, it does with whole songs. No song can have
# excerpts both in training and in the test.

network = CNNGenreClassifier(epochs=4, class_weight="balanced", random_state=0)
classifier = SongClassifier(make_pipeline(WaveformScaler(), network), n_jobs=2)
predicted = cross_val_predict(classifier, songs.paths, labels, cv=4)
print(f"balanced accuracy by song: {balanced_accuracy_score(labels, predicted):.2f}")

# %%
# A song over time
# ----------------
# A medley changes from one genre to the other and back.
# :class:`~skgenre.displays.SongTimelineDisplay` draws the result of ``predict_excerpts`` for the
# file; the legend has the result for the whole song.

medley = Path(home.name) / "medley.ogg"
parts = [compose(15, rng) for compose in (pads, drums, pads)]
soundfile.write(medley, np.concatenate(parts), RATE)

classifier.fit(songs.paths, labels)
[course] = classifier.predict_excerpts([medley])
print("excerpt by excerpt:", ", ".join(course.labels))

display = SongTimelineDisplay.from_estimator(classifier, medley)
for change in (15, 30):
    display.ax_.axvline(change, color="black", linestyle="--")
_ = display.ax_.set_title("Fifteen seconds each of pads, drums and pads")

# %%
# The files are no longer needed:

home.cleanup()
plt.show()
