"""
============================
When to stop: early stopping
============================

With each epoch a network fits its training songs better. On songs that it has not heard it improves
for a while, and then no more. Early stopping scores such songs, the validation songs, and keeps the
best epoch. This example shows two ways to pass them to a classifier inside a pipeline, and why they
have to be whole songs rather than excerpts.
"""

# %%
# Three kinds of songs
# --------------------
# The test songs are for the end. A quarter of the others is for validation: whole songs of both
# genres.

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
# ``fit`` of the classifier takes ``X_val`` and ``y_val``. In a pipeline the training songs reach it
# scaled, so the validation songs must be scaled too, by the same scaler, fitted on the training
# songs alone. scikit-learn's metadata routing does that: the classifier requests both arrays, and
# ``transform_input`` sends ``X_val`` through the steps before it.

with sklearn.config_context(enable_metadata_routing=True):
    classifier = make_classifier().set_fit_request(X_val=True, y_val=True)
    chosen_songs = make_pipeline(WaveformScaler(), classifier, transform_input=["X_val"])
    chosen_songs.fit(X[training], y[training], X_val=X[validation], y_val=y[validation])

# %%
# Validation songs drawn by the classifier
# ----------------------------------------
# The shorter way: ``validation_fraction`` holds out a share, and with ``groups`` it consists of
# whole songs. That needs no routing; the name of the step goes before that of the argument.

drawn_songs = make_pipeline(WaveformScaler(), make_classifier(validation_fraction=0.25))
drawn_songs.fit(X, y, cnngenreclassifier__groups=song)

# %%
# The mistake
# -----------
# Without ``groups`` single excerpts are held out. The network then trains on other excerpts of the
# same songs, and the validation part shows how well it knows these songs, not how well it does on
# new ones.

drawn_excerpts = make_pipeline(WaveformScaler(), make_classifier(validation_fraction=0.25))
drawn_excerpts.fit(X, y)

# %%
# The curves
# ----------
# Validation songs are new to the network: their loss goes up and down and soon stops falling, while
# the training loss goes on falling. Validation excerpts are not new: their loss and their accuracy
# stay close to those of training.

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
# Promised and real accuracy
# --------------------------
# Each curve promises the validation accuracy of the epoch that was kept. The test songs, which had
# no part in training or stopping, show the real one.

for name, pipe in pipelines.items():
    network, epoch = pipe[-1], best_epochs[name]
    promised = network.history_["val_accuracy"][epoch - 1]
    print(f"validation by {name}: trained {network.n_iter_} epochs, kept epoch {epoch}")
    print(f"  accuracy promised {promised:.2f}, on test songs {pipe.score(X_test, y_test):.2f}")

# %%
# Validation by excerpts promises most, and stops later. Validation songs promise too much as well,
# because they chose the epoch, and because six or seven songs are few: the draw of songs decides.
# So chance decides which of the three does best on the test songs, but not which of them can be
# trusted. With few songs, compare settings by cross-validation over songs (:doc:`/hearing`) and
# use early stopping to save time.

plt.show()
