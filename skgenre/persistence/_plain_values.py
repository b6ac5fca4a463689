"""What a saved file holds, as plain values: neither skops nor scikit-learn is loaded.

It knows what files of songs' models hold as a rule. All else is for skops: a file that is refused
here may still be one that `load` takes.
"""

import io
import json
import zipfile
from typing import Any, NamedTuple

import numpy as np

from skgenre._networks import NETWORKS

SCALER = "skgenre.preprocessing.WaveformScaler"
SONGS = "skgenre.songs.SongClassifier"
PIPELINE = "sklearn.pipeline.Pipeline"
# What the scaler learns with.
_MOMENTS = "sklearn.preprocessing._data.StandardScaler"
_OBJECTS = {*(network.place for network in NETWORKS.values()), SCALER, SONGS, PIPELINE, _MOMENTS}
_PROTOCOL = 2
_KEYS = {"builtins.str": str, "builtins.int": int}
_NUMBERS = {f"numpy.{name}": getattr(np, name) for name in ("float32", "float64", "int64", "str_")}


class PlainObject(NamedTuple):
    """Stands for an object in a file: the name of its class, and its attributes."""

    name: str
    attributes: dict[str, Any]


def read_values(content):
    """Read the value in a file.

    Parameters
    ----------
    content : bytes
        A file that `_archives.read` has accepted.

    Returns
    -------
    value : object
        Numbers, texts, containers, arrays, and a `PlainObject` for each object.

    Raises
    ------
    ValueError, LookupError, TypeError, AttributeError, zipfile.BadZipFile
        If the file is damaged, or holds anything else.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        schema = json.loads(archive.read("schema.json"))
        if schema["protocol"] != _PROTOCOL:
            raise ValueError(f"its protocol is {schema['protocol']!r:.100}.")
        return _value(schema, archive)


def _value(node, archive):
    return _LOADERS[node["__loader__"]](node, _name(node), archive)


def _name(node):
    return f"{node['__module__']}.{node['__class__']}"


def _check_name(name, known):
    if name not in known:
        raise ValueError(f"{name!r:.100} is not among {sorted(known)}.")


def _json(node, name, archive):
    _check_name(name, {"builtins.str"})
    return json.loads(node["content"])


def _list(node, name, archive):
    _check_name(name, {"builtins.list"})
    return [_value(item, archive) for item in node["content"]]


def _tuple(node, name, archive):
    _check_name(name, {"builtins.tuple"})
    return tuple(_value(item, archive) for item in node["content"])


def _dict(node, name, archive):
    _check_name(name, {"builtins.dict"})
    pairs = zip(_value(node["key_types"], archive), node["content"].items(), strict=True)
    return {kind(key): _value(value, archive) for kind, (key, value) in pairs}


def _type(node, name, archive):
    _check_name(name, _KEYS)
    return _KEYS[name]


def _array(node, name, archive):
    _check_name(name, {"numpy.ndarray", *_NUMBERS})
    _check_name(node["type"], {"numpy"})
    array = np.load(io.BytesIO(archive.read(node["file"])), allow_pickle=False)
    return array if name == "numpy.ndarray" else _NUMBERS[name](array)


def _object(node, name, archive):
    _check_name(name, _OBJECTS)
    attributes = _value(node["content"], archive)
    if not isinstance(attributes, dict):
        raise ValueError(f"its {name} has no attributes.")
    return PlainObject(name, attributes)


_LOADERS = {
    "JsonNode": _json,
    "ListNode": _list,
    "TupleNode": _tuple,
    "DictNode": _dict,
    "NdArrayNode": _array,
    "ObjectNode": _object,
    "TypeNode": _type,
}
