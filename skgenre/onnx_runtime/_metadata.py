"""Metadata of an ONNX model: classes, sample rate, settings for songs."""

import json
from dataclasses import asdict, dataclass, field, fields
from math import inf
from numbers import Integral

PREFIX = "skgenre."
# Parameters of `SongClassifier` that decide how a song is cut and its excerpts are joined.
SONG_SETTINGS = ("excerpt_seconds", "hop_seconds", "max_excerpts", "aggregate")


@dataclass(frozen=True)
class Metadata:
    """Facts that a graph does not hold; each is stored as JSON under its name.

    Attributes
    ----------
    classes : list of str, int, float or bool
        Labels, in the order of the probabilities.
    n_timesteps : int
        Samples in an excerpt.
    sample_rate : int
        In Hz.
    song_settings : dict
        `SONG_SETTINGS` of the :class:`~skgenre.SongClassifier` that the excerpts' classifier was
        part of, if any.
    class_prior : list of float
        Share of each class among its songs.
    temperature : float, default=1.0
        Its `temperature_`, by which songs' probabilities are calibrated.
    """

    classes: list
    n_timesteps: int
    sample_rate: int
    song_settings: dict = field(default_factory=dict)
    class_prior: list = field(default_factory=list)
    temperature: float = 1.0

    def __post_init__(self):
        for name, is_right in self._checks().items():
            if not is_right(getattr(self, name)):
                raise ValueError(f"its metadata have {name}={getattr(self, name)!r:.100}.")

    def _checks(self):
        return {
            "classes": _are_labels,
            "n_timesteps": _is_count,
            "sample_rate": _is_count,
            "song_settings": lambda value: (
                isinstance(value, dict) and set(value) in (set(), set(SONG_SETTINGS))
            ),
            "class_prior": lambda value: (
                isinstance(value, list)
                and all(isinstance(share, float) for share in value)
                and len(value) == (len(self.classes) if self.song_settings else 0)
            ),
            "temperature": lambda value: isinstance(value, float) and 0 < value < inf,
        }

    def to_texts(self):
        """Write it as a dict of texts."""
        return {PREFIX + name: _as_json(value) for name, value in asdict(self).items()}

    @classmethod
    def from_texts(cls, texts):
        """Read what `to_texts` has written, among other texts."""
        names = [field.name for field in fields(cls)]
        # Files of former versions have no temperature.
        if PREFIX + "temperature" not in texts:
            names.remove("temperature")
        if missing := [name for name in names if PREFIX + name not in texts]:
            raise ValueError(
                "it was not written by skgenre.export_onnx: its metadata lack "
                f"{PREFIX}{missing[0]}."
            )
        try:
            return cls(**{name: json.loads(texts[PREFIX + name]) for name in names})
        except RecursionError as error:
            raise ValueError("its metadata are nested too deeply.") from error


def _as_json(value):
    # Parameters may be numpy's numbers.
    return json.dumps(value, default=lambda number: number.item())


def _are_labels(value):
    """Return whether a value is a list of two different labels or more, of one type."""
    kinds = {type(label) for label in value} if isinstance(value, list) else set()
    return kinds in ({str}, {int}, {float}, {bool}) and len(set(value)) == len(value) > 1


def _is_count(value):
    return not isinstance(value, bool) and isinstance(value, Integral) and value >= 1
