"""Predictions from an ONNX model, with neither TensorFlow nor Keras nor scikit-learn loaded."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skgenre._extras import import_extra
from skgenre._files.untrusted import check_size, one_error
from skgenre._types import Labels, PathLike, Probabilities
from skgenre.onnx_runtime._metadata import Metadata

if TYPE_CHECKING:
    from sklearn.utils import Tags

MAX_BYTES = 2**30


def load_onnx(path: PathLike) -> "ONNXClassifier":
    """Load a model that `export_onnx` has written.

    The file may come from anywhere: it can name no other file, and what its graph would compute
    is bounded before any of it runs.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    ONNXClassifier
        Predicts as the pipeline did.

    Raises
    ------
    ValueError
        If there is no such file, or if it is not a model that `export_onnx` has written.
    ModuleNotFoundError
        If onnx or ONNX Runtime is not installed (``pip install 'skgenre[onnx]'``).

    See Also
    --------
    skgenre.export_onnx : Write such a file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skgenre import CNNGenreClassifier, export_onnx, load_onnx
    >>> from skgenre.datasets import make_genre_excerpts
    >>> X, y = make_genre_excerpts(20, n_timesteps=60, random_state=0)
    >>> classifier = CNNGenreClassifier(epochs=1, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "genres.onnx"
    ...     export_onnx(classifier, path)
    ...     predictor = load_onnx(path)
    >>> predictor
    ONNXClassifier(classes=[0, 1], n_timesteps=60, sample_rate=400)
    """
    with one_error("load an ONNX model from", path, (OSError, ValueError)):
        return ONNXClassifier(read_onnx(path))


def read_onnx(path):
    """Read the content of a model's file, whose size is bounded."""
    with open(path, "rb") as file:
        check_size(file, MAX_BYTES)
        return file.read()


class ONNXClassifier:
    """A classifier of excerpts that runs on ONNX Runtime.

    It can predict only. scikit-learn takes it for a classifier; pickled, it brings its model along.

    Parameters
    ----------
    content : bytes
        A model that :func:`~skgenre.export_onnx` has written; :func:`~skgenre.load_onnx` reads
        it from a file.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels.
    n_features_in_ : int
        Time steps in an excerpt.
    sample_rate : int
        Rate of the excerpts in Hz.
    song_settings : dict
        Where it was written from a :class:`~skgenre.SongClassifier`, that one's parameters.
    class_prior_ : ndarray of shape (n_classes,)
        Share of each class among the songs that were learned, empty where there were none.
    temperature_ : float
        What the logarithms of a song's probabilities are divided by.

    Raises
    ------
    ValueError
        If it is not such a model.

    See Also
    --------
    skgenre.load_onnx : Load a model from a file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skgenre import CNNGenreClassifier, export_onnx
    >>> from skgenre.onnx_runtime import ONNXClassifier
    >>> from skgenre.datasets import make_genre_excerpts
    >>> X, y = make_genre_excerpts(20, n_timesteps=60, random_state=0)
    >>> classifier = CNNGenreClassifier(epochs=1, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "genres.onnx"
    ...     export_onnx(classifier, path)
    ...     predictor = ONNXClassifier(path.read_bytes())
    >>> predictor.classes_
    array([0, 1])
    """

    classes_: Labels
    n_features_in_: int
    sample_rate: int
    song_settings: dict[str, Any]
    class_prior_: NDArray[np.float64]
    temperature_: float

    def __init__(self, content: bytes) -> None:
        self._content = content
        onnx_session = import_extra("skgenre.onnx_runtime._session", "onnx")
        self._session = onnx_session.RowSession(content)
        metadata = Metadata.from_texts(self._session.texts)
        self.classes_ = np.array(metadata.classes)
        self.n_features_in_ = metadata.n_timesteps
        self.sample_rate = metadata.sample_rate
        self.song_settings = metadata.song_settings
        self.class_prior_ = np.array(metadata.class_prior)
        self.temperature_ = metadata.temperature
        self._check_tensors()

    def predict(self, X: ArrayLike) -> Labels:
        """Name the likeliest class of each excerpt.

        If several share the greatest probability, it is the first of them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_timesteps)
            Excerpts.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels.

        Raises
        ------
        ValueError
            As in `predict_proba`.

        See Also
        --------
        predict_proba : Probabilities instead of labels.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> from skgenre import CNNGenreClassifier, export_onnx, load_onnx
        >>> from skgenre.datasets import make_genre_excerpts
        >>> X, y = make_genre_excerpts(20, n_timesteps=60, random_state=0)
        >>> classifier = CNNGenreClassifier(epochs=1, random_state=0).fit(X, y)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "genres.onnx"
        ...     export_onnx(classifier, path)
        ...     predictor = load_onnx(path)
        >>> bool((predictor.predict(X) == classifier.predict(X)).all())
        True
        """
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def predict_proba(self, X: ArrayLike) -> Probabilities:
        """Estimate the probability of each class for each excerpt.

        Excerpts are taken in batches that bound the memory of the run.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_timesteps)
            Excerpts; they are brought to float32.

        Returns
        -------
        ndarray of shape (n_samples, n_classes), float32
            One column per class, in the order of ``classes_``.

        Raises
        ------
        ValueError
            If the excerpts have another length, if they or the probabilities are not finite, or
            if the model does not give one row for each excerpt.

        See Also
        --------
        predict : The likeliest classes.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> from skgenre import CNNGenreClassifier, export_onnx, load_onnx
        >>> from skgenre.datasets import make_genre_excerpts
        >>> X, y = make_genre_excerpts(20, n_timesteps=60, random_state=0)
        >>> classifier = CNNGenreClassifier(epochs=1, random_state=0).fit(X, y)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "genres.onnx"
        ...     export_onnx(classifier, path)
        ...     predictor = load_onnx(path)
        >>> predictor.predict_proba(X).shape
        (20, 2)
        """
        _, probabilities = run_graph(self, X)
        return probabilities

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Take the accuracy of the predicted labels.

        It is what :func:`sklearn.metrics.accuracy_score` takes of the predicted labels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_timesteps)
            Excerpts.
        y : array-like of shape (n_samples,)
            True labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights.

        Returns
        -------
        float
            Share of the excerpts, or of their weights, whose label is right.

        Raises
        ------
        ValueError
            As in `predict_proba`, or if the labels or the weights are not as many as the excerpts.

        See Also
        --------
        predict : The labels.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> from skgenre import CNNGenreClassifier, export_onnx, load_onnx
        >>> from skgenre.datasets import make_genre_excerpts
        >>> X, y = make_genre_excerpts(20, n_timesteps=60, random_state=0)
        >>> classifier = CNNGenreClassifier(epochs=1, random_state=0).fit(X, y)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "genres.onnx"
        ...     export_onnx(classifier, path)
        ...     predictor = load_onnx(path)
        >>> predictor.score(X, y) == classifier.score(X, y)
        True
        """
        predicted, y = self.predict(X), np.asarray(y)
        if y.shape != predicted.shape:
            raise ValueError(f"y must have {len(predicted)} labels, got an array of {y.shape}.")
        weights = None if sample_weight is None else np.asarray(sample_weight)
        return float(np.average(predicted == y, weights=weights))

    def _check_tensors(self):
        tensors = [self._session.taken, *self._session.given[1:]]
        found = [(tensor.type, *tensor.shape[1:]) for tensor in tensors]
        expected = [("tensor(float)", self.n_features_in_), ("tensor(float)", len(self.classes_))]
        if found != expected:
            raise ValueError(f"it must take and give {expected}, got {found}.")

    def _check(self, X):
        with np.errstate(over="ignore"):
            X = np.asarray(X, dtype=np.float32)
        if X.ndim != 2 or not len(X) or X.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X must be excerpts of {self.n_features_in_} time steps, one in each row, got an "
                f"array of shape {X.shape}."
            )
        if not np.isfinite(X).all():
            raise ValueError("Input X contains NaN, infinity or a value too large for float32.")
        return X

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._content,)

    def __repr__(self) -> str:
        return (
            f"ONNXClassifier(classes={self.classes_.tolist()}, "
            f"n_timesteps={self.n_features_in_}, sample_rate={self.sample_rate})"
        )

    def __sklearn_tags__(self) -> "Tags":
        # scikit-learn takes longer to load than all the rest.
        from sklearn.utils import ClassifierTags, Tags, TargetTags

        return Tags("classifier", TargetTags(required=True), classifier_tags=ClassifierTags())


def run_graph(classifier, X):
    """Compute what a model gives: labels as they are in the graph, and probabilities.

    Parameters
    ----------
    classifier : ONNXClassifier
        The model.
    X : array-like of shape (n_samples, n_timesteps)
        Excerpts.

    Returns
    -------
    labels : ndarray of shape (n_samples,)
        Labels.
    probabilities : ndarray of shape (n_samples, n_classes), float32
        Probabilities.

    Raises
    ------
    ValueError
        If the excerpts are not as `predict_proba` takes them, or the probabilities not finite.
    """
    labels, probabilities = classifier._session.run(classifier._check(X))
    if not np.isfinite(probabilities).all():
        raise ValueError("The model's probabilities are not finite: scale the excerpts.")
    return labels, probabilities
