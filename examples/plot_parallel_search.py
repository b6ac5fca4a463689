"""
===================================
A search in one process, and in two
===================================

``GridSearchCV(n_jobs=2)`` trains two networks at a time, each in a process of its own. Does that
halve the time? This example shows that the scores stay the same, times both ways in turn, and
explains when two processes are faster and when they are not.
"""

# %%
# The search
# ----------
# Four settings and three song-disjoint folds make twelve networks. An int as ``random_state`` fixes
# the initial weights of each and the order of its excerpts.

import time

import joblib
import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.pipeline import make_pipeline

from skgenre import CNNGenreClassifier, WaveformScaler
from skgenre.datasets import load_genre_excerpts

music = load_genre_excerpts(("classical", "rock"))
rows = np.flatnonzero(~music.test_mask)[::2]
X, y, song = music.data[rows], music.target[rows], music.groups[rows]

pipe = make_pipeline(
    WaveformScaler(), CNNGenreClassifier(epochs=2, class_weight="balanced", random_state=0)
)
grid = {
    "cnngenreclassifier__kernel_sizes": [(31, 31, 15, 15), (15, 15, 7, 7)],
    "cnngenreclassifier__learning_rate": [0.0005, 0.001],
}


def search(n_jobs):
    found = GridSearchCV(
        pipe,
        grid,
        scoring="balanced_accuracy",
        cv=StratifiedGroupKFold(3),
        refit=False,
        n_jobs=n_jobs,
    )
    start = time.perf_counter()
    found.fit(X, y, groups=song)
    return found.cv_results_["mean_test_score"], time.perf_counter() - start


# %%
# In turn
# -------
# One process, two processes, and both again, so that other work of the machine slows both. The
# first search of each also pays for what happens once: a process compiles a network when it first
# meets its kernel sizes, and a new process has to load TensorFlow before that. The second search
# finds the processes alive and their networks compiled.

scores, seconds = {1: [], 2: []}, {1: [], 2: []}
for _ in range(2):
    for n_jobs in seconds:
        means, taken = search(n_jobs)
        scores[n_jobs].append(means)
        seconds[n_jobs].append(taken)

same = all(np.array_equal(means, scores[1][0]) for found in scores.values() for means in found)
print(f"cores: {joblib.cpu_count()}; the same scores in all four searches, to the last bit: {same}")
for number, name in enumerate(["first", "second"]):
    alone, together = seconds[1][number], seconds[2][number]
    print(
        f"{name} search: n_jobs=1 {alone:.1f} s, n_jobs=2 {together:.1f} s, "
        f"{together / alone:.2f} times as long"
    )

# %%
# When it pays off
# ----------------
# A single training already uses several cores: it computes parts of a batch at the same time. With
# ``n_jobs=2`` each process gets half of the cores, so on a machine of two cores there is little to
# gain, and loading and compiling come on top, in each process. A search gains if there are more
# cores than one training can keep busy, and if it is so long that its start does not count. If in
# doubt, time a small part of the grid, as here.

figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
places = np.arange(2)
for n_jobs, shift, color in [(1, -0.2, "#0072b2"), (2, 0.2, "#e69f00")]:
    label = f"n_jobs={n_jobs}"
    bars = ax.bar(places + shift, seconds[n_jobs], 0.38, color=color, label=label)
    ax.bar_label(bars, fmt="%.1f s")
ax.set(
    xticks=places,
    xticklabels=["first search", "second search"],
    ylabel="Time (s)",
    title=f"Twelve networks on {joblib.cpu_count()} cores",
)
ax.margins(y=0.12)
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()
