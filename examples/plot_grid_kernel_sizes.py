"""
=============================================
A grid of kernel sizes, with songs kept apart
=============================================

A kernel of the first layer is a short piece of wave that the network compares with the music, place
by place. How long should it be, and how large should the learning rate be?
:class:`~sklearn.model_selection.GridSearchCV` tries the combinations. The folds keep songs apart,
and the picture shows how much the scores vary from fold to fold, because that decides how much a
difference between two settings means.
"""

# %%
# The music
# ---------
# The training songs of two genres of the shipped music. Neighbouring excerpts of a song are alike,
# so every second one is enough here and halves the time.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.pipeline import make_pipeline

from skgenre import CNNGenreClassifier, WaveformScaler
from skgenre.datasets import load_genre_excerpts

music = load_genre_excerpts(("classical", "rock"))
rows = np.flatnonzero(~music.test_mask)[::2]
X, y, song = music.data[rows], music.target_names[music.target[rows]], music.groups[rows]
for genre in music.target_names:
    n_songs = len(np.unique(song[y == genre]))
    print(f"{genre}: {(y == genre).sum()} excerpts of {n_songs} songs")

# %%
# The grid
# --------
# Each row of the grid is a set of kernel sizes for the four layers, each column a learning rate.
# :class:`~sklearn.model_selection.StratifiedGroupKFold` gives every fold its share of both genres
# and never divides a song: ``groups`` passes it the songs. Balanced accuracy is the mean of the two
# genres' shares of right answers, so the larger genre does not decide it.

kernel_sizes = [(63, 31, 15, 15), (31, 31, 15, 15), (15, 15, 7, 7), (7, 7, 3, 3)]
learning_rates = [0.0003, 0.001, 0.003]
classifier = CNNGenreClassifier(epochs=4, class_weight="balanced", random_state=0)
search = GridSearchCV(
    make_pipeline(WaveformScaler(), classifier),
    {
        "cnngenreclassifier__kernel_sizes": kernel_sizes,
        "cnngenreclassifier__learning_rate": learning_rates,
    },
    scoring="balanced_accuracy",
    cv=StratifiedGroupKFold(3),
    refit=False,
)
search.fit(X, y, groups=song)

# %%
# The scores come in the order of the grid, the last parameter fastest, so reshaping makes tables of
# them.

shape = len(kernel_sizes), len(learning_rates)
means = search.cv_results_["mean_test_score"].reshape(shape)
spreads = search.cv_results_["std_test_score"].reshape(shape)
for sizes, mean, spread in zip(kernel_sizes, means, spreads, strict=True):
    cells = "   ".join(f"{m:.2f} +/- {s:.2f}" for m, s in zip(mean, spread, strict=True))
    print(f"{sizes!s:<18} {cells}")

# %%
# The map
# -------
# Colour is the mean of the three folds; the number behind ± is their standard deviation.

figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
picture = axes.imshow(means, cmap="cividis", aspect="auto", vmin=0.5, vmax=1)
for row, column in np.ndindex(shape):
    axes.text(
        column,
        row,
        f"{means[row, column]:.2f} ± {spreads[row, column]:.2f}",
        ha="center",
        va="center",
        color="white" if means[row, column] < 0.75 else "black",
    )
milliseconds = [f"{', '.join(map(str, sizes))}\n({sizes[0] * 2.5:g} ms)" for sizes in kernel_sizes]
axes.set(
    xticks=range(shape[1]),
    xticklabels=learning_rates,
    yticks=range(shape[0]),
    yticklabels=milliseconds,
    xlabel="Learning rate of Adam",
    ylabel="Kernel sizes in samples (first one in time)",
    title="Mean ± spread of three song-disjoint folds",
)
_ = figure.colorbar(picture, label="Balanced accuracy (0.5 is guessing)")

# %%
# How much to read into it
# ------------------------
# A setting is not worse than the best one if the best mean lies within its own spread. On three
# folds that is a rough rule, but it prevents a choice by the second decimal.

best = means.max()
for row, column in np.argwhere(means + spreads >= best):
    print(f"{kernel_sizes[row]}, learning rate {learning_rates[column]}: no worse than the best")

# %%
# There are only six rock songs here, by two bands, and both bands are on both sides of every fold.
# So the map shows which settings to avoid rather than which one to take, and none of its scores is
# what to expect for a new band. More songs would narrow the spread; more excerpts of the same songs
# would not. For the final score keep the test songs (``test_mask``), which the search has never
# seen, and use them once; :doc:`/hearing` has theirs.

plt.show()
