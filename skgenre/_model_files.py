"""Fitted estimators in files that hold values and arrays, and no code."""

import os
import zipfile

from skgenre._extras import import_extra

# All else in a file must be of types that skops knows to be harmless.
TRUSTED_TYPES = (
    "skgenre.classifiers.CNNGenreClassifier",
    "skgenre.classifiers.MLPGenreClassifier",
    "skgenre.preprocessing.WaveformScaler",
    "skgenre.songs.SongClassifier",
)


def save_model(estimator, path):
    """Write a fitted estimator to a file.

    Parameters
    ----------
    estimator : estimator
        What is saved.
    path : str or path-like
        Where to; a file there is replaced.
    """
    content = import_extra("skops.io", "audio").dumps(estimator)
    with open(path, "wb") as file:
        file.write(content)


def load_model(path):
    """Read a fitted estimator from a file; none but trusted types are made.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    estimator : estimator
        What was saved.

    Raises
    ------
    ValueError
        If there is no such file, if it is no model, or if it holds types that are not trusted.
    """
    skops_io = import_extra("skops.io", "audio")
    try:
        untrusted = set(skops_io.get_untrusted_types(file=path)) - set(TRUSTED_TYPES)
        if untrusted:
            raise ValueError(f"it holds types that are not trusted: {sorted(untrusted)}.")
        return skops_io.load(path, trusted=list(TRUSTED_TYPES))
    except (ValueError, OSError, KeyError, TypeError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or error
        raise ValueError(f"Cannot load a model from {os.fspath(path)!r}: {reason}") from error
