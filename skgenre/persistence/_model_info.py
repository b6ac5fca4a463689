"""What a saved model is, found without TensorFlow and Keras."""

import os
from dataclasses import asdict, dataclass, field
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from skgenre._extras import import_extra
from skgenre._files.untrusted import one_error
from skgenre._sklearn.private import check_parameters
from skgenre._sklearn.typed import validate_params
from skgenre._sklearn.wrappers import inner_estimator
from skgenre._types import PathLike
from skgenre.networks._parameters import Parameter, count_numbers
from skgenre.onnx_runtime._classifier import ONNXClassifier, read_onnx
from skgenre.persistence import _archives
from skgenre.persistence._loading import REFUSED, read_checked
from skgenre.persistence._stored_classifiers import STAND_INS, StoredClassifier
from skgenre.persistence._trusted_types import LOADERS
from skgenre.songs._song_classifier import SongClassifier

_SONG_SETTINGS = (
    "sample_rate",
    "excerpt_seconds",
    "hop_seconds",
    "max_excerpts",
    "aggregate",
    "calibration",
    "song_weight",
)


@dataclass(frozen=True)
class ModelInfo:
    """What a saved model is.

    A fact that does not apply to the model, or that its file does not hold, is None or empty.

    Parameters
    ----------
    path : str
        The file.
    n_bytes : int
        Its size.
    kind : str
        Class of the estimator, or "ONNX model".
    parts : list of str
        Classes of the estimator and of those inside it, from the outermost to the one that
        predicts.
    versions : dict of str to str
        Versions of the libraries that wrote it.
    is_fitted : bool
        Whether it can predict.
    classes : list of str, int, float or bool
        Labels, in the order of the probabilities.
    class_prior : list of float
        Share of each class among the songs of the training.
    n_songs : int or None
        Songs of the training.
    n_excerpts : int or None
        Excerpts of the training.
    n_timesteps : int or None
        Samples in an excerpt.
    song_settings : dict of str to object
        How songs are read and cut, and how their excerpts are joined: parameters of
        :class:`~skgenre.SongClassifier`, with `sample_rate` in Hz.
    temperature : float or None
        What the logarithms of a song's probabilities are divided by; 1 where they are not
        calibrated.
    network : str or None
        Class of the classifier of excerpts, where it is one of this package.
    network_settings : dict of str to object
        Its parameters.
    n_epochs : int or None
        Epochs for which it was trained.
    last_epoch : dict of str to float
        What its history has for the last of them, such as "loss" and "accuracy".
    parameters : list of :class:`~skgenre.networks.Parameter`
        The network's, layer by layer.

    Attributes
    ----------
    n_parameters : int
        How many numbers they hold.

    See Also
    --------
    model_info : Makes it of a file.

    Examples
    --------
    >>> from skgenre.persistence import ModelInfo
    >>> ModelInfo("genres.skops", 20_000, "SongClassifier", classes=["pop", "rock"]).is_fitted
    False
    """

    path: str
    n_bytes: int
    kind: str
    parts: list[str] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    is_fitted: bool = False
    classes: list[Any] = field(default_factory=list)
    class_prior: list[float] = field(default_factory=list)
    n_songs: int | None = None
    n_excerpts: int | None = None
    n_timesteps: int | None = None
    song_settings: dict[str, Any] = field(default_factory=dict)
    temperature: float | None = None
    network: str | None = None
    network_settings: dict[str, Any] = field(default_factory=dict)
    n_epochs: int | None = None
    last_epoch: dict[str, float] = field(default_factory=dict)
    parameters: list[Parameter] = field(default_factory=list)

    @property
    def n_parameters(self) -> int:
        """How many numbers the network's parameters hold.

        It is 0 where there is no network.

        See Also
        --------
        to_dict : All that is known.

        Examples
        --------
        >>> from skgenre.persistence import ModelInfo
        >>> ModelInfo("genres.skops", 20_000, "Pipeline").n_parameters
        0
        """
        return count_numbers(self.parameters)

    def to_dict(self) -> dict[str, Any]:
        """Write what is known as dicts, lists, texts and numbers.

        Nothing in it is an object of this package.

        Returns
        -------
        dict
            What `json.dumps` takes: the parameters of this object, and `n_parameters`.

        See Also
        --------
        model_info : Reads it from a file.

        Examples
        --------
        >>> from skgenre.persistence import ModelInfo
        >>> ModelInfo("genres.skops", 20_000, "Pipeline").to_dict()["n_bytes"]
        20000
        """
        parameters = [parameter._asdict() for parameter in self.parameters]
        return asdict(self) | {"parameters": parameters, "n_parameters": self.n_parameters}


