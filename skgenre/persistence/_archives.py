"""What is in a file of a saved estimator, before anything is made of it.

skops writes a zip archive: `schema.json`, a tree of types and values, and an npy file for each
array. Nodes of the tree that stand for one object carry one id, by which a hostile file could
make a small tree stand for an endless one; a file could declare arrays larger than memory, or
refer to one array a million times. Saved files have no ids, no compression and no array without a
plain header, and others are refused.
"""

import io
import json
import re
import zipfile
from importlib.metadata import version

from packaging.version import Version

from skgenre._files.npy_headers import read_npy_header
from skgenre._files.untrusted import check_size
from skgenre._files.zip_archives import check_member, open_archive
from skgenre.persistence._trusted_types import LOADERS

MAX_BYTES = 2**30
MAX_SCHEMA_BYTES = 2**23
_MAX_DIRECTORY_BYTES = 2**20
# Several objects may each have a copy of one array.
_MAX_GROWTH = 4
_MAX_BYTES_OF_FEW = 2**24
# Names in files that were written before files named public places.
_FORMER_NAMES = {
    "skgenre._frozen_distributions.FrozenDistribution": "skgenre.persistence.FrozenDistribution"
}
_PRIVATE_PLACE = re.compile(r"(\._\w+)+$")
_SCHEMA, _VERSIONS = "schema.json", "versions.json"
_LIBRARIES = ("skgenre", "keras", "numpy", "scikit-learn", "skops")
_PLAIN = re.compile(r"'[<>=|][fiub][1248]'|'[<>=]c(8|16)'|'[<>=|][US]\d{1,9}'|'[<>=][mM]8\[\w+\]'")


def tidy(content):
    """Bring what skops has written into the form that `read` accepts, versions included.

    The same estimator gives the same bytes each time.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        schema = json.loads(archive.read(_SCHEMA))
        names = {}
        for node in _nodes(schema):
            if isinstance(node.get("__id__"), int):
                del node["__id__"]
            if isinstance(node.get("__module__"), str):
                node["__module__"] = _public_place(node["__module__"])
            if _is_array(node):
                node["file"] = names.setdefault(node["file"], f"{len(names)}.npy")
        members = {new: archive.read(old) for old, new in names.items()}
    members[_SCHEMA] = _as_json(schema)
    members[_VERSIONS] = _as_json({name: version(name) for name in _LIBRARIES})
    return _pack(members)


def check(content):
    """Check of a file's content all that can be checked without making anything of it."""
    with _open(io.BytesIO(content)) as archive:
        _check(archive)


def _public_place(module):
    """Return where users find what a module of this package defines; files outlive its modules."""
    return _PRIVATE_PLACE.sub("", module) if module.startswith("skgenre.") else module


def read(path):
    """Read a file and check all that can be checked without making anything of it.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    content : bytes
        A file of skops'.

    Raises
    ------
    ValueError
        If it is not such a file as `tidy` makes, or of versions that are not understood here.
    OSError
        If it cannot be read.
    """
    with open(path, "rb") as file:
        check_size(file, MAX_BYTES)
        with _open(file) as archive:
            _check(archive)
        file.seek(0)
        content = file.read()
    if not any(name.rpartition(".")[0].encode() in content for name in _FORMER_NAMES):
        return content
    content = rename_types(content, _FORMER_NAMES)
    check(content)
    return content


def read_versions(content):
    """Read with which versions of which libraries a file was written."""
    with _open(io.BytesIO(content)) as archive:
        versions = json.loads(archive.read(_VERSIONS))
    return {name: value for name, value in versions.items() if isinstance(value, str)}


