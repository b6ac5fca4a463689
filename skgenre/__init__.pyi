# What type checkers see of the names that `__init__.py` resolves on first use.

from skgenre import (
    audio,
    classifiers,
    dask,
    datasets,
    displays,
    evaluation,
    inspection,
    leakage,
    networks,
    onnx,
    onnx_runtime,
    optuna,
    persistence,
    predictions,
    preprocessing,
    songs,
)
from skgenre._versions import show_versions
from skgenre.classifiers import CNNGenreClassifier, FilterbankGenreClassifier, MLPGenreClassifier
from skgenre.onnx import export_onnx
from skgenre.onnx_runtime import load_onnx
from skgenre.persistence import load, save
from skgenre.preprocessing import WaveformScaler
from skgenre.songs import SongClassifier

__version__: str

__all__ = [
    "CNNGenreClassifier",
    "FilterbankGenreClassifier",
    "MLPGenreClassifier",
    "SongClassifier",
    "WaveformScaler",
    "audio",
    "classifiers",
    "dask",
    "datasets",
    "displays",
    "evaluation",
    "export_onnx",
    "inspection",
    "leakage",
    "load",
    "load_onnx",
    "networks",
    "onnx",
    "onnx_runtime",
    "optuna",
    "persistence",
    "predictions",
    "preprocessing",
    "save",
    "show_versions",
    "songs",
]
