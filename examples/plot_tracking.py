"""
====================================
Track trainings, and share the model
====================================

After the tenth training nobody remembers which settings gave which score. MLflow keeps a record:
the parameters, the loss of each epoch, the scores and the model, without a server, in one database
file. A model that you pass on needs a page with its purpose, its training data and its scores: a
model card, which skops writes. This example does both with two trainings.
"""

# %%
# A store in a folder
# -------------------
# MLflow reports its usage to its developers unless an environment variable is set before the
# import. The database is a file; models and pictures go into a folder beside it. Both are temporary
# here; use a folder of your own to keep them.

import logging
import os
import tempfile
from pathlib import Path

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"

import matplotlib.pyplot as plt
import mlflow
import numpy as np
from sklearn.metrics import balanced_accuracy_score, recall_score
from sklearn.pipeline import make_pipeline
from skops.card import Card

import skgenre
from skgenre import CNNGenreClassifier, WaveformScaler
from skgenre.datasets import load_genre_excerpts

# It would report each table that it makes in the database.
logging.getLogger("mlflow").setLevel(logging.WARNING)

temporary = tempfile.TemporaryDirectory()
folder = Path(temporary.name)
mlflow.set_tracking_uri(f"sqlite:///{folder / 'runs.db'}")
experiment = mlflow.create_experiment(
    "classical or rock", artifact_location=(folder / "artifacts").as_uri()
)

# %%
# Two trainings
# -------------
# Two learning rates, everything else the same. A quarter of the training songs is held out and
# scored after each epoch; the test songs decide nothing and are scored once, at the end. (Four
# epochs: for more, see :doc:`/hearing`.)

music = load_genre_excerpts(("classical", "rock"))
X, y = music.data, music.target_names[music.target]
test, song = music.test_mask, music.groups


def train(learning_rate):
    network = CNNGenreClassifier(
        epochs=4,
        learning_rate=learning_rate,
        class_weight="balanced",
        validation_fraction=0.25,
        random_state=0,
    )
    pipe = make_pipeline(WaveformScaler(), network)
    return pipe.fit(X[~test], y[~test], cnngenreclassifier__groups=song[~test])


def score(pipe):
    predicted = pipe.predict(X[test])
    recalls = recall_score(y[test], predicted, average=None)
    return {
        "test_balanced_accuracy": balanced_accuracy_score(y[test], predicted),
        **{
            f"test_recall_{genre}": recall
            for genre, recall in zip(pipe.classes_, recalls, strict=True)
        },
    }


# %%
# What is logged
# --------------
# All parameters of the pipeline's steps, the history, epoch by epoch, the scores, and the pipeline
# as an ONNX model. ``mlflow.sklearn.autolog()`` works with our pipelines and searches too, but it
# logs scores of the training songs, no epochs, and the model as a pickle, and it misses a
# classifier that is fitted outside a pipeline. So this example logs everything itself.


def log(pipe, name):
    with mlflow.start_run(experiment_id=experiment, run_name=name) as run:
        settings = pipe.get_params()
        mlflow.log_params({key: settings[key] for key in settings if "__" in key})
        history = pipe[-1].history_
        for epoch in range(pipe[-1].n_iter_):
            values = {name: course[epoch] for name, course in history.items()}
            mlflow.log_metrics(values, step=epoch + 1)
        mlflow.log_metrics(score(pipe))
        skgenre.export_onnx(pipe, folder / "genres.onnx", X[test])
        mlflow.log_artifact(folder / "genres.onnx")
    return run.info.run_id


pipelines = {}
for learning_rate in (0.001, 0.0001):
    pipe = train(learning_rate)
    pipelines[log(pipe, f"learning rate {learning_rate}")] = pipe

# %%
# What can be read back
# ---------------------
# Weeks later, in another process: which runs are there, and which did best on the held-out songs?

runs = mlflow.search_runs(
    [experiment],
    # Of a metric with a course, the last value.
    order_by=["metrics.val_loss ASC"],
    output_format="list",
)
for run in runs:
    print(run.info.run_name)
    print(f"  in batches of {run.data.params['cnngenreclassifier__batch_size']} excerpts")
    print(f"  loss on held-out songs {run.data.metrics['val_loss']:.3f}")
    print(f"  balanced accuracy on test songs {run.data.metrics['test_balanced_accuracy']:.2f}")