def rename_types(content, names):
    """Put other types into the places of some in a file that `read` has accepted.

    Parameters
    ----------
    content : bytes
        The file.
    names : dict of str to str
        New names by old ones, with their modules.

    Returns
    -------
    content : bytes
        A file of skops'.
    """
    with _open(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(members[_SCHEMA])
    for node in _nodes(schema):
        name = f"{node.get('__module__')}.{node.get('__class__')}"
        if name in names:
            node["__module__"], _, node["__class__"] = names[name].rpartition(".")
    return _pack(members | {_SCHEMA: _as_json(schema)})


def _as_json(value):
    return json.dumps(value, separators=(",", ":")).encode()


def _pack(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            # With a date of its own each file would differ.
            archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()


def _open(file):
    return open_archive(file, _MAX_DIRECTORY_BYTES)


def _check(archive):
    infos = {info.filename: info for info in archive.infolist()}
    if len(infos) < len(archive.infolist()):
        raise ValueError("it holds two members of one name.")
    if not {_SCHEMA, _VERSIONS} <= infos.keys():
        raise ValueError("it was not written by skgenre.save.")
    for info in infos.values():
        check_member(archive, info)
        if info.compress_type != zipfile.ZIP_STORED:
            raise ValueError(f"{info.filename} is compressed.")
    _check_versions(_read_json(archive, infos[_VERSIONS]))
    _check_schema(_read_json(archive, infos[_SCHEMA]), archive, infos)


def _read_json(archive, info):
    if info.file_size > MAX_SCHEMA_BYTES:
        raise ValueError(
            f"{info.filename} declares {info.file_size} bytes, more than {MAX_SCHEMA_BYTES}."
        )
    value = json.loads(archive.read(info))
    if not isinstance(value, dict):
        raise ValueError(f"{info.filename} must hold an object, got {type(value).__name__}.")
    return value


def _check_versions(written):
    if not all(isinstance(written.get(name), str) for name in ("skgenre", "keras")):
        raise ValueError(f"{_VERSIONS} does not tell the versions of skgenre and Keras.")
    ours, theirs = version("skgenre"), written["skgenre"]
    if Version(theirs) > Version(ours):
        raise ValueError(
            f"it was written by skgenre {theirs}, which is newer than skgenre {ours} here: "
            "update skgenre to load it."
        )
    ours, theirs = version("keras"), written["keras"]
    if Version(theirs).major != Version(ours).major:
        raise ValueError(
            f"it was written with Keras {theirs}, and Keras {ours} is installed here: networks "
            "of another major version of Keras may differ."
        )


def _check_schema(schema, archive, infos):
    n_bytes = 0
    for node in _nodes(schema):
        if "__id__" in node:
            raise ValueError("its nodes have ids, which skgenre.save leaves out.")
        _check_loader(node)
        if not _is_none(node.get("memory")):
            raise ValueError(
                "it has a memory, a folder of pickles that would be loaded: set memory=None "
                "before saving."
            )
        if _is_array(node):
            n_bytes += _check_array(archive, infos, node["file"])
    if n_bytes > max(_MAX_BYTES_OF_FEW, _MAX_GROWTH * sum(i.file_size for i in infos.values())):
        raise ValueError(f"its arrays take {n_bytes} bytes, far more than the file.")


def _check_loader(node):
    """Refuse a node that makes of a trusted name anything but what saved files make of it."""
    name, loader = f"{node.get('__module__')}.{node.get('__class__')}", node.get("__loader__")
    if name in LOADERS and loader not in LOADERS[name]:
        raise ValueError(f"it has {name} as a {loader}, expected {' or '.join(LOADERS[name])}.")


def _is_none(node):
    """Return whether a node is absent or None, as skops writes it."""
    none = {"__loader__": "JsonNode", "content": "null"}
    return node is None or (isinstance(node, dict) and node.items() >= none.items())


def _is_array(node):
    return isinstance(node.get("file"), str)


def _check_array(archive, infos, name):
    """Check an array's header; returns its size in bytes."""
    if name not in infos:
        raise ValueError(f"it has no member {name!r}.")
    info = infos[name]
    with archive.open(info) as stream:
        header = read_npy_header(stream, name, _PLAIN, "numbers, texts or dates")
    return header.check_size(name, info.file_size)


def _nodes(schema):
    """Walk all objects of a JSON tree, however deep."""
    waiting = [schema]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
