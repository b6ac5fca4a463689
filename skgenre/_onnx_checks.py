"""ONNX graphs of unknown origin: what they would compute is bounded before anything runs.

ONNX Runtime runs no code from a file, but it reads other files that a graph names, folds constants
while it loads, and takes whatever memory the shapes of intermediate results ask for.
"""

import math

import onnx

DOMAINS = ("", "ai.onnx", "ai.onnx.ml")
MAX_NODES = 10_000
# In all results for one excerpt, a quarter of a gigabyte; the largest network has 30 million.
MAX_NUMBERS = 2**26
# In all results of one call, as far as one excerpt allows.
NUMBERS_PER_CALL = 2**24
# What stands for the number of excerpts among the sizes of a result.
_ROWS = "rows"
_REFUSED_ATTRIBUTES = (
    onnx.AttributeProto.GRAPH,
    onnx.AttributeProto.GRAPHS,
    onnx.AttributeProto.SPARSE_TENSOR,
    onnx.AttributeProto.SPARSE_TENSORS,
)
# What scikit-learn's scalers become; onnx infers no shapes for them.
_KEEP_SHAPE = ("Binarizer", "Imputer", "Normalizer", "Scaler")


def check_graph(model):
    """Refuse a graph that could do more than turn rows into bounded rows.

    Parameters
    ----------
    model : onnx.ModelProto
        The model.

    Returns
    -------
    n_rows : int
        How many excerpts it can take at once within the bounds of memory.

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
    _check_input(model.graph.input)
    n_numbers = _count_numbers(_infer_shapes(model).graph)
    if n_numbers > MAX_NUMBERS:
        raise ValueError(f"its results have {n_numbers} numbers, more than {MAX_NUMBERS}.")
    return max(1, NUMBERS_PER_CALL // max(1, n_numbers))


def _check_input(values):
    kinds = [value.type.tensor_type for value in values]
    found = [(kind.elem_type, len(kind.shape.dim)) for kind in kinds]
    if found != [(onnx.TensorProto.FLOAT, 2)] or not kinds[0].shape.dim[1].dim_value > 0:
        raise ValueError("it must take one matrix of float32 with a known number of columns.")


def _infer_shapes(model):
    plain = onnx.ModelProto()
    plain.CopyFrom(model)
    plain.graph.input[0].type.tensor_type.shape.dim[0].dim_param = _ROWS
    for node in plain.graph.node:
        if node.op_type in _KEEP_SHAPE and node.domain == "ai.onnx.ml":
            del node.attribute[:]
            node.op_type, node.domain = "Identity", ""
    return onnx.shape_inference.infer_shapes(plain, strict_mode=True, data_prop=True)


def _check_node(node):
    if node.domain not in DOMAINS:
        raise ValueError(f"it has an operator {node.op_type} of the domain {node.domain!r}.")
    for attribute in node.attribute:
        if attribute.type in _REFUSED_ATTRIBUTES:
            raise ValueError(
                f"its operator {node.op_type} has a graph or sparse weights of its own."
            )
        for tensor in (attribute.t, *attribute.tensors):
            _check_tensor(tensor)


def _check_tensor(tensor):
    if tensor.data_location == onnx.TensorProto.EXTERNAL or len(tensor.external_data):
        raise ValueError(f"its tensor {tensor.name!r} is in another file.")


def _count_numbers(graph):
    """Count the numbers in all results for one excerpt, and in constants that are computed."""
    kinds = {value.name: value.type for value in (*graph.value_info, *graph.output)}
    n_numbers = 0
    for result in (result for node in graph.node for result in node.output if result):
        sizes = _sizes(kinds[result]) if result in kinds else [None]
        if None in sizes or _ROWS in sizes[1:]:
            raise ValueError(f"nobody knows how large its result {result!r} would be.")
        n_numbers += math.prod(size for size in sizes if size != _ROWS)
    return n_numbers


def _sizes(kind):
    if not kind.tensor_type.HasField("shape"):
        return [None]
    return [_size(dim) for dim in kind.tensor_type.shape.dim]


def _size(dim):
    if dim.HasField("dim_value"):
        return dim.dim_value
    return _ROWS if dim.dim_param == _ROWS else None
