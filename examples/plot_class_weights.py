"""
============================
A rare genre, and its weight
============================

Music collections are lopsided: many songs of one genre, few of another. A network that is trained
to make its error small on average may do so by never naming the rare genre at all. Its accuracy
looks decent even then. This example makes one genre rare, shows the failure, and two ways out:
class weights, and weights of your own for each excerpt.
"""

# %%
# A lopsided training set
# -----------------------
# The training set keeps all classical excerpts, but only every fourth rock excerpt. The test songs
# stay as they are.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import ConfusionMatrixDisplay, accuracy_score, balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.utils.class_weight import compute_sample_weight

from skgenre import CNNGenreClassifier, WaveformScaler
from skgenre.datasets import load_genre_excerpts

music = load_genre_excerpts(("classical", "rock"))
y, test = music.target_names[music.target], music.test_mask
X_test, y_test = music.data[test], y[test]

rock = np.flatnonzero(~test & (y == "rock"))[::4]
rows = np.concatenate([np.flatnonzero(~test & (y == "classical")), rock])
X_train, y_train, song = music.data[rows], y[rows], music.groups[rows]
for part, labels in [("training", y_train), ("test", y_test)]:
    genres, counts = np.unique(labels, return_counts=True)
    print(f"{part}:", ", ".join(f"{n} {genre}" for genre, n in zip(genres, counts, strict=True)))

# %%
# Three trainings
# ---------------
# The same network, the same seed, the same six epochs; only the weights differ.
#
# - *No weights*: each excerpt counts once.
# - *Class weights*: ``class_weight="balanced"`` weighs an excerpt by ``n_samples / (n_classes *
#   count of its genre)``, so that both genres count the same.
# - *Sample weights*: one number for each excerpt, passed to ``fit``. Here a song's excerpts share
#   one vote, and the songs of a genre share one vote: both genres count the same, and so does each
#   song within its genre, however long it is.


def song_weights(labels, song):
    weights = compute_sample_weight("balanced", song)
    for genre in np.unique(labels):
        weights[labels == genre] /= weights[labels == genre].sum()
    return weights / weights.mean()


def train(class_weight=None, sample_weight=None):
    classifier = CNNGenreClassifier(epochs=6, class_weight=class_weight, random_state=0)
    pipe = make_pipeline(WaveformScaler(scale="peak"), classifier)
    return pipe.fit(X_train, y_train, cnngenreclassifier__sample_weight=sample_weight)


trained = {
    "No weights": train(),
    "Class weights": train(class_weight="balanced"),
    "Sample weights by song": train(sample_weight=song_weights(y_train, song)),
}

# %%
# What each network answers
# -------------------------
# Accuracy is the share of right answers, so the common genre decides it. Balanced accuracy is the
# mean of the two genres' shares: a network that always gives the same answer gets 0.5. (With the
# rare rock and six epochs the scores are lower than those of :doc:`/hearing`.)

figure, axes = plt.subplots(1, 3, figsize=(11, 4), layout="constrained", sharey=True)
for ax, (name, pipe) in zip(axes, trained.items(), strict=True):
    predicted = pipe.predict(X_test)
    accuracy = accuracy_score(y_test, predicted)
    balanced = balanced_accuracy_score(y_test, predicted)
    print(f"{name}: accuracy {accuracy:.2f}, balanced accuracy {balanced:.2f}")
    ConfusionMatrixDisplay.from_predictions(
        y_test, predicted, normalize="true", values_format=".0%", cmap="Blues", colorbar=False,
        ax=ax, im_kw={"vmin": 0, "vmax": 1},
    )  # fmt: skip
    ax.set(
        title=f"{name}\naccuracy {accuracy:.2f}, balanced {balanced:.2f}",
        xlabel="Predicted genre",
        ylabel="True genre" if ax is axes[0] else "",
    )
_ = figure.suptitle("Answers to the test songs' excerpts, as shares of each true genre")

# %%
# Why the plain network gives up
# ------------------------------
# A squared error behind a sigmoid has almost no slope where the sigmoid is nearly 0 or 1. With few
# rock excerpts the first steps pull towards "classical". Once there, wrong answers have hardly a
# gradient, and further epochs change nothing: the loss stays at the share of rock in the training
# set, which is what it costs to miss all of it.

share_of_rock = np.mean(y_train == "rock")
losses = trained["No weights"][-1].history_["loss"]
print(f"share of rock: {share_of_rock:.4f}")
print("loss after each epoch:", " ".join(f"{loss:.4f}" for loss in losses))

# %%
# The probabilities show the same. Without weights they pile up at 0, for both genres; with weights
# they spread, and most rock excerpts lie above 0.5.

figure, axes = plt.subplots(1, 3, figsize=(11, 3.8), layout="constrained", sharey=True)
for ax, (name, pipe) in zip(axes, trained.items(), strict=True):
    probabilities = pipe.predict_proba(X_test)[:, list(pipe.classes_).index("rock")]
    for genre, color in [("classical", "#0072b2"), ("rock", "#d55e00")]:
        ax.hist(
            probabilities[y_test == genre], bins=np.linspace(0, 1, 21), color=color, alpha=0.6,
            label=f"{genre} excerpts",
        )  # fmt: skip
    ax.axvline(0.5, color="black", linestyle=":", label="answers change here")
    ax.set(title=name, xlabel='Probability of "rock"', ylabel="")
axes[0].set_ylabel("Test excerpts")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
_ = figure.suptitle("Probabilities of the test excerpts")

# %%
# There are ten test songs, two of them rock, so it means little which of the two kinds of weights
# is ahead here. Both are far ahead of no weights.

plt.show()
