"""ONNX graphs of unknown origin: what they would compute is bounded before anything runs.

ONNX Runtime runs no code from a file, but it reads other files that a graph names, folds constants
while it loads, and takes whatever memory the shapes of intermediate results ask for.
"""

import math

import onnx

DOMAINS = ("", "ai.onnx", "ai.onnx.ml")
MAX_NODES = 10_000
# Of one excerpt, or of a constant: more than the first layer gives for an hour at 400 Hz.
MAX_NUMBERS = 2**24
# What scikit-learn's scalers become; onnx infers no shapes for them.
_KEEP_SHAPE = ("Binarizer", "Imputer", "Normalizer", "Scaler")


def check_graph(model):
    """Refuse a graph that could do more than turn rows into bounded rows.

    Parameters
    ----------
    model : onnx.ModelProto
        The model.

    Raises
    ------
    ValueError
        If it names other files, has graphs within its graph, operators of other domains, or
        results whose size is not known or beyond bounds.
    onnx.checker.ValidationError, onnx.shape_inference.InferenceError
        If it is no valid model.
    """
    if len(model.functions) or len(model.training_info) or len(model.graph.sparse_initializer):
        raise ValueError("it has functions, training or sparse weights.")
    if len(model.graph.node) > MAX_NODES:
        raise ValueError(f"it has {len(model.graph.node)} nodes, more than {MAX_NODES}.")
    for tensor in model.graph.initializer:
        _check_tensor(tensor)
    for node in model.graph.node:
        _check_node(node)
    onnx.checker.check_model(model)
    _check_shapes(_infer_shapes(model).graph)


def _infer_shapes(model):
    plain = onnx.ModelProto()
    plain.CopyFrom(model)
    for node in plain.graph.node:
        if node.op_type in _KEEP_SHAPE and node.domain == "ai.onnx.ml":
            del node.attribute[:]
            node.op_type, node.domain = "Identity", ""
    return onnx.shape_inference.infer_shapes(plain, strict_mode=True, data_prop=True)


def _check_node(node):
    if node.domain not in DOMAINS:
        raise ValueError(f"it has an operator {node.op_type} of the domain {node.domain!r}.")
    for attribute in node.attribute:
        if attribute.type in (onnx.AttributeProto.GRAPH, onnx.AttributeProto.GRAPHS):
            raise ValueError(f"its operator {node.op_type} has a graph of its own.")
        for tensor in (attribute.t, *attribute.tensors):
            _check_tensor(tensor)


def _check_tensor(tensor):
    if tensor.data_location == onnx.TensorProto.EXTERNAL or len(tensor.external_data):
        raise ValueError(f"its tensor {tensor.name!r} is in another file.")


def _check_shapes(graph):
    known = {value.name: value.type for value in (*graph.input, *graph.value_info, *graph.output)}
    known |= {tensor.name: None for tensor in graph.initializer}
    for name in [result for node in graph.node for result in node.output if result]:
        if name not in known:
            raise ValueError(f"nobody knows how large its result {name!r} would be.")
    for name, kind in known.items():
        if kind is not None:
            _check_size(name, kind)


def _check_size(name, kind):
    if not kind.HasField("tensor_type") or not kind.tensor_type.HasField("shape"):
        raise ValueError(f"nobody knows how large its result {name!r} would be.")
    sizes = [
        dim.dim_value if dim.HasField("dim_value") else None for dim in kind.tensor_type.shape.dim
    ]
    # The first may be the number of rows.
    if None in sizes[1:]:
        raise ValueError(f"nobody knows how large its result {name!r} would be.")
    if (n_numbers := math.prod(size for size in sizes if size is not None)) > MAX_NUMBERS:
        raise ValueError(f"its result {name!r} has {n_numbers} numbers, more than {MAX_NUMBERS}.")
