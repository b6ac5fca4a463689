"""
============================
When to stop: early stopping
============================

With each epoch a network fits its training songs better. Songs that it has not heard profit for a
while, and then no more. Early stopping watches such songs, the validation songs, and keeps the
epoch that served them best. This example shows two ways to give them to a classifier inside a
pipeline, and why they have to be songs rather than excerpts.
"""

# %%
# Three kinds of songs
# --------------------
# The test songs are left for the end. Of the others, a quarter is for validation: whole songs, of
# either genre.

import matplotlib.pyplot as plt
import sklearn
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline

from skgenre import CNNGenreClassifier, WaveformScaler
from skgenre.datasets import load_genre_excerpts
from skgenre.displays import TrainingCurveDisplay

music = load_genre_excerpts(("classical", "rock"))
test = music.test_mask
X, X_test = music.data[~test], music.data[test]
y = music.target_names[music.target]
y, y_test, song = y[~test], y[test], music.groups[~test]

training, validation = next(StratifiedGroupKFold(4).split(X, y, groups=song))
for part, rows in [("training", training), ("validation", validation)]:
    print(f"{part}: {len(rows)} excerpts of {len(set(song[rows]))} songs")


def make_classifier(**settings):
    return CNNGenreClassifier(
        epochs=20,
        early_stopping=True,
        patience=4,
        learning_rate=0.0005,
        class_weight="balanced",
        random_state=0,
        **settings,
    )


# %%
# Your own validation songs
# -------------------------
# ``fit`` of the classifier takes ``X_val`` and ``y_val``, but in a pipeline the training songs
# reach it scaled, so the validation songs must be scaled as well, by the same scaler, which must
# not have learned from them. scikit-learn's metadata routing does it: the classifier asks for both,
# and ``transform_input`` says that ``X_val`` goes through the steps before.

with sklearn.config_context(enable_metadata_routing=True):
    classifier = make_classifier().set_fit_request(X_val=True, y_val=True)
    chosen_songs = make_pipeline(WaveformScaler(), classifier, transform_input=["X_val"])
    chosen_songs.fit(X[training], y[training], X_val=X[validation], y_val=y[validation])

# %%
# Validation songs drawn by the classifier
# ----------------------------------------
# The shorter way: ``validation_fraction`` sets a share aside, and with ``groups`` it is made of
# whole songs. No routing is needed; the name of the step goes before that of the argument.

drawn_songs = make_pipeline(WaveformScaler(), make_classifier(validation_fraction=0.25))
drawn_songs.fit(X, y, cnngenreclassifier__groups=song)

# %%
# The mistake
# -----------
# Without ``groups`` single excerpts are set aside. The network then trains on other excerpts of the
# same songs, and the validation part tells how well it knows these songs, not how well it does
# on new ones.

drawn_excerpts = make_pipeline(WaveformScaler(), make_classifier(validation_fraction=0.25))
drawn_excerpts.fit(X, y)

# %%
# The curves
# ----------
# Validation songs are new to the network: their loss goes up and down and soon falls no more, while
# the training loss falls on. Validation excerpts are not new: their loss stays close to that of
# training, and the accuracy too.

pipelines = {
    "chosen songs": chosen_songs,
    "drawn songs": drawn_songs,
    "drawn excerpts (a mistake)": drawn_excerpts,
}
best_epochs = {}
figure, axes = plt.subplots(3, 2, figsize=(10, 10), layout="constrained", sharey="col")
for row, (name, pipe) in zip(axes, pipelines.items(), strict=True):
    best_epochs[name] = TrainingCurveDisplay.from_estimator(pipe, ax=row).best_epoch
    for ax in row:
        ax.set_title(f"Validation by {name}")

# %%
# What they promise, and what they keep
# -------------------------------------
# The curve promises the validation accuracy of the epoch that was kept. The test songs, of which
# neither training nor stopping knew anything, tell what comes of it.

for name, pipe in pipelines.items():
    network, epoch = pipe[-1], best_epochs[name]
    promised = network.history_["val_accuracy"][epoch - 1]
    print(f"validation by {name}: trained {network.n_iter_} epochs, kept epoch {epoch}")
    print(f"  accuracy promised {promised:.2f}, on test songs {pipe.score(X_test, y_test):.2f}")

# %%
# The excerpts promise most, and they would let one train on for longer. The songs promise too much
# as well, because the epoch was chosen by them, and because six or seven songs are few: the songs
# that happen to be drawn decide. Which of the three does best on the test songs is chance, then;
# which of them can be believed is not. With few songs, judge by cross-validation over songs and use
# early stopping to save time.

plt.show()
