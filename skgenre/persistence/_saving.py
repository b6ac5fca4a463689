"""Estimators saved to files, and loaded from them."""

import os
from typing import Any

from skgenre._extras import import_extra
from skgenre._files.atomic import replacing
from skgenre._files.untrusted import one_error
from skgenre._sklearn.callbacks import without_callbacks
from skgenre._sklearn.typed import validate_params
from skgenre._types import PathLike
from skgenre.persistence import _archives
from skgenre.persistence._frozen_distributions import named
from skgenre.persistence._loading import REFUSED, check_types, read_checked
from skgenre.persistence._trusted_types import DEFINITIONS, LOADERS

TRUSTED_TYPES: tuple[str, ...] = (*LOADERS, *DEFINITIONS)
"""Types that `save` and `load` allow beyond those that skops itself trusts: numbers, texts,
containers, arrays, numpy's functions, and the estimators of scikit-learn."""


@validate_params(
    {"estimator": "no_validation", "path": [str, os.PathLike], "trusted": [list, tuple]},
    prefer_skip_nested_validation=True,
)
def save(estimator: Any, path: PathLike, *, trusted: list[str] | tuple[str, ...] = ()) -> None:
    """Save an estimator to a file that can be loaded without running code from it.

    The file is what ``skops.io.dump`` writes, with the versions of the libraries beside it. A
    file at `path` is replaced once the new one is complete, and stays as it is if anything goes
    wrong. Callbacks that were set with ``set_callbacks`` are left out.

    Parameters
    ----------
    estimator : estimator
        A :class:`~skgenre.CNNGenreClassifier`, a :class:`~skgenre.SongClassifier`, or what
        scikit-learn builds around them: pipelines, searches, votes, stacks, bags, calibrations,
        thresholds; with its linear models, kernels, transformers, metrics, splits, and
        distributions of ``scipy.stats``. Fitted or not.
    path : str or path-like
        Where to write; nothing is appended to the name.
    trusted : list of str, default=()
        Types to allow beside `TRUSTED_TYPES`, for example ``["mymodule.MyTransformer"]``; `load`
        will ask for the same.

    Raises
    ------
    ValueError
        If the estimator holds what `load` would refuse: other types, among them Keras callbacks,
        functions of your own, and scikit-learn's trees and neighbours, which can crash a process
        when a file tampers with them; or a `memory`, which may be a folder of pickles.
    OSError
        If the file cannot be written.
    ModuleNotFoundError
        If skops is not installed (``pip install 'skgenre[save]'``).

    See Also
    --------
    load : Load such a file.
    skgenre.export_onnx : Write a pipeline for other runtimes.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import skgenre
    >>> from skgenre.datasets import make_genre_excerpts
    >>> X, y = make_genre_excerpts(20, n_timesteps=60, random_state=0)
    >>> classifier = skgenre.CNNGenreClassifier(epochs=1, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "genres.skops"
    ...     skgenre.save(classifier, path)
    ...     loaded = skgenre.load(path)
    >>> bool((loaded.predict_proba(X) == classifier.predict_proba(X)).all())
    True
    """
    skops_io = import_extra("skops.io", "save")
    try:
        content = _archives.tidy(skops_io.dumps(without_callbacks(estimator, named)))
        check_types(skops_io, content, trusted)
        _archives.check(content)
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"Cannot save {type(estimator).__name__}: {error}") from error
    with replacing(path) as file:
        file.write(content)


@validate_params(
    {"path": [str, os.PathLike], "trusted": [list, tuple]}, prefer_skip_nested_validation=True
)
def load(path: PathLike, *, trusted: list[str] | tuple[str, ...] = ()) -> Any:
    """Load an estimator from a file that `save` has written.

    The file may come from anywhere. Nothing in it is unpickled or run, only objects of trusted
    types are made, and what it declares is checked before memory is taken for it.

    Parameters
    ----------
    path : str or path-like
        The file.
    trusted : list of str, default=()
        Types to allow beside `TRUSTED_TYPES`. What such a type does when it is made, nobody
        checks: allow none that you do not know.

    Returns
    -------
    estimator
        What was saved.

    Raises
    ------
    ValueError
        If there is no such file; if it is damaged or no file of `save`; if it was written with
        a newer skgenre or another major version of Keras; if it holds types that are not
        trusted.
    ModuleNotFoundError
        If skops is not installed (``pip install 'skgenre[save]'``).

    See Also
    --------
    save : Write such a file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import skgenre
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "scaler.skops"
    ...     skgenre.save(skgenre.WaveformScaler(scale="peak"), path)
    ...     skgenre.load(path)
    WaveformScaler(scale='peak')
    """
    skops_io = import_extra("skops.io", "save")
    content = read_checked(path, trusted)
    with one_error("load a model from", path, REFUSED):
        return skops_io.loads(content, trusted=[*TRUSTED_TYPES, *trusted])
