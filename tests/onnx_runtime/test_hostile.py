"""ONNX models that nobody should trust: each loads whole, or is refused in one ValueError."""

from functools import partial
from itertools import pairwise

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from skgenre import CNNGenreClassifier, export_onnx, load_onnx
from tests.helpers.hostile import refuse
from tests.helpers.interpreter import run_python

N_TIMESTEPS = 60


@pytest.fixture(scope="module")
def valid(excerpts, tmp_path_factory):
    """The bytes of a valid model."""
    X, y = excerpts
    path = tmp_path_factory.mktemp("models") / "model.onnx"
    cnn = CNNGenreClassifier(
        filters=4, kernel_sizes=5, strides=4, dense_units=4, epochs=1, random_state=0
    )
    export_onnx(cnn.fit(X, y), path)
    return path.read_bytes()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.onnx"


refused = partial(refuse, load_onnx, "load an ONNX model from")


def changed(valid, change):
    model = onnx.load_model_from_string(valid)
    change(model)
    return model.SerializeToString()


# --- graphs that do more than they should


def with_nodes(*nodes, **constants):
    """Put operators in front of the graph; they compute on the excerpts, "X", for nobody."""

    def change(model):
        model.graph.node[0].input[0] = model.graph.input[0].name = "X"
        for name, values in constants.items():
            model.graph.initializer.append(numpy_helper.from_array(np.asarray(values), name))
        for node in reversed(nodes):
            model.graph.node.insert(0, node)

    return change


def external_weights(model):
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.ClearField("float_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../../../../../etc/passwd")


def external_constant(model):
    external = TensorProto(name="w", data_type=1, dims=[4], data_location=TensorProto.EXTERNAL)
    external.external_data.add(key="location", value="/etc/passwd")
    with_nodes(helper.make_node("Constant", [], ["w"], value=external))(model)


def endless_loop(model):
    value = helper.make_tensor_value_info
    body = helper.make_graph(
        [helper.make_node("Identity", ["go_on"], ["still"])],
        "body",
        [value("turn", 7, []), value("go_on", 9, [])],
        [value("still", 9, [])],
    )
    node = helper.make_node("Loop", ["", "yes"], [], body=body)
    with_nodes(node, yes=np.array(True))(model)


def function(model):
    made = helper.make_function("own", "Twice", ["a"], ["b"], [], [helper.make_opsetid("", 17)])
    model.functions.append(made)


def sparse_constant(model):
    values = numpy_helper.from_array(np.ones(1, np.float32), "w")
    places = numpy_helper.from_array(np.zeros(1, np.int64), "w_indices")
    sparse = helper.make_sparse_tensor(values, places, [2**40])
    with_nodes(helper.make_node("Constant", [], ["w"], sparse_value=sparse))(model)


def no_nodes(model):
    del model.graph.node[:]
    model.graph.input[0].name = model.graph.output[1].name
    del model.graph.output[0]


def doubling(model):
    names = ["X", *(f"x{number}" for number in range(24))]
    nodes = [
        helper.make_node("Concat", [name, name], [following], axis=1)
        for name, following in pairwise(names)
    ]
    with_nodes(*nodes)(model)


def rows_squared(model):
    with_nodes(
        helper.make_node("Transpose", ["X"], ["turned"]),
        helper.make_node("MatMul", ["X", "turned"], ["square"]),
    )(model)


def huge_constant(model):
    node = helper.make_node("ConstantOfShape", ["size"], ["huge"])
    with_nodes(node, size=[2**40])(model)


def huge_by_the_excerpts(model):
    with_nodes(
        helper.make_node("ReduceMax", ["X"], ["loudest"], keepdims=0),
        helper.make_node("Cast", ["loudest"], ["size"], to=7),
        helper.make_node("Reshape", ["size", "one"], ["sizes"]),
        helper.make_node("ConstantOfShape", ["sizes"], ["huge"]),
        one=[1],
    )(model)


def huge_as_the_file_declares_it(model):
    huge_by_the_excerpts(model)
    model.graph.value_info.append(helper.make_tensor_value_info("sizes", 7, [1]))
    model.graph.value_info.append(helper.make_tensor_value_info("huge", 1, ["rows"]))


def rows_split(model):
    with_nodes(helper.make_node("Reshape", ["X", "halves"], ["split"]), halves=[-1, 30])(model)


def shape_in_an_attribute(model):
    with_nodes(helper.make_node("Reshape", ["X"], ["Y"], shape=[-1, 60]))(model)
    model.opset_import[0].version = 4


def long_shape(model):
    with_nodes(helper.make_node("Reshape", ["X", "shape"], ["Y"]), shape=[-1] + [1] * 10**6)(model)


