"""
================================
Which moments speak for a class?
================================

A network gives one answer for three seconds of sound. Which moments led to it? A saliency map shows
how much every moment adds to the log-odds of a class. Such maps are easy to believe, so this
example first tests them where the truth is known, and only then turns to music.
"""

# %%
# A cue at a known place
# ----------------------
# Three seconds of noise; every second excerpt has a tone of 60 Hz somewhere in it, 0.3 seconds
# long. The two classes differ in nothing else, so a network that tells them apart must respond to
# the tone, and a correct map must point at it.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline

from skgenre import CNNGenreClassifier, WaveformScaler
from skgenre.datasets import load_genre_excerpts
from skgenre.displays import SaliencyDisplay
from skgenre.inspection import saliency

RATE = 400  # Hz
N_TIMESTEPS = 1200
TONE = 120  # samples, 0.3 s

rng = np.random.default_rng(0)
noise = rng.normal(0, 0.3, (800, N_TIMESTEPS))
labels = np.where(np.arange(800) % 2, "tone", "noise")
begins = rng.integers(0, N_TIMESTEPS - TONE, 800)
swell = np.hanning(TONE)
for row in np.flatnonzero(labels == "tone"):
    phase = rng.uniform(0, 2 * np.pi)
    tone = 0.8 * swell * np.sin(2 * np.pi * 60 * np.arange(TONE) / RATE + phase)
    noise[row, begins[row] : begins[row] + TONE] += tone

listener = make_pipeline(WaveformScaler(), CNNGenreClassifier(epochs=8, random_state=0))
listener.fit(noise[:600], labels[:600])
print(f"accuracy on excerpts not trained on: {listener.score(noise[600:], labels[600:]):.2f}")

# %%
# Does the map point at it?
# -------------------------
# There are two methods: the gradient of the log-odds at the excerpt times the excerpt ("gradient x
# input"), and the same with the mean gradient on the way from silence to the excerpt ("integrated
# gradients"). For each excerpt in which the network finds the tone, the map is summed in windows of
# 50 milliseconds, and the window that speaks most for "tone" should lie within the 0.3 seconds. By
# chance it would in one excerpt out of ten.

heard = 600 + np.flatnonzero((labels == "tone")[600:] & (listener.predict(noise[600:]) == "tone"))
METHODS = {"gradient x input": "gradient_x_input", "integrated gradients": "integrated_gradients"}
for name, method in METHODS.items():
    maps = saliency(listener, noise[heard], target="tone", method=method)
    windows = maps.reshape(len(maps), -1, 20).sum(axis=2)
    strongest = 20 * windows.argmax(axis=1) + 10
    hits = (strongest >= begins[heard]) & (strongest < begins[heard] + TONE)
    moments = np.arange(N_TIMESTEPS)
    inside = (moments >= begins[heard, np.newaxis]) & (moments < begins[heard, np.newaxis] + TONE)
    within, without = np.sum(maps * inside, axis=1), np.sum(maps * ~inside, axis=1)
    print(f"{name}: strongest window in the tone in {hits.mean():.0%} of {len(hits)} excerpts")
    print(f"  the tone adds {within.mean():+.1f} to the log-odds, the rest {without.mean():+.1f}")

# %%
# It does, and the two methods agree: the tone speaks for "tone", the rest speaks against it. That
# is a test of this network and these maps, not of all; a network that finds its cue badly has a map
# as confused as itself.

figure, axes = plt.subplots(2, 1, figsize=(9, 5.5), layout="constrained", sharex=True)
row = heard[0]
for ax, (name, method) in zip(axes, METHODS.items(), strict=True):
    SaliencyDisplay.from_estimator(
        listener, noise[row], target="tone", method=method, sample_rate=RATE, ax=ax
    )
    ends = np.array([begins[row], begins[row] + TONE]) / RATE
    for end in ends:
        ax.axvline(end, color="black", linestyle="--")
    ax.set_title(f"{name}: the tone lies between the dashed lines")
_ = axes[0].set_xlabel("")

# %%
# Real music
# ----------
# Now the same with classical music and rock, where nobody knows the truth. The example takes one
# excerpt of each genre from the test songs: the one whose probability of its own genre is nearest
# 95 percent, so that the network is sure, but not so sure that its log-odds are lost in rounding.
# (The score is that of this one network; :doc:`/hearing` has the mean of several.)

music = load_genre_excerpts(("classical", "rock"))
y, test = music.target_names[music.target], music.test_mask
pipe = make_pipeline(
    WaveformScaler(), CNNGenreClassifier(epochs=6, class_weight="balanced", random_state=0)
)
pipe.fit(music.data[~test], y[~test])
X_test, y_test, song = music.data[test], y[test], music.groups[test]
print(f"balanced accuracy: {balanced_accuracy_score(y_test, pipe.predict(X_test)):.2f}")

# %%
# Integrated gradients have a property that can be checked: they sum to the difference in log-odds
# between the excerpt and silence. Gradient x input has no such sum. The correlation of the two
# maps, window by window, shows how alike they are.


def log_odds(excerpt, column):
    probability = pipe.predict_proba(excerpt[np.newaxis])[0, column].astype(float)
    return np.log(probability / (1 - probability))


[of_silence] = pipe.predict_proba(np.zeros((1, N_TIMESTEPS)))
print(f"silence: {of_silence.max():.0%} {pipe.classes_[of_silence.argmax()]}")

figure, axes = plt.subplots(2, 2, figsize=(13, 6), layout="constrained", sharex=True)
for column, genre in enumerate(pipe.classes_):
    probabilities = np.where(y_test == genre, pipe.predict_proba(X_test)[:, column], 0)
    row = np.abs(probabilities - 0.95).argmin()
    excerpt, title = X_test[row], music.song_names[song[row]]
    displays = [
        SaliencyDisplay.from_estimator(
            pipe, excerpt, target=genre, method=method, sample_rate=RATE, ax=ax
        )
        for method, ax in zip(METHODS.values(), axes[column], strict=True)
    ]
    for name, ax in zip(METHODS, axes[column], strict=True):
        ax.set(title=f'for (red) or against (blue) "{genre}", {name}\n{title}')
    sums = [display.saliency.reshape(-1, 20).sum(axis=1) for display in displays]
    change = log_odds(excerpt, column) - log_odds(0 * excerpt, column)
    print(f"{genre} ({title}), probability {probabilities[row]:.2f}:")
    print(f"  log-odds compared with silence: {change:+.2f}")
    for name, windows in zip(METHODS, sums, strict=True):
        print(f"  sum of {name}: {windows.sum():+.2f}")
    print(f"  correlation of the two maps: {np.corrcoef(*sums)[0, 1]:.2f}")
for ax in axes[0]:
    ax.set_xlabel("")

# %%
# The two methods mark much the same moments. Note that they compare with silence: this network
# takes silence for classical music, and is surer of it than of the classical excerpt. So the sounds
# of that excerpt speak on the whole against "classical", even though "classical" is the answer.
#
# A map also shows what the network makes of a sound, not what the sound is. The balanced accuracy
# above shows how often the network is wrong, and then its map is as colourful as ever.

plt.show()
