"""Classify raw sound with a convolutional network, the scikit-learn way."""

from importlib import import_module

__version__ = "0.1.0.dev0"

# Names resolve on first use (PEP 562), so that importing the package loads neither
# TensorFlow nor Keras.
_HOMES = {
    "CNNGenreClassifier": "skgenre.classifiers",
    "FilterbankGenreClassifier": "skgenre.classifiers",
    "MLPGenreClassifier": "skgenre.classifiers",
    "SongClassifier": "skgenre.songs",
    "WaveformScaler": "skgenre.preprocessing",
    "export_onnx": "skgenre.onnx",
    "load": "skgenre.persistence",
    "load_onnx": "skgenre.onnx_runtime",
    "save": "skgenre.persistence",
    "show_versions": "skgenre._versions",
}
_SUBMODULES = (
    "audio",
    "classifiers",
    "dask",
    "datasets",
    "displays",
    "evaluation",
    "inspection",
    "leakage",
    "networks",
    "onnx",
    "onnx_runtime",
    "optuna",
    "persistence",
    "predictions",
    "preprocessing",
    "songs",
)

__all__ = [*_HOMES, *_SUBMODULES]


def __getattr__(name):
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in _SUBMODULES:
        return import_module(f"skgenre.{name}")
    raise AttributeError(f"module 'skgenre' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *__all__])
