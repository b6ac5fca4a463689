"""Pipelines for other runtimes: what sklearn-onnx needs to convert them, and `export_onnx`.

Importing this module registers the package's estimators with sklearn-onnx, so that
``skl2onnx.to_onnx(pipeline, X[:1])`` converts them as it does scikit-learn's own, with the same
options "zipmap", "nocl" and "output_class_labels".
"""

import os
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np
from numpy.typing import ArrayLike
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skgenre._extras import import_extra
from skgenre._files.atomic import replacing
from skgenre._sklearn.private import AT_LEAST_ONE, HasMethods
from skgenre._sklearn.typed import validate_params
from skgenre._sklearn.wrappers import last_step
from skgenre._types import Estimator, Int, PathLike
from skgenre.audio._waveforms import SAMPLE_RATE
from skgenre.datasets._synthetic import make_genre_excerpts
from skgenre.onnx._labels import as_graph_labels
from skgenre.onnx._unwrapping import cannot_export, detach, unwrap
from skgenre.onnx_runtime._classifier import ONNXClassifier, run_graph
from skgenre.onnx_runtime._metadata import SONG_SETTINGS, Metadata
from skgenre.songs._cutting import sample_rate_of
from skgenre.songs._song_classifier import SongClassifier

# Largest absolute difference of probabilities.
TOLERANCE = 1e-5
# Understood by runtimes of 2022 and later.
_OPSETS = {"": 17, "ai.onnx.ml": 3}
# Exceptions of its converters for estimators, or nestings of them, that they do not support.
_UNKNOWN_TO_SKLEARN_ONNX = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    RuntimeError,
    TypeError,
)

# Without it the package as a whole can still be imported; `export_onnx` says what is missing.
if find_spec("skl2onnx"):
    import_module("skgenre.onnx._converters").register()