# %%
# The logged model gives the predictions of the pipeline, without TensorFlow:

best = runs[0]
path = mlflow.artifacts.download_artifacts(
    run_id=best.info.run_id, artifact_path="genres.onnx", dst_path=folder / "downloads"
)
model, pipe = skgenre.load_onnx(path), pipelines[best.info.run_id]
difference = np.abs(model.predict_proba(X[test]) - pipe.predict_proba(X[test])).max()
print("same labels:", bool((model.predict(X[test]) == pipe.predict(X[test])).all()))
print(f"probabilities differ by at most {difference:.0e}")

# %%
# The picture
# -----------
# Both trainings, from the store. MLflow can draw such curves itself: ``mlflow ui
# --backend-store-uri sqlite:///runs.db`` shows them in a browser. That needs the package
# ``mlflow``; for everything here ``mlflow-skinny`` with SQLAlchemy and Alembic is enough.

client = mlflow.MlflowClient()
figure, (curves, bars) = plt.subplots(1, 2, figsize=(10, 4.8), layout="constrained")
colors = ("#0072b2", "#d55e00")
for run, color in zip(runs, colors, strict=True):
    for metric, style in [("loss", "--"), ("val_loss", "-")]:
        course = client.get_metric_history(run.info.run_id, metric)
        curves.plot(
            [point.step for point in course],
            [point.value for point in course],
            style,
            color=color,
            marker="o",
            markersize=4,
            label=f"{run.info.run_name}, {'training' if metric == 'loss' else 'held-out'} songs",
        )
curves.set(xlabel="Epoch", ylabel="Loss", title="The course of each run", ylim=(0, None))
curves.set_xticks([point.step for point in course])
figure.legend(loc="outside lower center", ncols=2)

for place, (run, color) in enumerate(zip(runs, colors, strict=True)):
    recalls = [run.data.metrics[f"test_recall_{genre}"] for genre in music.target_names]
    drawn = bars.bar(np.arange(2) + 0.4 * place, recalls, 0.36, color=color)
    bars.bar_label(drawn, fmt="%.2f")
bars.set(
    ylim=(0, 1.1),
    xticks=(0.2, 1.2),
    xticklabels=list(music.target_names),
    ylabel="Share found",
    title="Excerpts of the test songs",
)
figure.savefig(folder / "runs.png")

# %%
# A model card
# ------------
# The card takes settings and figures from the fitted pipeline and its run, so they match the model
# beside it. The rest you have to write: what the model is for, where it fails, and whose music it
# was trained on, under which licences.

scores = score(pipe)
songs = {part: len(set(song[rows])) for part, rows in [("training", ~test), ("test", test)]}
card = Card(pipe, model_diagram=False, template=None)
card.add(
    **{
        "Classical or rock": "A small convolutional network that tells classical music from rock "
        "in 3-second excerpts, mono, sampled at 400 Hz.",
        "Classical or rock/Use": "For teaching and for trying things out. The rock is metal and "
        "rock by two musicians, the classical music was written for one game: of other music "
        f"expect less. It finds {scores['test_recall_rock']:.0%} of the excerpts of rock songs "
        "that are new to it.",
        "Classical or rock/Music": f"{songs['training']} songs for training and "
        f"{songs['test']} others for the scores, all shipped with skgenre. Classical: The Battle "
        "for Wesnoth (GPL-2.0-or-later). Rock: Muldjord (CC-BY-SA-3.0) and Sectoid (MIT). "
        "`load_genre_excerpts().DESCR` names the authors.",
    }
)
card.add_metrics(
    "Classical or rock/Scores",
    description="On the test songs, which decided nothing.",
    **{key: f"{value:.2f}" for key, value in scores.items()},
)
card.add_plot(**{"Classical or rock/Training": "runs.png"}, alt_text="Loss of each epoch")
card.add_hyperparams("Classical or rock/Settings")
print(card.render().partition("## Training")[0])

# %%
# The card belongs to the run too: log it as Markdown, with its picture.

card.save(folder / "README.md")
with mlflow.start_run(best.info.run_id):
    mlflow.log_artifact(folder / "README.md")
    mlflow.log_artifact(folder / "runs.png")
print(sorted(artifact.path for artifact in client.list_artifacts(best.info.run_id)))

plt.show()
temporary.cleanup()
