"""
============================
More songs, or more of them?
============================

A song of four minutes gives eighty excerpts. Does that make eighty examples of its genre? This
example draws two learning curves: one with a few excerpts of each training song, one with many.
If excerpts were what counts, the second curve would be far ahead.
"""

# %%
# The music
# ---------
# The test songs are fixed and never drawn from. For training there are 25 classical songs, but only
# six rock songs, so the curve ends at six songs of each genre.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline

from skgenre import CNNGenreClassifier, WaveformScaler
from skgenre.datasets import load_genre_excerpts

music = load_genre_excerpts(("classical", "rock"))
X, song, test = music.data, music.groups, music.test_mask
y = music.target_names[music.target]

# %%
# Drawing songs, then excerpts
# ----------------------------
# :func:`~sklearn.model_selection.learning_curve` counts rows: for a smaller training set it leaves
# out excerpts, not songs. A loop of your own can do both: it draws songs, the same number of each
# genre, and takes excerpts evenly spread over each song.

N_SONGS = [1, 2, 4, 6]
PER_SONG = [6, 24]
N_DRAWS = 6
N_STEPS = 100
BATCH_SIZE = 16


def draw(n_songs, per_song, rng):
    rows = []
    for genre in music.target_names:
        candidates = np.unique(song[~test & (y == genre)])
        for number in rng.choice(candidates, n_songs, replace=False):
            of_song = np.flatnonzero(song == number)
            places = np.linspace(0, len(of_song) - 1, min(per_song, len(of_song)))
            rows.append(of_song[places.round().astype(int)])
    return np.concatenate(rows)


# %%
# A small training set has few batches. To compare the data and not the time of training, each
# training takes about the same number of steps: fewer excerpts, more epochs. Both curves use the
# same draws of songs.


def score(n_songs, per_song, seed):
    rows = draw(n_songs, per_song, np.random.default_rng(seed))
    steps_per_epoch = np.ceil(len(rows) / BATCH_SIZE)
    classifier = CNNGenreClassifier(
        kernel_sizes=(15, 15, 7, 7),
        batch_size=BATCH_SIZE,
        epochs=round(N_STEPS / steps_per_epoch),
        class_weight="balanced",
        random_state=seed,
    )
    pipe = make_pipeline(WaveformScaler(), classifier).fit(X[rows], y[rows])
    return balanced_accuracy_score(y[test], pipe.predict(X[test]))


scores = {
    per_song: np.array(
        [[score(n_songs, per_song, seed) for seed in range(N_DRAWS)] for n_songs in N_SONGS]
    )
    for per_song in PER_SONG
}
for per_song, table in scores.items():
    for n_songs, row in zip(N_SONGS, table, strict=True):
        print(
            f"{n_songs} songs a genre, up to {per_song:2d} excerpts a song: "
            f"balanced accuracy {row.mean():.2f} +/- {row.std():.2f}"
        )

# %%
# Two ways to count
# -----------------
# The same scores twice: over the number of songs, and over the number of excerpts.

figure, (by_song, by_excerpt) = plt.subplots(
    1, 2, figsize=(10, 4), layout="constrained", sharey=True
)
for (per_song, table), color, marker in zip(
    scores.items(), ("#d55e00", "#0072b2"), ("o", "s"), strict=True
):
    songs, means = np.array(N_SONGS), table.mean(axis=1)
    label = f"up to {per_song} excerpts a song"
    for ax, where, shift in [(by_song, songs, 0.05), (by_excerpt, songs * per_song, 0)]:
        ax.errorbar(
            where + (shift if per_song == PER_SONG[0] else -shift),
            means,
            table.std(axis=1),
            color=color,
            marker=marker,
            capsize=3,
            label=label,
        )
for ax in (by_song, by_excerpt):
    ax.axhline(0.5, color="grey", linestyle=":", label="guessing")
by_song.set(
    xlabel="Training songs of each genre",
    ylabel="Balanced accuracy on test songs",
    xticks=N_SONGS,
    ylim=(0.4, 0.85),
    title="By songs, the curves lie close together",
)
by_excerpt.set(
    xlabel="Training excerpts of each genre, at most",
    title="By excerpts, they lie apart",
)
by_song.legend(loc="lower right", fontsize="small")
_ = figure.suptitle(f"Mean and standard deviation of {N_DRAWS} draws of songs")

# %%
# Compare one song of 24 excerpts with four songs of six: as many excerpts, but the second set
# teaches more. Excerpts of one song are alike, so after the first few the rest add little; another
# song brings sounds that the network has not heard.
#
# It is a small experiment. All six rock songs are by two bands, at the right end each draw has the
# same six, and there are just two rock songs to test on, so the curve of a larger collection may
# flatten elsewhere. (:doc:`/hearing` has the scores of all training songs.) What carries over is
# the habit: count songs, report songs, and collect songs.

plt.show()
