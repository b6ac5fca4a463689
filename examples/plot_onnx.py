"""
============================
A pipeline as one small file
============================

A trained pipeline needs Python, scikit-learn and TensorFlow to predict. :func:`skgenre.export_onnx`
writes it, the scaler included, as one ONNX model, which ONNX Runtime runs without any of them:
on a server, in an app, from another language. This example writes a model, checks that it agrees
with the pipeline, and times both.
"""

# %%
# A trained pipeline
# ------------------
# Classical or rock, with the training songs of the shipped music and a few epochs (with all epochs:
# :doc:`/hearing`).

import tempfile
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline

import skgenre
from skgenre import CNNGenreClassifier, WaveformScaler
from skgenre.datasets import load_genre_excerpts

music = load_genre_excerpts(("classical", "rock"))
X, y, test = music.data, music.target_names[music.target], music.test_mask
pipe = make_pipeline(
    WaveformScaler(), CNNGenreClassifier(epochs=4, class_weight="balanced", random_state=0)
)
pipe.fit(X[~test], y[~test])

# %%
# Export and load
# ---------------
# ``export_onnx`` checks the model before it writes: on the excerpts that you pass, the
# probabilities of both sides must agree within 0.00001, or there is no file. The file holds the
# scaler, the network's weights, the names of the classes and the sample rate.

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "genres.onnx"
    skgenre.export_onnx(pipe, path, X[test])
    size = path.stat().st_size
    model = skgenre.load_onnx(path)

n_parameters = pipe[-1].model_.count_params()
print(model)
print(f"the file: {size / 1e3:.0f} kB; the network's {n_parameters} weights: "
      f"{4 * n_parameters / 1e3:.0f} kB")  # fmt: skip

# %%
# Do they agree?
# --------------
# On every test excerpt: the same labels, and probabilities that differ by rounding alone.

of_pipe, of_model = pipe.predict_proba(X[test])[:, 1], model.predict_proba(X[test])[:, 1]
difference = np.abs(of_pipe - of_model)
print(f"largest difference of a probability: {difference.max():.1e}")
print("same labels:", bool((pipe.predict(X[test]) == model.predict(X[test])).all()))
for name, predictor in [("pipeline", pipe), ("ONNX model", model)]:
    score = balanced_accuracy_score(y[test], predictor.predict(X[test]))
    print(f"{name}: balanced accuracy {score:.3f}")

# %%
# How long does an excerpt take?
# ------------------------------
# Both predict one excerpt at a time, in turn, so that other work of the machine slows both alike.
# The first call of each, which prepares things, comes before the clock starts, and single slow
# calls do not move the median. The pipeline's time includes scikit-learn's checks of the input in
# each of its two steps.

seconds = {"pipeline": [], "ONNX model": []}
excerpts = X[test]
for predictor in (pipe, model):
    predictor.predict_proba(excerpts[:1])
for number in range(300):
    for name, predictor in [("pipeline", pipe), ("ONNX model", model)]:
        excerpt = excerpts[number % len(excerpts)][np.newaxis]
        start = time.perf_counter()
        predictor.predict_proba(excerpt)
        seconds[name].append(time.perf_counter() - start)
medians = {name: np.median(taken) for name, taken in seconds.items()}
for name, median in medians.items():
    print(f"{name}: {1e3 * median:.2f} ms for an excerpt")
print(f"the pipeline takes {medians['pipeline'] / medians['ONNX model']:.1f} times as long")

# %%
# The picture
# -----------
# On the left are both probabilities of each test excerpt, on the right the times of the 300 calls
# of each.

figure, (agreement, latency) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
for genre, color, marker in [("classical", "#0072b2", "o"), ("rock", "#d55e00", "^")]:
    chosen = y[test] == genre
    agreement.scatter(
        of_pipe[chosen], of_model[chosen], s=18, color=color, marker=marker, alpha=0.5,
        label=f"{genre} excerpt",
    )  # fmt: skip
agreement.plot([0, 1], [0, 1], color="black", linewidth=0.8, zorder=0)
agreement.set(
    xlabel='Probability of "rock", pipeline',
    ylabel='Probability of "rock", ONNX model',
    title=f"Largest difference: {difference.max():.1e}",
    aspect="equal",
)
agreement.legend(loc="upper left")

for place, (name, color) in enumerate([("pipeline", "#0072b2"), ("ONNX model", "#009e73")]):
    taken = 1e3 * np.array(seconds[name])
    scatter = np.random.default_rng(0).uniform(-0.2, 0.2, len(taken))
    latency.scatter(taken, place + scatter, s=6, color=color, alpha=0.4)
    latency.plot(2 * [1e3 * medians[name]], [place - 0.3, place + 0.3], color="black")
    latency.text(1e3 * medians[name], place + 0.33, f"median {1e3 * medians[name]:.2f} ms",
                 ha="center", va="bottom")  # fmt: skip
latency.set(
    xscale="log",
    yticks=(0, 1),
    yticklabels=list(medians),
    ylim=(-0.5, 1.6),
    xlabel="Time for one excerpt (ms)",
    title="One excerpt at a time, in turn",
)
latency.minorticks_off()
milliseconds = (0.2, 0.5, 1, 2, 5)
latency.set_xticks(milliseconds, labels=map(str, milliseconds))
plt.show()
