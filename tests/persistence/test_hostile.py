"""Model files that nobody should trust: each loads whole, or is refused in one ValueError."""

import base64
import io
import json
import marshal
import pickle
import re
import struct
import zipfile
from functools import partial

import h5py
import numpy as np
import pytest
import skops.io
from sklearn.pipeline import make_pipeline

from skgenre import CNNGenreClassifier, WaveformScaler, load, save
from tests.helpers.hostile import mutate, refuse

SCHEMA, VERSIONS = "schema.json", "versions.json"
TEXT = {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode"}


@pytest.fixture(scope="module")
def pipeline(excerpts):
    X, y = excerpts
    cnn = CNNGenreClassifier(
        filters=(4,), kernel_sizes=5, strides=4, dense_units=4, epochs=1, random_state=0
    )
    return make_pipeline(WaveformScaler(), cnn).fit(X, y)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.skops"


@pytest.fixture
def members(pipeline, path):
    """What a saved file holds, by name."""
    save(pipeline, path)
    return unpack(path.read_bytes())


def unpack(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(members, method=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return file.getvalue()


def node(name, loader, content=None, **others):
    """A node of skops' tree."""
    module, _, name = name.rpartition(".")
    return {"__class__": name, "__module__": module, "__loader__": loader} | (
        others if content is None else {"content": content, **others}
    )


def value(content):
    """A node that stands for a number, a text or None."""
    return TEXT | {"content": json.dumps(content), "is_json": True}


def sequence(*items, kind="List"):
    return node(f"builtins.{kind.lower()}", f"{kind}Node", list(items))


def mapping(**items):
    key_types = sequence(*(node("builtins.str", "TypeNode") for _ in items))
    return node("builtins.dict", "DictNode", items, key_types=key_types)


def saying(schema, members):
    """A file of ours with another tree in it."""
    return pack(members | {SCHEMA: json.dumps(schema | {"protocol": 2}).encode()})


refused = partial(refuse, load, "load a model from")


# --- files that would run code, or read files, in Keras: what each known weakness made use of


def keras_archive(layer, weights=b""):
    """A model in Keras' format whose only layer is given."""
    config = {"module": "keras", "class_name": "Sequential", "config": {"layers": [layer]}}
    members = {"config.json": json.dumps(config).encode(), "metadata.json": b"{}"}
    return members | {"model.weights.h5": weights}


def layer(name, **config):
    return {"module": "keras.layers", "class_name": name, "config": config}


def keras_function(name, **arguments):
    module, _, name = name.rpartition(".")
    function = {"module": module, "class_name": "function", "config": name}
    return layer("Lambda", function=function, arguments=arguments)


def code_layer(marker):
    """A layer whose function is Python's own bytecode."""
    code = compile(f"__import__('os').mkdir({str(marker)!r})", "layer", "exec")
    text = base64.b64encode(marshal.dumps(code)).decode()
    return layer("Lambda", function={"class_name": "__lambda__", "config": {"code": text}})


def hdf5(fill):
    file = io.BytesIO()
    with h5py.File(file, "w") as archive:
        fill(archive)
    return file.getvalue()


def legacy_model(marker):
    config = {"class_name": "Sequential", "config": {"layers": [code_layer(marker)]}}
    return hdf5(lambda archive: archive.attrs.update(model_config=json.dumps(config)))


def huge_weights(archive):
    archive.create_dataset("kernel", shape=(10**6, 10**6), dtype="f4", chunks=True)


def foreign_weights(marker):
    marker.with_name("secret").write_bytes(bytes(16))
    external = [(str(marker.with_name("secret")), 0, 16)]
    return hdf5(lambda archive: archive.create_dataset("kernel", (4,), "f4", external=external))


class Pickled:
    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        import os

        return os.mkdir, (str(self.marker),)


def torch_wrapper(marker):
    module = base64.b64encode(pickle.dumps(Pickled(marker))).decode()
    return layer("TorchModuleWrapper", module=module)


# As Keras would read it; and the type or function that does the harm, for a file of ours.
WEAKNESSES = {
    "CVE-2024-3660": (
        lambda marker: keras_archive(code_layer(marker)),
        "keras.src.layers.core.lambda_layer.Lambda",
    ),
    "CVE-2025-1550": (
        lambda marker: keras_archive(keras_function("os.mkdir", path=str(marker))),
        "posix.mkdir",
    ),
    "CVE-2025-8747": (
        lambda marker: keras_archive(
            keras_function("keras.utils.get_file", origin=f"file://{marker}", fname="model")
        ),
        "keras.src.utils.file_utils.get_file",
    ),
    "CVE-2025-9905": (
        legacy_model,
        "keras.src.legacy.saving.legacy_h5_format.load_model_from_hdf5",
    ),
    "CVE-2025-9906": (
        lambda marker: keras_archive(keras_function("keras.config.enable_unsafe_deserialization")),
        "keras.src.saving.serialization_lib.enable_unsafe_deserialization",
    ),
    "CVE-2025-49655": (
        lambda marker: keras_archive(torch_wrapper(marker)),
        "keras.src.utils.torch_utils.TorchModuleWrapper",
    ),
    "CVE-2026-0897": (
        lambda marker: keras_archive(layer("Dense", units=1), hdf5(huge_weights)),
        "h5py._hl.dataset.Dataset",
    ),
    "CVE-2026-1669": (
        lambda marker: keras_archive(layer("Dense", units=1), foreign_weights(marker)),
        "h5py._hl.files.File",
    ),
    "CVE-2026-1462": (
        lambda marker: keras_archive(layer("TFSMLayer", filepath=str(marker))),
        "keras.src.export.tfsm_layer.TFSMLayer",
    ),
}


@pytest.mark.parametrize("name", WEAKNESSES)
def test_files_for_the_weaknesses_of_keras_are_refused_and_run_nothing(name, path):
    marker = path.with_name("marker")
    content = WEAKNESSES[name][0](marker)
    refused(path, content if isinstance(content, bytes) else pack(content))
    assert not marker.exists()


@pytest.mark.parametrize(
    "form", ["ObjectNode", "FunctionNode", "TypeNode", "constructed", "partial"]
)
@pytest.mark.parametrize("name", WEAKNESSES)
def test_what_they_make_use_of_is_not_trusted_in_a_file_of_ours(name, form, path, members):
    harmful, marker = WEAKNESSES[name][1], path.with_name("marker")
    arguments = sequence(value(str(marker)), kind="Tuple")
    schema = {
        "constructed": lambda: node(harmful, "ConstructorFromReduceNode", arguments),
        "partial": lambda: node(
            "functools.partial",
            "PartialNode",
            {
                "func": node(harmful, "FunctionNode"),
                "args": arguments,
                "kwds": mapping(),
                "namespace": value(None),
            },
        ),
    }.get(form, lambda: node(harmful, form, mapping(filepath=value(str(marker)))))()
    content = saying(mapping(loss=schema), members)
    refused(path, content, f"not trusted: .*{re.escape(harmful)}")
    assert not marker.exists()


def test_text_that_scipy_would_run_is_not_taken_over(path, members):
    marker = path.with_name("marker")
    text = f"__import__('os').mkdir({str(marker)!r})"
    for name in ("rv_continuous", "rv_continuous_frozen"):
        state = mapping(_parse_arg_template=value(text), _ctor_param=mapping())
        harmful = f"scipy.stats._distn_infrastructure.{name}"
        refused(path, saying(node(harmful, "ObjectNode", state), members), "not trusted: ")
    assert not marker.exists()


DISTRIBUTION = "skgenre.persistence.FrozenDistribution"


@pytest.mark.parametrize(
    ("name", "args", "message"),
    [
        ("test", (), "no distribution 'test'"),
        ("rv_continuous", (), "no distribution 'rv_continuous'"),
        ("norm.rvs", (), "no distribution 'norm.rvs'"),
        ("norm", (1, 2, 3), "."),
        ("uniform", ("1",), "is not one of"),
        ("randint", ([1],), "is not one of"),
        (["norm"], (), "."),
    ],
)
def test_distributions_that_are_none(path, members, name, args, message):
    arguments = sequence(
        value(name), sequence(*map(value, args), kind="Tuple"), mapping(), kind="Tuple"
    )
    content = saying(node(DISTRIBUTION, "ConstructorFromReduceNode", arguments), members)
    refused(path, content, message)


@pytest.mark.parametrize("loader", ["ObjectNode", "TypeNode", "FunctionNode"])
def test_a_distribution_is_made_in_one_way_only(path, members, loader):
    refused(path, saying(node(DISTRIBUTION, loader, mapping()), members), f"as a {loader}, expect")


@pytest.mark.parametrize(
    ("name", "loader"),
    [
        ("sklearn.metrics._classification.accuracy_score", "ConstructorFromReduceNode"),
        ("sklearn.metrics._classification.matthews_corrcoef", "ListNode"),
        ("sklearn.metrics._classification.matthews_corrcoef", "TypeNode"),
        ("sklearn.model_selection._split.KFold", "ConstructorFromReduceNode"),
        ("skgenre.classifiers.CNNGenreClassifier", "ConstructorFromReduceNode"),
        ("sklearn.utils._bunch.Bunch", "ObjectNode"),
    ],
)
def test_nothing_that_is_trusted_is_called(path, members, name, loader):
    content = saying(node(name, loader, sequence(value(1), value(2), kind="Tuple")), members)
    refused(path, content, f"it has {name} as a {loader}, expected ")


def array(name):
    return node("numpy.ndarray", "NdArrayNode", type="numpy", file=name)


def test_a_mask_of_another_shape(path, members):
    mask = npy(array_header("'|b1'", "(3,)"), bytes(3))
    masked = node(
        "numpy.ma.MaskedArray", "MaskedArrayNode", {"data": array("0.npy"), "mask": array("m.npy")}
    )
    data = npy(array_header("'<f4'", "(2,)"), bytes(8))
    refused(path, saying(masked, members | {"0.npy": data, "m.npy": mask}), "[Mm]ask")


@pytest.mark.parametrize("protocol", range(5))
def test_pickles_are_not_loaded(path, protocol):
    marker = path.with_name("marker")
    refused(path, pickle.dumps(Pickled(marker), protocol=protocol), "not a zip archive")
    assert not marker.exists()


@pytest.mark.parametrize("save_array", [np.save, np.savez])
def test_pickles_within_arrays_are_not_loaded(path, members, save_array):
    marker, file = path.with_name("marker"), io.BytesIO()
    save_array(file, np.array([Pickled(marker)], dtype=object))
    content = pack(members | {"0.npy": file.getvalue()})
    refused(path, content, "0.npy must hold numbers|magic string")
    assert not marker.exists()


def test_a_cache_of_pickles_is_not_taken_over(path, members):
    schema = json.loads(members[SCHEMA])
    schema["content"]["content"]["memory"] = value("cache")
    refused(path, saying(schema, members), "memory, a folder of pickles")


# --- files that would fill memory or time


def patched(content, name, field, number):
    """Change one field of a member's entry in the zip directory."""
    content = bytearray(content)
    entry = content.rindex(name) - 46
    assert content[entry : entry + 4] == b"PK\1\2"
    struct.pack_into("<I", content, entry + field, number)
    return bytes(content)


def npy(header, values=b""):
    header = header.encode("latin1")
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + values


def array_header(descr="'<f4'", shape="(4,)"):
    return f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n"


def nested(depth):
    """Lists within lists, each of which stands twice in the one around it, by its id."""
    inner = sequence(value(1)) | {"__id__": 1}
    for number in range(2, depth):
        inner = sequence(inner, {**inner, "content": []}) | {"__id__": number}
    return inner


def copies(members):
    """A list of one array, again and again."""
    large = npy(array_header(shape="(4194304,)"), bytes(2**24))
    array = node("numpy.ndarray", "NdArrayNode", type="numpy", file="0.npy")
    return saying(sequence(*[array] * 1000), members | {"0.npy": large})


BOMBS = {
    "compressed": (lambda m: pack(m, zipfile.ZIP_DEFLATED), "is compressed"),
    "zeros": (
        lambda m: pack(m | {SCHEMA: bytes(2**28)}, zipfile.ZIP_DEFLATED),
        "is compressed",
    ),
    "declares more": (lambda m: patched(pack(m), b"0.npy", 24, 2**31), "can hold at most"),
    "reaches past the end": (lambda m: patched(pack(m), b"0.npy", 20, 2**31), "should take"),
    "many members": (
        lambda m: pack({f"{number}.npy": b"" for number in range(20_000)}),
        "zip directory takes",
    ),
    "long schema": (lambda m: pack(m | {SCHEMA: b" " * (2**23 + 1)}), "more than 8388608"),
    "deep schema": (lambda m: pack(m | {SCHEMA: b"[" * 100_000}), "."),
    "deep tree": (lambda m: pack(m | {SCHEMA: b'{"a":' * 900 + b"1" + b"}" * 900}), "."),
    "deep text": (lambda m: saying(TEXT | {"content": "[" * 10**6, "is_json": True}, m), "."),
    "long number": (lambda m: saying(TEXT | {"content": "9" * 10**6, "is_json": True}, m), "."),
    "doubling": (lambda m: saying(nested(100), m), "nodes have ids"),
    "one array a thousand times": (copies, "far more than the file"),
    "huge shape": (
        lambda m: pack(m | {"0.npy": npy(array_header(shape="(1000000000000,)"))}),
        "takes 40000000000.. bytes",
    ),
    "dtype that divides by zero": (
        lambda m: pack(m | {"0.npy": npy(array_header("'m8[s/0]'"))}),
        "must hold numbers",
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_without_taking_memory_or_time(name, path, members):
    make, message = BOMBS[name]
    refused(path, make(members), message)


def test_nothing_is_unpacked_to_where_a_member_names(path, members, pipeline, excerpts):
    names = ["../evil", "../../evil", str(path.with_name("evil")), "folder/../evil"]
    path.write_bytes(pack(members | dict.fromkeys(names, b"evil")))
    before = sorted(path.parent.rglob("*"))
    loaded = load(path)
    assert np.array_equal(loaded.predict(excerpts[0]), pipeline.predict(excerpts[0]))
    assert sorted(path.parent.rglob("*")) == before
    assert not path.parent.with_name("evil").exists()


def test_files_beyond_the_bound_are_not_read(path):
    with path.open("wb") as file:
        file.truncate(2**30 + 1)
    with pytest.raises(ValueError, match="has 1073741825 bytes, more than 1073741824"):
        load(path)


# --- files that are damaged or make no sense


def without(name):
    return lambda m: pack({key: content for key, content in m.items() if key != name})


def changed(name, content):
    return lambda m: pack(m | {name: content})


def with_attribute(name, schema):
    """Put something else into the classifier's state."""

    def make(members):
        tree = json.loads(members[SCHEMA])
        [_, step] = tree["content"]["content"]["steps"]["content"]
        step["content"][1]["content"]["content"][name] = schema
        return saying(tree, members)

    return make


DAMAGED = {
    "empty": (lambda m: b"", "only 0 bytes"),
    "text": (lambda m: b"no model" * 10, "not a zip archive"),
    "empty zip": (lambda m: pack({}), "not written by skgenre.save"),
    "of skops": (lambda m: skops.io.dumps(WaveformScaler()), "not written by skgenre.save"),
    "no schema": (without(SCHEMA), "not written by skgenre.save"),
    "no array": (without("0.npy"), "no member '0.npy'"),
    "path of its own": (changed(SCHEMA, b'{"file": "../../etc/passwd"}'), "no member '../../etc"),
    "schema of nothing": (changed(SCHEMA, b"{}"), "."),
    "schema of a list": (changed(SCHEMA, b"[]"), "must hold an object, got list"),
    "no JSON": (changed(SCHEMA, b"{'a': 1}"), "."),
    "no text": (changed(SCHEMA, b"\xff\xfe\xfa"), "."),
    "not an array": (changed("0.npy", b"no array"), "magic string"),
    "longer array": (changed("0.npy", npy(array_header(), bytes(17))), "takes .. bytes, but has"),
    "no weights": (with_attribute("_weights", value(None)), "has an array of object"),
    "weights of a text": (with_attribute("_weights", value("heavy")), "weights of float32"),
    "other classes": (
        with_attribute("classes_", sequence(value(0), value(1), value(2))),
        "weights of float32",
    ),
    "no settings": (with_attribute("_fitted_settings", mapping()), "."),
    "vast settings": (
        with_attribute("_fitted_settings", mapping(filters=value(10**18))),
        ".",
    ),
    "stride of nothing": (
        with_attribute(
            "_fitted_settings",
            mapping(
                filters=sequence(value(4)),
                kernel_sizes=sequence(value(5)),
                strides=sequence(value(0)),
                dense_units=value(4),
            ),
        ),
        "division",
    ),
    "a step of nothing": (lambda m: saying(mapping(a={}), m), "."),
    "no loader": (lambda m: saying(mapping(a=node("builtins.int", "IntNode")), m), "IntNode"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_files_are_refused_by_name(name, path, members):
    make, message = DAMAGED[name]
    refused(path, make(members), message)


def test_two_members_of_one_name(path, members):
    content = pack(members | {"9.npy": members["0.npy"]}).replace(b"9.npy", b"0.npy")
    refused(path, content, "two members of one name")


def mutate_member(members, rng):
    """Mutate one member and pack it with the right checksum."""
    name = rng.choice([SCHEMA, SCHEMA, *members])
    return pack(members | {name: mutate(members[name], rng)})


def load_or_refuse(path, X):
    """Return whether the file loaded; what loaded predicts, or says in an error why not."""
    try:
        loaded = load(path)
    except ValueError:
        refused(path, path.read_bytes())
        return False
    try:
        probabilities = loaded.predict_proba(X)
    except (ValueError, TypeError, AttributeError, LookupError, NotImplementedError):
        return True
    assert np.isfinite(probabilities).all()
    return True


@pytest.mark.parametrize(
    "n_mutations", [100, pytest.param(1000, marks=pytest.mark.slow)], ids=["quick", "slow"]
)
@pytest.mark.parametrize("checksums", ["wrong", "right"])
def test_mutated_files_load_whole_or_are_refused(
    pipeline, excerpts, path, members, checksums, n_mutations
):
    rng = np.random.default_rng(0)
    n_loaded = 0
    for _ in range(n_mutations):
        content = (
            mutate(pack(members), rng) if checksums == "wrong" else mutate_member(members, rng)
        )
        path.write_bytes(content)
        n_loaded += load_or_refuse(path, excerpts[0][:3])
    print(f"{n_loaded} of {n_mutations} loaded")
    assert n_loaded < n_mutations / 2
