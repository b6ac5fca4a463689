"""Scripts of users, for type checkers to read; they are not run."""

# What is right.
USE = """
from pathlib import Path

import numpy as np
import optuna
import zarr
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.pipeline import make_pipeline

import skgenre
from skgenre import CNNGenreClassifier, MLPGenreClassifier, SongClassifier, WaveformScaler
from skgenre.audio import SAMPLE_RATE, cut_excerpts, read_audio
from skgenre.datasets import load_audio_folder, load_genre_excerpts, make_genre_excerpts
from skgenre.displays import ExcerptDisplay, SongTimelineDisplay, TrainingCurveDisplay
from skgenre.evaluation import evaluate_songs
from skgenre.inspection import filter_responses, saliency
from skgenre.leakage import find_leaks
from skgenre.optuna import PruningCallback
from skgenre.predictions import write_predictions


def search(n_jobs: int | None) -> CNNGenreClassifier:
    music = load_genre_excerpts(["classical", "rock"])
    pipe = make_pipeline(WaveformScaler(scale="peak"), CNNGenreClassifier(random_state=0))
    grid = {"cnngenreclassifier__kernel_sizes": [(31, 31, 15, 15), (15, 15, 7, 7)]}
    cv = StratifiedGroupKFold(5)
    found = GridSearchCV(pipe, grid, cv=cv, n_jobs=n_jobs)
    found.fit(music.data, music.target, groups=music.groups)
    assert not find_leaks(music["data"], cv.split(music.data, music.target, music.groups))
    best: CNNGenreClassifier = found.best_estimator_[-1]
    return best.set_params(epochs=3)


def objective(trial: optuna.Trial) -> float:
    X, y = make_genre_excerpts(80, n_timesteps=60, random_state=np.random.RandomState(0))
    rate = trial.suggest_float("learning_rate", 1e-5, 1e-2)
    callbacks = [PruningCallback(trial, "val_loss")]
    classifier = CNNGenreClassifier(learning_rate=rate, callbacks=callbacks)
    classifier.set_params(optimizer__beta_1=0.8, validation_fraction=0.25)
    return classifier.fit(X, y).history_["val_loss"][-1]


def songs(folder: Path, table: str) -> list[str]:
    paths, target = load_audio_folder(folder, return_X_y=True)
    classifier = SongClassifier(
        make_pipeline(WaveformScaler(), MLPGenreClassifier(hidden_units=(np.int64(8),))),
        max_excerpts=4,
        memory=str(folder / "cache"),
    ).set_fit_request(sample_weight=True)
    classifier.fit(paths, target, sample_weight=np.ones(len(paths))).set_callbacks()
    skgenre.save(classifier, folder / "genres.skops")
    loaded: SongClassifier = skgenre.load(folder / "genres.skops", trusted=["my.Type"])
    SongTimelineDisplay.from_estimator(loaded, paths[0]).figure_.savefig("song.png")
    print(loaded.predict_excerpts(paths)[0].seconds.max(), loaded.score(paths, target) + 1)
    print(evaluate_songs(loaded, paths, target, cv=3).courses[0].probabilities.shape)
    skgenre.show_versions()
    return write_predictions(loaded, paths, table, resume=True).failures


def excerpts(path: str) -> float:
    X = cut_excerpts(read_audio(path, duration=30, sample_rate=SAMPLE_RATE), hop=600, pad=None)
    X, y = make_genre_excerpts(len(X), n_timesteps=X.shape[1], random_state=0)
    classifier = CNNGenreClassifier(class_weight={0: 1, 1: 2}, filters=[4], kernel_sizes=9)
    classifier.fit(X, y, X_val=X, y_val=list(y)).partial_fit(X, y)
    classifier.partial_fit(zarr.open_array("excerpts.zarr"), y)
    print(WaveformScaler().fit(X).transform(zarr.open_array("excerpts.zarr")).compute())
    print(classifier.history_["loss"][-1], classifier.classes_[0], classifier.model_.count_params())
    print(saliency(classifier, X).shape, filter_responses(classifier).peak_frequencies.min())
    ExcerptDisplay.from_excerpts(X, y).plot().axes_[0, 0].set_title("loud")
    TrainingCurveDisplay.from_estimator(classifier).figure_.savefig("training.png")
    skgenre.export_onnx(classifier, "genres.onnx")
    print(skgenre.load_onnx("genres.onnx").predict_proba(WaveformScaler().fit_transform(X))[0, 0])
    print(skgenre.dask.predict(classifier, skgenre.dask.open_excerpts("excerpts.npy")).shape)
    return classifier.score(X, y)
"""

