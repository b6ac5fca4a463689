"""Prediction: one excerpt at a time, and many at once."""

from functools import partial
from tempfile import TemporaryDirectory

import numpy as np

from tests.benchmarks import rivals
from tests.benchmarks.fitting import excerpts
from tests.benchmarks.table import versus
from tests.benchmarks.timing import medians, seconds

# How well the networks predict does not matter here.
TRAINING_EXCERPTS = 64


def predict(sizes):
    """Seconds to predict one excerpt, and many."""
    return _predict_one(sizes) + _predict_many(sizes)


def _predict_one(sizes):
    X, y = excerpts(TRAINING_EXCERPTS, sizes.n_timesteps)
    one, timed = X[:1], partial(_timed, calls=sizes.single_predictions)

    def through(classifier):
        return timed(rivals.pipeline(classifier).fit(X, y).predict, one)

    ready = {
        rivals.OURS: lambda: through(rivals.ours()),
        "scikeras, same pipeline": lambda: through(rivals.scikeras()),
        "Keras, Model.predict": lambda: timed(_model_predict(sizes.n_timesteps), one),
        "Keras, model(x)": lambda: timed(_model_call(sizes.n_timesteps), one),
        "ONNX Runtime": lambda: timed(_onnx_runtime(X, y), one),
    }
    what = "predict one excerpt, ours in a pipeline with WaveformScaler"
    rows = versus("predict one", what, medians(ready, sizes.repeats))
    return [row._replace(ours_over_rival=row.rival == "ONNX Runtime") for row in rows]


def _predict_many(sizes):
    many, _ = excerpts(sizes.predict_excerpts, sizes.n_timesteps)
    X, y = excerpts(TRAINING_EXCERPTS, sizes.n_timesteps)
    net = partial(rivals.skorch, sizes.n_timesteps)
    ready = {
        rivals.OURS: lambda: _timed(rivals.ours().fit(X, y).predict, many),
        "scikeras": lambda: _timed(rivals.scikeras().fit(X, y).predict, many),
        "skorch": lambda: _timed(net().fit(X, y.astype(np.float32)).predict, many),
        "ONNX Runtime": lambda: _timed(_onnx_runtime(X, y), many),
    }
    rows = versus("predict many", f"predict {len(many):,} excerpts", medians(ready, sizes.repeats))
    return [row._replace(ours_over_rival=row.rival == "ONNX Runtime") for row in rows]


def _timed(function, X, calls=3):
    function(X)  # the first call compiles
    return partial(seconds, partial(function, X), calls)


def _model_predict(n_timesteps):
    return partial(rivals.plain_keras(n_timesteps).predict, verbose=0)


def _model_call(n_timesteps):
    model = rivals.plain_keras(n_timesteps)
    return lambda X: np.asarray(model(X))


def _onnx_runtime(X, y):
    with TemporaryDirectory() as folder:
        return rivals.onnx_session(rivals.ours().fit(X, y).model_, X, folder)
