"""Classify raw sound with a convolutional network, the scikit-learn way."""

from skgenre._lazy_names import lazy_names

__version__ = "0.1.0.dev0"

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

# Importing the package loads neither TensorFlow nor Keras.
__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "skgenre._versions": ("show_versions",),
        "skgenre.classifiers": (
            "CNNGenreClassifier",
            "FilterbankGenreClassifier",
            "MLPGenreClassifier",
        ),
        "skgenre.onnx": ("export_onnx",),
        "skgenre.onnx_runtime": ("load_onnx",),
        "skgenre.persistence": ("load", "save"),
        "skgenre.preprocessing": ("WaveformScaler",),
        "skgenre.songs": ("SongClassifier",),
    },
    _SUBMODULES,
)