# Mistakes, each with mypy's code for it and pyright's.
MISTAKES = """
import skgenre
from skgenre import CNNGenreClassifier, MLPGenreClassifier, SongClassifier, WaveformScaler, datasets
from skgenre.audio import cut_excerpts, read_audio
from skgenre.displays import TrainingCurveDisplay
from skgenre.evaluation import evaluate_songs
from skgenre.inspection import saliency
from skgenre.leakage import find_leaks
from skgenre.networks import build_cnn
from skgenre.onnx_runtime import load_onnx
from skgenre.predictions import write_predictions

X, y = datasets.make_genre_excerpts()
CNNGenreClassifier(epochs="ten")  # ! arg-type, reportArgumentType
CNNGenreClassifier(epoch=10)  # ! call-arg, reportCallIssue
CNNGenreClassifier(32)  # ! call-arg, reportCallIssue
MLPGenreClassifier(class_weight="equal")  # ! arg-type, reportArgumentType
MLPGenreClassifier().fit(X)  # ! call-arg, reportCallIssue
MLPGenreClassifier().fit(X, y, group=y)  # ! call-arg, reportCallIssue
MLPGenreClassifier().fit(X, y).predict(X).labels  # ! attr-defined, reportAttributeAccessIssue
WaveformScaler(scale="max")  # ! arg-type, reportArgumentType
SongClassifier("cnn")  # ! arg-type, reportArgumentType
SongClassifier(aggregate="median")  # ! arg-type, reportArgumentType
read_audio("song.ogg", sample_rate="400")  # ! arg-type, reportArgumentType
cut_excerpts(X[0], pad="both")  # ! arg-type, reportArgumentType
datasets.load_genre_excerpts("rock")  # ! call-overload, reportArgumentType
datasets.load_genre_excerpts().test_maks  # ! attr-defined, reportAttributeAccessIssue
data, target = datasets.load_genre_excerpts()  # ! misc, reportGeneralTypeIssues
a, b, c = datasets.load_genre_excerpts(return_X_y=True)  # ! misc, reportAssignmentType
datasets.load_audio_folder(7)  # ! call-overload, reportArgumentType
datasets.load_music()  # ! attr-defined, reportAttributeAccessIssue
evaluate_songs("model", X, y)  # ! arg-type, reportArgumentType
evaluate_songs(SongClassifier(), X, y).accurate  # ! attr-defined, reportAttributeAccessIssue
find_leaks(X, [(y, y)])[0].train  # ! attr-defined, reportAttributeAccessIssue
saliency("model", X)  # ! arg-type, reportArgumentType
build_cnn(1200, filter=(32,))  # ! call-arg, reportCallIssue
skgenre.save(WaveformScaler())  # ! call-arg, reportCallIssue
skgenre.WaveformScalar  # ! attr-defined, reportAttributeAccessIssue
load_onnx("genres.onnx").predict_probs(X)  # ! attr-defined, reportAttributeAccessIssue
write_predictions(SongClassifier(), [], "a").n_done  # ! attr-defined, reportAttributeAccessIssue
write_predictions("model", [], "genres.csv")  # ! arg-type, reportArgumentType
TrainingCurveDisplay(history={}).plot().axis_  # ! attr-defined, reportAttributeAccessIssue
"""