def scalar_that_is_used_twice(model):
    """What is a scalar here must not be a list there: the number of its axes is a size."""
    with_nodes(
        helper.make_node("ArrayFeatureExtractor", ["X", "scalar"], ["Y"], domain="ai.onnx.ml"),
        helper.make_node("Shape", ["scalar"], ["sizes"]),
        helper.make_node("Shape", ["sizes"], ["n_axes"]),
        helper.make_node("Sub", ["one", "n_axes"], ["is_scalar"]),
        helper.make_node("Mul", ["is_scalar", "vast"], ["size"]),
        helper.make_node("ConstantOfShape", ["size"], ["huge"]),
        scalar=0,
        one=[1],
        vast=[2**40],
    )(model)


def with_probabilities(*nodes, **constants):
    """Put operators behind the graph; they make "probabilities" of what was "computed"."""

    def change(model):
        for node in model.graph.node:
            names = [name if name != "probabilities" else "computed" for name in node.output]
            node.output[:] = names
            node.input[:] = [name if name != "probabilities" else "computed" for name in node.input]
        for name, values in constants.items():
            model.graph.initializer.append(numpy_helper.from_array(np.asarray(values), name))
        model.graph.node.extend(nodes)

    return change


one_row_for_all = with_probabilities(
    helper.make_node("ReduceMean", ["computed"], ["probabilities"], axes=[0], keepdims=1)
)
three_rows = with_probabilities(
    helper.make_node("Identity", ["three"], ["probabilities"]),
    three=np.full((3, 2), 0.5, np.float32),
)
first_row_thrice = with_probabilities(
    helper.make_node("Gather", ["computed", "first"], ["probabilities"]), first=[0, 0, 0]
)
rows_as_columns = with_probabilities(
    helper.make_node("Transpose", ["computed"], ["turned"]),
    helper.make_node("Reshape", ["turned", "sizes"], ["probabilities"]),
    sizes=[2, -1],
)


def sequence(model):
    with_nodes(helper.make_node("SequenceConstruct", ["X"], ["several"]))(model)


def foreign_domain(model):
    node = helper.make_node("Inverse", ["X"], ["Y"], domain="com.microsoft")
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    with_nodes(node)(model)


def long_graph(model):
    names = ["X", *(f"x{number}" for number in range(10_001))]
    with_nodes(
        *(helper.make_node("Identity", [name], [following]) for name, following in pairwise(names))
    )(model)


def wide_input(model):
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 2**40


def text_input(model):
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.STRING


def two_inputs(model):
    model.graph.input.append(helper.make_tensor_value_info("more", 1, [None, 3]))


def no_probabilities(model):
    del model.graph.output[1]


