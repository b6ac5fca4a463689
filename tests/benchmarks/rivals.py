"""The contenders: the same network and the same settings, as each library's users write it."""

import sys
from importlib.util import find_spec

import keras
from sklearn.pipeline import make_pipeline

from skgenre import CNNGenreClassifier, WaveformScaler
from skgenre.networks import build_cnn

OURS = "skgenre"
BATCH_SIZE = 16
LEARNING_RATE = 0.001

_NEEDS = {
    "skorch": ("skorch", "torch"),
    "aeon": ("aeon",),
    "ONNX Runtime": ("onnx", "onnxruntime", "tf2onnx"),
    "skgenre.load_onnx": ("onnx", "onnxruntime", "skl2onnx"),
    "skgenre.load, with TensorFlow": ("skops",),
    "soundfile, decoding alone": ("soundfile", "soxr"),
    "dask": ("dask", "distributed"),
}

AEON_DIFFERS = (
    "aeon's TimeCNN has the same four convolutions (filters, kernel sizes, strides, padding). "
    "It cannot do without pooling (set to width 1, which changes nothing), has no dense layer of "
    "64 units, and uses one activation everywhere, so that its output is two rectified units."
)


def installed(name):
    """Tell whether the packages that a contender needs are there."""
    return all(find_spec(package) for package in _NEEDS.get(name, ()))


def layer_settings():
    """Filters, kernel sizes and strides of the lesson's network."""
    params = CNNGenreClassifier().get_params()
    return {name: params[name] for name in ("filters", "kernel_sizes", "strides")}


def ours(**params):
    """skgenre's classifier."""
    return CNNGenreClassifier(
        **{"batch_size": BATCH_SIZE, "learning_rate": LEARNING_RATE, "epochs": 1, **params}
    )


def ours_by_default():
    """skgenre's classifier as it comes: scikit-learn's checks want it to learn too."""
    return CNNGenreClassifier()


def plain_keras(n_timesteps, **layers):
    """Build the lesson's network, compiled as the lesson does."""
    model = build_cnn(n_timesteps, **layers)
    adam = keras.optimizers.Adam(LEARNING_RATE)
    model.compile(adam, "mean_squared_error", metrics=["accuracy"])
    return model


def network_for_scikeras(meta, kernel_sizes):
    """Build the network for the data that scikeras describes."""
    return plain_keras(meta["n_features_in_"], kernel_sizes=kernel_sizes)


def scikeras(**params):
    """scikeras' classifier; rows at once in predicting are left at Keras' default."""
    from scikeras.wrappers import KerasClassifier

    settings = {
        "model__kernel_sizes": layer_settings()["kernel_sizes"],
        "fit__batch_size": BATCH_SIZE,
        "epochs": 1,
        "verbose": 0,
    }
    return KerasClassifier(network_for_scikeras, **{**settings, **params})


def dense_network_for_scikeras(meta):
    """Build a small network that fits whatever scikit-learn's checks come with."""
    n_outputs = 1 if meta["target_type_"] == "binary" else meta["n_classes_"]
    activation, loss = (
        ("sigmoid", "binary_crossentropy")
        if n_outputs == 1
        else ("softmax", "sparse_categorical_crossentropy")
    )
    hidden = keras.layers.Dense(16, activation="relu")
    output = keras.layers.Dense(n_outputs, activation=activation)
    model = keras.Sequential([keras.Input((meta["n_features_in_"],)), hidden, output])
    model.compile("adam", loss)
    return model


def scikeras_dense():
    """scikeras' classifier with a small dense network."""
    from scikeras.wrappers import KerasClassifier

    return KerasClassifier(dense_network_for_scikeras, verbose=0)


def skorch(n_timesteps, epochs=1):
    """skorch's classifier; rows at once in predicting are left at its default."""
    # Triton 3.8 crashes in a process with TensorFlow. Nothing here is compiled by it.
    sys.modules.setdefault("triton", None)
    import torch
    from skorch import NeuralNetBinaryClassifier

    from tests.benchmarks.torch_network import LessonNetwork, both_classes

    return NeuralNetBinaryClassifier(
        LessonNetwork,
        module__n_timesteps=n_timesteps,
        **{f"module__{name}": value for name, value in layer_settings().items()},
        criterion=torch.nn.MSELoss,
        predict_nonlinearity=both_classes,
        optimizer=torch.optim.Adam,
        lr=LEARNING_RATE,
        max_epochs=epochs,
        iterator_train__batch_size=BATCH_SIZE,
        iterator_train__shuffle=True,
        train_split=None,
        verbose=0,
        device="cuda" if torch.cuda.is_available() else "cpu",
    )


def aeon(folder, callback, epochs=1):
    """aeon's TimeCNN, as near to the lesson's network as its settings allow."""
    from aeon.classification.deep_learning import TimeCNNClassifier

    layers = {name: list(value) for name, value in layer_settings().items()}
    return TimeCNNClassifier(
        n_layers=len(layers["filters"]),
        n_filters=layers["filters"],
        kernel_size=layers["kernel_sizes"],
        strides=layers["strides"],
        padding="same",
        avg_pool_size=1,
        activation="relu",
        optimizer=keras.optimizers.Adam(LEARNING_RATE),
        batch_size=BATCH_SIZE,
        n_epochs=epochs,
        callbacks=[callback],
        file_path=f"{folder}/",
    )


def onnx_session(network, X, folder):
    """Put a Keras network into ONNX Runtime; returns a function, excerpts to probabilities."""
    import onnxruntime

    path = f"{folder}/network.onnx"
    network(X[:1])  # Keras exports no network that was never called
    network.export(path, format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda X: session.run(None, {name: X})[0]


def pipeline(classifier):
    """Put the scaler before a classifier."""
    return make_pipeline(WaveformScaler(), classifier)
