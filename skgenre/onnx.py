"""Pipelines for other runtimes: what sklearn-onnx needs to convert them, and `export_onnx`.

Importing this module registers the package's estimators with sklearn-onnx, so that
``skl2onnx.to_onnx(pipeline, X[:1])`` converts them as it does scikit-learn's own, with the same
options "zipmap", "nocl" and "output_class_labels".
"""

import os
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from numbers import Integral

import numpy as np
from sklearn.model_selection._search import BaseSearchCV
from sklearn.pipeline import Pipeline
from sklearn.utils._param_validation import HasMethods, Interval, validate_params
from sklearn.utils.validation import check_is_fitted

from skgenre._atomic_files import replacing
from skgenre._extras import import_extra
from skgenre._onnx_metadata import SONG_SETTINGS, Metadata
from skgenre.audio import SAMPLE_RATE
from skgenre.datasets import make_genre_excerpts
from skgenre.onnx_runtime import ONNXClassifier
from skgenre.songs import SongClassifier

__all__ = ["export_onnx"]

# Absolute, of probabilities.
TOLERANCE = 1e-5
# Understood by runtimes of 2022 and later.
_OPSETS = {"": 17, "ai.onnx.ml": 3}

# Without it the package as a whole can still be imported; `export_onnx` says what is missing.
if find_spec("skl2onnx"):
    import_module("skgenre._onnx_converters").register()


@validate_params(
    {
        "estimator": [HasMethods(["predict_proba"])],
        "path": [str, os.PathLike],
        "X": ["array-like", None],
        "sample_rate": [Interval(Integral, 1, None, closed="left"), None],
    },
    prefer_skip_nested_validation=True,
)
def export_onnx(estimator, path, X=None, *, sample_rate=None):
    """Write a fitted pipeline as an ONNX model, once ONNX Runtime has been seen to agree with it.

    The model takes excerpts of float32, in batches of any size, and gives labels and
    probabilities. Class names, the sample rate and the length of an excerpt are stored as
    metadata. A file at `path` is replaced once the new one is complete.

    Parameters
    ----------
    estimator : estimator
        A fitted :class:`~skgenre.CNNGenreClassifier`, a pipeline that ends in one, a search over
        these, or a :class:`~skgenre.SongClassifier`, of which the classifier of excerpts is
        written, and as metadata what is needed to cut songs and to join their excerpts.
    path : str or path-like
        Where to write; nothing is appended to the name.
    X : array-like of shape (n_samples, n_timesteps), default=None
        Excerpts on which ONNX Runtime and `estimator` have to agree; None takes synthetic ones and
        silence.
    sample_rate : int or None, default=None
        Rate of the excerpts in Hz. None means 400; a song classifier tells its own.

    Raises
    ------
    NotFittedError
        If the estimator is not fitted.
    ValueError
        If probabilities differ by more than 1e-5, or `sample_rate` is not that of a song
        classifier; nothing is written then.
    RuntimeError
        If sklearn-onnx cannot convert a step of the pipeline.
    OSError
        If the file cannot be written.
    ModuleNotFoundError
        If sklearn-onnx or ONNX Runtime is not installed (``pip install 'skgenre[onnx]'``).

    See Also
    --------
    skgenre.load_onnx : Load such a file for predictions, without TensorFlow.

    References
    ----------
    ONNX, Open Neural Network Exchange: https://onnx.ai

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn.pipeline import make_pipeline
    >>> from skgenre import CNNGenreClassifier, WaveformScaler, export_onnx, load_onnx
    >>> from skgenre.datasets import make_genre_excerpts
    >>> X, y = make_genre_excerpts(20, n_timesteps=60, random_state=0)
    >>> classifier = CNNGenreClassifier(epochs=1, random_state=0)
    >>> pipeline = make_pipeline(WaveformScaler(), classifier).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "genres.onnx"
    ...     export_onnx(pipeline, path, X)
    ...     predictor = load_onnx(path)
    >>> bool((predictor.predict(X) == pipeline.predict(X)).all())
    True
    """
    check_is_fitted(estimator)
    of_excerpts = estimator.estimator_ if isinstance(estimator, SongClassifier) else estimator
    metadata = _describe(estimator, of_excerpts, sample_rate)
    content = _convert(_unwrap(of_excerpts), metadata)
    _compare(ONNXClassifier(content), of_excerpts, X)
    with replacing(path) as file:
        file.write(content)


def _describe(estimator, of_excerpts, sample_rate):
    facts = {
        "classes": of_excerpts.classes_.tolist(),
        "n_timesteps": of_excerpts.n_features_in_,
        "sample_rate": sample_rate or SAMPLE_RATE,
    }
    if isinstance(estimator, SongClassifier):
        if sample_rate not in (None, estimator.sample_rate):
            raise ValueError(
                f"sample_rate={sample_rate}, but the songs were learned at "
                f"{estimator.sample_rate} Hz."
            )
        facts["sample_rate"] = estimator.sample_rate
        facts["song_settings"] = {name: getattr(estimator, name) for name in SONG_SETTINGS}
        facts["class_prior"] = estimator.class_prior_.tolist()
    return Metadata(**facts)


def _unwrap(estimator):
    return estimator.best_estimator_ if isinstance(estimator, BaseSearchCV) else estimator


def _convert(estimator, metadata):
    """Convert an estimator; returns the bytes of a model."""
    onnx = import_extra("onnx", "onnx")
    skl2onnx = import_extra("skl2onnx", "onnx")
    last = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    plain = {"zipmap": False}
    model = skl2onnx.to_onnx(
        estimator,
        np.zeros((1, metadata.n_timesteps), np.float32),
        options={id(last): plain, id(_unwrap(last)): plain},
        target_opset=_OPSETS,
    )
    model.producer_name, model.producer_version = "skgenre", version("skgenre")
    onnx.helper.set_model_props(model, metadata.to_texts())
    return model.SerializeToString()


def _compare(converted, estimator, X):
    if X is None:
        made, _ = make_genre_excerpts(30, n_timesteps=converted.n_features_in_, random_state=0)
        X = np.concatenate([made, 0.01 * made, np.zeros_like(made[:1])])
    # As other runtimes will have them.
    X = np.asarray(X, np.float32)
    difference = np.abs(converted.predict_proba(X) - estimator.predict_proba(X)).max()
    if not difference <= TOLERANCE:
        raise ValueError(
            f"ONNX Runtime's probabilities differ from predict_proba by {difference:.2g}, more "
            f"than {TOLERANCE:g}: nothing was written."
        )
