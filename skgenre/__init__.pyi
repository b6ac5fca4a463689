# What type checkers see of the names that `__init__.py` resolves on first use.

from skgenre import audio
from skgenre import classifiers
from skgenre import dask
from skgenre import datasets
from skgenre import displays
from skgenre import inspection
from skgenre import leakage
from skgenre import networks
from skgenre import onnx
from skgenre import onnx_runtime
from skgenre import optuna
from skgenre import persistence
from skgenre import predictions
from skgenre import preprocessing
from skgenre import songs
from skgenre.classifiers import CNNGenreClassifier
from skgenre.classifiers import MLPGenreClassifier
from skgenre.onnx import export_onnx
from skgenre.onnx_runtime import load_onnx
from skgenre.persistence import load
from skgenre.persistence import save
from skgenre.preprocessing import WaveformScaler
from skgenre.songs import SongClassifier

__version__: str

__all__ = [
    "CNNGenreClassifier",
    "MLPGenreClassifier",
    "SongClassifier",
    "WaveformScaler",
    "audio",
    "classifiers",
    "dask",
    "datasets",
    "displays",
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
    "songs",
]
