"""Classifiers of songs in files, ready to predict without TensorFlow and scikit-learn."""

import importlib

import numpy as np

from skgenre._amplitudes import scale_amplitudes
from skgenre.persistence import _archives
from skgenre.persistence._loading import REFUSED
from skgenre.persistence._plain_values import PIPELINE, SCALER, SONGS, read_values
from skgenre.persistence._stored_classifiers import make_stored
from skgenre.songs._cutting import excerpt_timesteps
from skgenre.songs._song_predictor import SongPredictor

_SCALES = ("rms", "std", "peak", None)


def load_predictor(path):
    """Load what classifies songs from a file of a fitted `SongClassifier`.

    Its network computes by numpy. Models of most kinds are understood: a classifier of this
    package, alone or behind `WaveformScaler` in a pipeline.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    predictor : SongPredictor or None
        It predicts as the saved classifier does. None where only `load` can tell: of a file that
        holds anything else, is damaged or not to be trusted.
    """
    try:
        return _make_predictor(read_values(_archives.read(path)))
    except REFUSED:
        return None


def _make_predictor(songs):
    _check_kind(songs, SONGS)
    # Files of former versions have no temperature.
    settings = {"temperature_": 1.0, **songs.attributes}
    classes, class_prior = settings["classes_"], np.asarray(settings["class_prior_"])
    estimator = _ExcerptPredictor(*_parts(settings["estimator_"]))
    predictor = SongPredictor(estimator, classes, class_prior, settings)
    length, _ = excerpt_timesteps(predictor, predictor.sample_rate_)
    if not np.array_equal(classes, estimator.classes_):
        raise ValueError("its classes are not those of its estimator.")
    if class_prior.dtype.kind != "f" or class_prior.shape != classes.shape:
        raise ValueError("the shares of its classes are none.")
    if length != estimator.n_features_in_:
        raise ValueError(f"its excerpts have {length} samples, not {estimator.n_features_in_}.")
    return predictor


def _parts(estimator):
    """Return the scalers of a classifier of excerpts, and what predicts behind them."""
    if estimator.name != PIPELINE:
        return [], estimator
    *steps, last = [step for _, step in estimator.attributes["steps"]]
    return [step for step in steps if step not in (None, "passthrough")], last


def _check_kind(value, name):
    if value.name != name:
        raise ValueError(f"it holds a {value.name}, not a {name}.")


class _ExcerptPredictor:
    """Classifies excerpts: scales them, then runs the network.

    Parameters
    ----------
    scalers : list of PlainObject
        Fitted ones.
    classifier : PlainObject
        A fitted classifier of this package.

    Raises
    ------
    ValueError
        If they are not, or were not fitted on excerpts of the same length.
    """

    def __init__(self, scalers, classifier):
        stored = make_stored(classifier.name, classifier.attributes)
        self._network = stored.numpy_network()
        self.classes_, self.n_features_in_ = stored.classes_, stored.n_features_in_
        self._scalers = [_checked_scaler(scaler, self.n_features_in_) for scaler in scalers]

    def predict_proba(self, X):
        """Estimate the probability of each class for each excerpt."""
        X = X.copy() if self._scalers else X
        for scaler in self._scalers:
            X = scale_amplitudes(X, scaler)
        outputs = self._network.predict(X)
        if not np.isfinite(outputs).all():
            # With the error it loads scikit-learn.
            importlib.import_module("skgenre._arrays.checks").check_outputs(outputs, X)
        return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs


def _checked_scaler(scaler, n_timesteps):
    _check_kind(scaler, SCALER)
    attributes = scaler.attributes
    learned = [] if attributes["per_excerpt"] else ["mean_", "scale_"]
    is_plain = (
        attributes["n_features_in_"] == n_timesteps
        and isinstance(attributes["per_excerpt"], bool)
        and isinstance(attributes["center"], bool)
        and attributes["scale"] in _SCALES
        and all(isinstance(attributes[name], float) for name in learned)
    )
    if not is_plain:
        raise ValueError("its scaler was not fitted by fit.")
    return attributes