@validate_params(
    {"path": [str, os.PathLike], "trusted": [list, tuple]}, prefer_skip_nested_validation=True
)
def model_info(path: PathLike, *, trusted: list[str] | tuple[str, ...] = ()) -> ModelInfo:
    """Find out what a saved model is, without loading TensorFlow or Keras.

    The file may come from anywhere: it is checked as `load` and `load_onnx` check it, and what they
    refuse is refused.

    Parameters
    ----------
    path : str or path-like
        A file of `save`, or one of `export_onnx`, whose name ends in ".onnx".
    trusted : list of str, default=()
        Types to allow beside `TRUSTED_TYPES`, as in `load`.

    Returns
    -------
    ModelInfo
        What the file says of the model.

    Raises
    ------
    ValueError
        If `load`, or `load_onnx`, would refuse the file.
    ModuleNotFoundError
        If skops is not installed (``pip install 'skgenre[save]'``), or, for an ONNX model, onnx and
        ONNX Runtime (``pip install 'skgenre[onnx]'``).

    See Also
    --------
    skgenre.load : Load the model.
    skgenre.load_onnx : Load an ONNX model.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> import skgenre
    >>> from skgenre.persistence import model_info
    >>> songs = np.random.default_rng(0).standard_normal((4, 2400))
    >>> classifier = skgenre.SongClassifier(skgenre.MLPGenreClassifier(epochs=2, random_state=0))
    >>> classifier = classifier.fit(songs, ["rock", "rock", "pop", "pop"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "genres.skops"
    ...     skgenre.save(classifier, path)
    ...     info = model_info(path)
    >>> info.parts, info.classes, info.n_songs
    (['SongClassifier', 'MLPGenreClassifier'], ['pop', 'rock'], 4)
    >>> info.n_epochs, info.n_parameters
    (2, 323969)
    """
    if Path(path).suffix.lower() == ".onnx":
        return _describe_onnx(path)
    skops_io = import_extra("skops.io", "save")
    content = read_checked(path, trusted)
    with one_error("load a model from", path, REFUSED):
        estimator = skops_io.loads(
            _archives.rename_types(content, STAND_INS),
            trusted=[*LOADERS, *trusted, *STAND_INS.values()],
        )
        return ModelInfo(
            os.fspath(path),
            n_bytes=len(content),
            versions=_archives.read_versions(content),
            **_describe(estimator),
        )


def _describe_onnx(path):
    onnx_weights = import_extra("skgenre.persistence._onnx_weights", "onnx")
    with one_error("load an ONNX model from", path, (OSError, ValueError)):
        content = read_onnx(path)
        # Its checks come first.
        classifier = ONNXClassifier(content)
        versions, parameters = onnx_weights.describe_graph(content)
        settings = {"sample_rate": classifier.sample_rate, **classifier.song_settings}
        check_parameters(SongClassifier(**settings))
    return ModelInfo(
        os.fspath(path),
        n_bytes=len(content),
        kind="ONNX model",
        versions=versions,
        is_fitted=True,
        classes=classifier.classes_.tolist(),
        class_prior=classifier.class_prior_.tolist(),
        n_timesteps=classifier.n_features_in_,
        song_settings=settings,
        temperature=classifier.temperature_ if classifier.song_settings else None,
        parameters=parameters,
    )


def _describe(estimator):
    """Describe an estimator, in which classifiers of this package are stored ones."""
    parts = list(_parts(estimator))
    return {
        "kind": _name(estimator),
        "parts": list(map(_name, parts)),
        "is_fitted": any(map(_is_fitted, parts)),
        "classes": _labels(getattr(estimator, "classes_", None)),
        "n_timesteps": _count(getattr(parts[-1], "n_features_in_", None), "n_features_in_"),
        **(_describe_songs(estimator) if isinstance(estimator, SongClassifier) else {}),
        **(_describe_network(parts[-1]) if isinstance(parts[-1], StoredClassifier) else {}),
    }


def _name(part):
    return part.name if isinstance(part, StoredClassifier) else type(part).__name__


def _parts(estimator):
    """Yield an estimator, and what is inside it on the way to what predicts."""
    while estimator is not None:
        yield estimator
        if isinstance(estimator, Pipeline):
            transformers = [step for _, step in estimator.steps[:-1]]
            yield from (step for step in transformers if step not in (None, "passthrough"))
        estimator = inner_estimator(estimator)


def _is_fitted(part):
    if isinstance(part, StoredClassifier):
        return part.is_fitted
    return any(name.endswith("_") and not name.startswith("_") for name in vars(part))


def _describe_songs(classifier):
    settings = {name: vars(classifier)[name] for name in _SONG_SETTINGS if name in vars(classifier)}
    check_parameters(SongClassifier(**settings))
    settings["sample_rate"] = vars(classifier).get("sample_rate_", settings.get("sample_rate"))
    check_parameters(SongClassifier(**settings))
    facts = {"song_settings": {name: _plain(value) for name, value in settings.items()}}
    if "n_excerpts_" not in vars(classifier):
        return facts
    n_excerpts = np.asarray(classifier.n_excerpts_)
    class_prior = np.asarray(classifier.class_prior_)
    if n_excerpts.dtype.kind not in "iu" or class_prior.dtype.kind != "f" or class_prior.ndim != 1:
        raise ValueError("its numbers of excerpts, or the shares of its classes, are none.")
    return facts | {
        "n_songs": int(np.count_nonzero(n_excerpts)),
        "n_excerpts": int(n_excerpts.sum()),
        "class_prior": class_prior.tolist(),
        "temperature": _temperature(classifier),
    }


def _temperature(classifier):
    # Files of former versions have none.
    temperature = vars(classifier).get("temperature_", 1.0)
    if not isinstance(temperature, float) or not 0 < temperature < inf:
        raise ValueError(f"its temperature_ is {temperature!r:.100}.")
    return temperature


def _describe_network(part):
    facts = {"network": part.name, "network_settings": _plain(part.settings())}
    if not part.is_fitted:
        return facts
    return facts | {
        "n_epochs": int(part.n_iter_),
        "last_epoch": {name: float(row[-1]) for name, row in part.history_.items() if row},
        "parameters": part.network(),
    }


def _labels(classes):
    return classes.tolist() if isinstance(classes, np.ndarray) and classes.ndim == 1 else []


def _count(value, name):
    if value is None:
        return None
    if not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"its {name} is {value!r:.100}.")
    return int(value)


def _plain(value):
    """Make what JSON can hold of a parameter's value."""
    if isinstance(value, (np.generic, np.ndarray)):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return f"{value!r:.200}"