GRAPHS = {
    "weights in another file": (external_weights, "is in another file"),
    "constant in another file": (external_constant, "is in another file"),
    "endless loop": (endless_loop, "Loop has a graph or sparse weights of its own"),
    "sparse constant": (sparse_constant, "sparse weights of its own"),
    "no nodes": (no_nodes, "."),
    "function": (function, "has functions"),
    "doubling": (doubling, "numbers, more than 67108864"),
    "rows squared": (rows_squared, "nobody knows how large its result 'square'"),
    "huge constant": (huge_constant, "have 1099511\\d+ numbers"),
    "huge by the excerpts": (huge_by_the_excerpts, "nobody knows how large its result 'huge'"),
    "huge as the file declares it": (
        huge_as_the_file_declares_it,
        "nobody knows how large its result 'huge'",
    ),
    "shape in an attribute": (shape_in_an_attribute, "."),
    "long shape": (long_shape, "."),
    "scalar that is used twice": (scalar_that_is_used_twice, "numbers, more than|nobody knows"),
    "rows split": (rows_split, "nobody knows how large its result 'split'"),
    "one row for all": (one_row_for_all, r"shape \[1, 2\] does not have a row for each excerpt"),
    "three rows": (three_rows, r"shape \[3, 2\] does not have a row for each excerpt"),
    "first row thrice": (first_row_thrice, "does not have a row for each excerpt"),
    "rows as columns": (rows_as_columns, "does not have a row for each excerpt"),
    "sequence": (sequence, "nobody knows how large its result 'several'"),
    "foreign domain": (foreign_domain, "Inverse of the domain 'com.microsoft'"),
    "long graph": (long_graph, "nodes, more than 10000"),
    "wide input": (wide_input, "."),
    "text input": (text_input, "."),
    "two inputs": (two_inputs, "must take one matrix of float32"),
    "no probabilities": (no_probabilities, "must take and give"),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs_that_do_more_than_they_should_are_refused(name, path, valid):
    change, message = GRAPHS[name]
    refused(path, changed(valid, change), message)


def test_rows_are_counted_at_each_prediction(path, valid, monkeypatch):
    path.write_bytes(changed(valid, one_row_for_all))
    monkeypatch.setattr("skgenre.onnx_runtime._session.check_graph", lambda model: 20)
    loaded = load_onnx(path)
    assert loaded.predict(np.zeros((1, N_TIMESTEPS))).shape == (1,)
    with pytest.raises(ValueError, match=r"'probabilities' must have 20 rows, .* shape \(1, 2\)"):
        loaded.predict(np.zeros((50, N_TIMESTEPS)))


def test_a_model_that_does_not_run_on_some_rows(path, valid, monkeypatch):
    one = helper.make_node("Reshape", ["X", "one"], ["only"])
    path.write_bytes(changed(valid, with_nodes(one, one=[1, N_TIMESTEPS])))
    loaded = load_onnx(path)
    loaded.predict(np.zeros((1, N_TIMESTEPS)))
    with pytest.raises(ValueError, match="The ONNX model does not run on these rows: "):
        loaded.predict(np.zeros((2, N_TIMESTEPS)))


# --- files that make no sense


def with_metadata(**values):
    def change(model):
        for entry in model.metadata_props:
            name = entry.key.removeprefix("skgenre.")
            entry.value = values.get(name, entry.value)

    return change


def without_metadata(model):
    del model.metadata_props[:]


METADATA = {
    "none": (without_metadata, "not written by skgenre.export_onnx"),
    "no JSON": (with_metadata(classes="a, b"), "."),
    "deep": (with_metadata(classes="[" * 100_000), "."),
    "one class": (with_metadata(classes='["a"]'), r"classes=\['a'\]"),
    "a class twice": (with_metadata(classes='["a", "a"]'), "classes="),
    "three classes": (with_metadata(classes='["a", "b", "c"]'), "must take and give"),
    "mixed classes": (with_metadata(classes='["a", 1]'), "classes="),
    "lists for classes": (with_metadata(classes="[[1], [2]]"), "classes="),
    "classes in a text": (with_metadata(classes='"ab"'), "classes="),
    "other length": (with_metadata(n_timesteps="61"), "must take and give"),
    "length of nothing": (with_metadata(n_timesteps="null"), "n_timesteps=None"),
    "rate of a truth": (with_metadata(sample_rate="true"), "sample_rate=True"),
    "rate of zero": (with_metadata(sample_rate="0"), "sample_rate=0"),
    "a cache": (with_metadata(song_settings='{"memory": "cache"}'), "song_settings="),
    "no temperature": (with_metadata(temperature="0.0"), "temperature=0"),
    "endless temperature": (with_metadata(temperature="Infinity"), "temperature=inf"),
    "temperature of a text": (with_metadata(temperature='"warm"'), "temperature='warm'"),
    "shares without songs": (with_metadata(class_prior="[0.5, 0.5]"), "class_prior="),
}


@pytest.mark.parametrize("name", METADATA)
def test_metadata_that_make_no_sense_are_refused(name, path, valid):
    change, message = METADATA[name]
    refused(path, changed(valid, change), message)


@pytest.mark.parametrize("content", [b"", b"no model", b"\x80\x04\x95", b"\x0a" * 1000, b"PK\5\6"])
def test_files_that_are_no_models_are_refused(path, content):
    refused(path, content)


def test_a_model_that_is_cut_short_is_refused(path, valid):
    refused(path, valid[:-1])
    refused(path, valid[: len(valid) // 2])


def test_places_where_no_file_is(tmp_path):
    with pytest.raises(ValueError, match=r"nowhere': No such file"):
        load_onnx(tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"Is a directory"):
        load_onnx(tmp_path)


def test_files_beyond_the_bound_are_not_read(path):
    with path.open("wb") as file:
        file.truncate(2**30 + 1)
    with pytest.raises(ValueError, match="has 1073741825 bytes, more than 1073741824"):
        load_onnx(path)


# In a process of its own, which a crash would end.
MUTATE = """
import sys
import numpy as np
from skgenre import load_onnx

path, seed, n_files = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
whole = open(path, "rb").read()
X = np.zeros((3, 60), np.float32)
loaded = refused = 0
for number in range(n_files):
    rng = np.random.default_rng([seed, number])
    content = bytearray(whole)
    for _ in range(rng.integers(1, 5)):
        place = rng.integers(len(content))
        kind = rng.integers(4)
        if kind == 0:
            content[place] = rng.integers(256)
        elif kind == 1:
            content[place] ^= 1 << rng.integers(8)
        elif kind == 2:
            del content[place : place + rng.integers(1, 50)]
        else:
            content[place:place] = content[place : place + rng.integers(1, 50)]
    with open(path, "wb") as file:
        file.write(content)
    try:
        classifier = load_onnx(path)
    except ValueError as error:
        assert str(error).startswith(f"Cannot load an ONNX model from {path!r}: "), error
        refused += 1
        continue
    loaded += 1
    try:
        assert np.isfinite(classifier.predict_proba(X[:, : classifier.n_features_in_])).all()
    except ValueError as error:
        assert "not finite" in str(error) or "excerpts of" in str(error), error
print(loaded, refused)
"""


@pytest.mark.parametrize("n_files", [100, pytest.param(1000, marks=pytest.mark.slow)])
def test_mutated_models_load_whole_or_are_refused(path, valid, n_files):
    path.write_bytes(valid)
    printed = run_python("-c", MUTATE, path, "0", str(n_files))
    loaded, refused = map(int, printed.split())
    assert loaded + refused == n_files
    assert refused > n_files / 4