@validate_params(
    {
        "estimator": [HasMethods(["predict"])],
        "path": [str, os.PathLike],
        "X": ["array-like", None],
        "sample_rate": [AT_LEAST_ONE, None],
    },
    prefer_skip_nested_validation=True,
)
def export_onnx(
    estimator: Estimator,
    path: PathLike,
    X: ArrayLike | None = None,
    *,
    sample_rate: Int | None = None,
) -> None:
    """Write a fitted pipeline as an ONNX model, once ONNX Runtime has been seen to agree with it.

    The model takes excerpts of float32, in batches of any size, and gives labels and
    probabilities. Class names, the sample rate and the length of an excerpt are stored as
    metadata. A file at `path` is replaced once the new one is complete.

    Parameters
    ----------
    estimator : estimator
        A fitted :class:`~skgenre.CNNGenreClassifier`, a pipeline that ends in one, or what
        scikit-learn builds of these as far as sklearn-onnx converts it: searches, frozen
        estimators, soft votes, stacks, bags, boosting, one against the rest, calibration by
        sigmoids. Or a :class:`~skgenre.SongClassifier`, of which the classifier of excerpts is
        written, and as metadata what is needed to cut songs, to join their excerpts and to
        calibrate what they say.
    path : str or path-like
        Where to write; nothing is appended to the name.
    X : array-like of shape (n_samples, n_timesteps), default=None
        Excerpts on which ONNX Runtime and `estimator` have to agree, in probabilities and, where
        two of these are not the same to the tolerance, in labels; None takes synthetic ones and
        silence.
    sample_rate : int or None, default=None
        Rate of the excerpts in Hz. None means 400; a song classifier tells its own.

    Raises
    ------
    NotFittedError
        If the estimator is not fitted.
    ValueError
        If the estimator cannot be exported: sklearn-onnx does not convert it, it has no
        `predict_proba`, a threshold other than one half decides on its labels, or probabilities
        differ by more than 1e-5, or labels differ. Or if `sample_rate` is not that of a song
        classifier. Nothing is written then.
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
    estimator = detach(estimator)
    inner = unwrap(estimator)
    if isinstance(inner, SongClassifier):
        reference, facts = inner.estimator_, _describe_songs(inner, sample_rate)
    else:
        reference, facts = estimator, {"sample_rate": _rate_of_excerpts(inner, sample_rate)}
    plain = unwrap(reference)
    with _one_error(estimator):
        content = _convert(plain, Metadata(**_describe(reference, plain), **facts))
        converted = ONNXClassifier(content)
    if X is None:
        X = _make_excerpts(converted.n_features_in_)
    # As other runtimes will have them.
    X = np.asarray(X, np.float32)
    _compare(estimator, converted, reference, X)
    with replacing(path) as file:
        file.write(content)


def _rate_of_excerpts(estimator, sample_rate):
    own = getattr(last_step(estimator), "sample_rate", None)
    if own is not None and sample_rate not in (None, own):
        raise ValueError(
            f"sample_rate={sample_rate}, but the classifier takes excerpts at {own} Hz."
        )
    return own or sample_rate or SAMPLE_RATE


def _describe_songs(estimator, sample_rate):
    learned = sample_rate_of(estimator)
    if sample_rate not in (None, learned):
        raise ValueError(f"sample_rate={sample_rate}, but the songs were learned at {learned} Hz.")
    return {
        "sample_rate": learned,
        "song_settings": {name: getattr(estimator, name) for name in SONG_SETTINGS},
        "class_prior": estimator.class_prior_.tolist(),
        "temperature": float(getattr(estimator, "temperature_", 1)),
    }


def _describe(reference, plain):
    if not hasattr(reference, "predict_proba"):
        raise ValueError("it has no predict_proba, and an ONNX model gives probabilities.")
    if not isinstance(reference.classes_, np.ndarray):
        raise ValueError("it gives several labels for each excerpt.")
    # Refuses those that a graph cannot give.
    as_graph_labels(reference.classes_)
    # A pipeline may begin with "passthrough", which has none.
    n_timesteps = getattr(plain, "n_features_in_", None)
    if n_timesteps is None:
        raise ValueError(
            "it has no n_features_in_, the length of an excerpt. If it classifies songs, export "
            "the SongClassifier inside it."
        )
    return {"classes": reference.classes_.tolist(), "n_timesteps": n_timesteps}


@contextmanager
def _one_error(estimator):
    """Make one `ValueError` of what stands in the way of a conversion."""
    try:
        yield
    except ValueError as error:
        raise cannot_export(estimator, error) from error
    except _UNKNOWN_TO_SKLEARN_ONNX as error:
        reason = f"sklearn-onnx does not convert it ({type(error).__name__}: {error})."
        raise cannot_export(estimator, reason) from error


def _convert(estimator, metadata):
    """Convert an estimator; returns the bytes of a model."""
    onnx = import_extra("onnx", "onnx")
    skl2onnx = import_extra("skl2onnx", "onnx")
    last = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    model = skl2onnx.to_onnx(
        estimator,
        np.zeros((1, metadata.n_timesteps), np.float32),
        options={id(last): {"zipmap": False}},
        target_opset=_OPSETS,
    )
    model.producer_name, model.producer_version = "skgenre", version("skgenre")
    onnx.helper.set_model_props(model, metadata.to_texts())
    return model.SerializeToString()


def _make_excerpts(n_timesteps):
    X, _ = make_genre_excerpts(30, n_timesteps=n_timesteps, random_state=0)
    return np.concatenate([X, 0.01 * X, np.zeros_like(X[:1])])


def _compare(estimator, converted, reference, X):
    """Compare probabilities, labels, and the labels in the graph, which other runtimes give."""
    graph_labels, found = run_graph(converted, X)
    probabilities, labels = reference.predict_proba(X), reference.predict(X)
    _compare_probabilities(estimator, found, probabilities)
    is_clear = _find_clear(probabilities)
    for given in (converted.classes_[found.argmax(axis=1)], graph_labels):
        _compare_labels(estimator, given[is_clear], labels[is_clear])


def _find_clear(probabilities):
    """Return in which rows one class is the likeliest, whatever the tolerance."""
    second, first = np.sort(probabilities, axis=1)[:, -2:].T
    return first - second > 2 * TOLERANCE


def _compare_probabilities(estimator, found, expected):
    difference = np.abs(found - expected).max()
    if not difference <= TOLERANCE:
        raise cannot_export(
            estimator,
            f"ONNX Runtime's probabilities differ from predict_proba by {difference:.2g}, more "
            f"than {TOLERANCE:g}: nothing was written.",
        )


def _compare_labels(estimator, found, expected):
    n_others = len(found) if found.shape != expected.shape else np.count_nonzero(found != expected)
    if n_others:
        raise cannot_export(
            estimator,
            f"ONNX Runtime's labels differ from predict in {n_others} of {len(expected)} "
            "excerpts: nothing was written.",
        )
