"""
================
A song over time
================

A song is not the same from beginning to end. :class:`~skgenre.SongClassifier` cuts it into excerpts
of three seconds, classifies each with a network, and combines the answers to one for the song. This
example looks at the single answers: in songs that the classifier has never heard, and in a medley,
where the genre changes at known times.
"""

# %%
# Songs out of excerpts
# ---------------------
# The shipped music comes as excerpts, in the order of the song. Joined end to end they are a
# waveform again. The package has all excerpts of rock songs that are not silent, but at most 28 of
# each classical piece, evenly spaced, so their waveform is a shortened piece with cuts in it.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.pipeline import make_pipeline

from skgenre import CNNGenreClassifier, SongClassifier, WaveformScaler
from skgenre.datasets import load_genre_excerpts
from skgenre.displays import SongTimelineDisplay

music = load_genre_excerpts(("classical", "rock"))
waveforms = {number: music.data[music.groups == number].ravel() for number in set(music.groups)}
genres = {
    number: music.target_names[music.target[music.groups == number][0]] for number in waveforms
}
test_songs = sorted(set(music.groups[music.test_mask]))
training_songs = sorted(set(waveforms) - set(test_songs))

network = CNNGenreClassifier(epochs=6, class_weight="balanced", random_state=0)
classifier = SongClassifier(make_pipeline(WaveformScaler(), network))
classifier.fit(
    [waveforms[number] for number in training_songs],
    [genres[number] for number in training_songs],
)
print(f"learned from {len(training_songs)} songs, {classifier.n_excerpts_.sum()} excerpts")

# %%
# Ten songs never heard
# ---------------------
# One row for each test song: the probability of its own genre for the whole song, which is the mean
# over its excerpts, and the share of its excerpts that are right.

courses = classifier.predict_excerpts([waveforms[number] for number in test_songs])
own = {}
for number, course in zip(test_songs, courses, strict=True):
    column = list(classifier.classes_).index(genres[number])
    own[number] = course.probabilities[:, column].mean()
    right = np.mean(course.labels == genres[number])
    print(f"{own[number]:4.0%} {right:4.0%}  {genres[number]:<9} {music.song_names[number]}")

# %%
# Doubtful songs
# --------------
# For each genre, the test song with the lowest probability of its own genre, excerpt by excerpt.
# The legend has the result for the whole song.

figure, axes = plt.subplots(2, 1, figsize=(9, 6), layout="constrained")
doubtful = {
    genre: min((n for n in test_songs if genres[n] == genre), key=own.get)
    for genre in classifier.classes_
}
for ax, (genre, number) in zip(axes, doubtful.items(), strict=True):
    SongTimelineDisplay.from_estimator(classifier, waveforms[number], ax=ax)
    ax.set_title(f"{music.song_names[number]} ({genre})")

# %%
# Quiet rock
# ----------
# Does loudness decide? Here loudness is the root mean square of an excerpt in decibels; 0 dB is
# amplitude 1. In the doubtful rock song the quiet excerpts pass for classical music and the loudest
# ones for rock; only a few decibels between them have both. So the network relies on the level.
# ``WaveformScaler(per_excerpt=True)`` removes the level and keeps the shape of the wave; which of
# the two works better is a question for cross-validation.

excerpts = music.data[music.groups == doubtful["rock"]]
decibels = 10 * np.log10(np.mean(excerpts**2, axis=1))
course = courses[test_songs.index(doubtful["rock"])]
for genre in classifier.classes_:
    taken = decibels[course.labels == genre]
    print(f"taken for {genre}: {len(taken)} excerpts, median {np.median(taken):.1f} dB")

figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
rock_column = list(classifier.classes_).index("rock")
ax.scatter(decibels, course.probabilities[:, rock_column], color="#e69f00", edgecolor="black")
ax.axhline(0.5, color="grey", linestyle=":")
_ = ax.set(
    xlabel="Loudness of the excerpt (dB)",
    ylabel='Probability of "rock"',
    title=f"Excerpts of {music.song_names[doubtful['rock']]}",
)

# %%
# A medley
# --------
# Fifteen seconds each of a classical piece, of a rock song from its second minute on, and of the
# piece again, all new to the classifier. ``hop_seconds`` matters in prediction too: with a hop of
# half a second the excerpts overlap and the picture gets finer. A bar stands where its excerpt
# begins, so a change may show up to three seconds before the dashed line, where excerpts contain
# both.

piece, rock_song = (
    max((n for n in test_songs if genres[n] == genre), key=own.get)
    for genre in ("classical", "rock")
)


def part(number, begin, end):
    return waveforms[number][begin * music.sample_rate : end * music.sample_rate]


medley = np.concatenate([part(piece, 0, 15), part(rock_song, 60, 75), part(piece, 15, 30)])
classifier.set_params(hop_seconds=0.5)
display = SongTimelineDisplay.from_estimator(classifier, medley)
for change in (15, 30):
    display.ax_.axvline(change, color="black", linestyle="--")
names = [music.song_names[number] for number in (piece, rock_song, piece)]
_ = display.ax_.set_title(" | ".join(names))

# %%
# The medley as a whole has no right answer. Its label comes from the mean over its excerpts, and
# the probability shows how much of the medley is of each genre rather than how sure the network is.

print("the whole medley:", classifier.predict([medley])[0])
plt.show()
