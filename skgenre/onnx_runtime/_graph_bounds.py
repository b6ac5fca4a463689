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
# Placeholder for the number of excerpts among the sizes of a result.
_ROWS = "rows"
_MAX_DIMENSIONS = 8
_REFUSED_ATTRIBUTES = (
    onnx.AttributeProto.GRAPH,
    onnx.AttributeProto.GRAPHS,
    onnx.AttributeProto.SPARSE_TENSOR,
    onnx.AttributeProto.SPARSE_TENSORS,
)
# What scikit-learn's scalers become; onnx infers no shapes for them.
_KEEP_SHAPE = ("Binarizer", "Imputer", "Normalizer", "Scaler")


def check_graph(model):
    """Refuse a graph that could do more than turn each row into one bounded row.

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
        If it names other files, has graphs within its graph, operators of other domains,
        results whose size is not known or beyond bounds, or outputs of another number of rows.
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
    graph = _infer_shapes(model)
    n_numbers = _count_numbers(graph)
    _check_outputs(graph.output)
    if n_numbers > MAX_NUMBERS:
        raise ValueError(f"its results have {n_numbers} numbers, more than {MAX_NUMBERS}.")
    return max(1, NUMBERS_PER_CALL // max(1, n_numbers))


def _check_input(values):
    kinds = [value.type.tensor_type for value in values]
    found = [(kind.elem_type, len(kind.shape.dim)) for kind in kinds]
    if found != [(onnx.TensorProto.FLOAT, 2)] or not kinds[0].shape.dim[1].dim_value > 0:
        raise ValueError("it must take one matrix of float32 with a known number of columns.")


def _check_outputs(outputs):
    for output in outputs:
        sizes = _sizes(output.type)
        if sizes[:1] != [_ROWS]:
            raise ValueError(
                f"its output {output.name!r} of shape {sizes} does not have a row for each excerpt."
            )


def _infer_shapes(model):
    plain = onnx.ModelProto()
    plain.CopyFrom(model)
    _forget_shapes(plain.graph)
    plain.graph.input[0].type.tensor_type.shape.dim[0].dim_param = _ROWS
    constants = {tensor.name: tensor for tensor in plain.graph.initializer}
    assumed = []
    for node in plain.graph.node:
        if node.op_type in _KEEP_SHAPE and node.domain == "ai.onnx.ml":
            del node.attribute[:]
            node.op_type, node.domain = "Identity", ""
        elif node.op_type == "ArrayFeatureExtractor" and node.domain == "ai.onnx.ml":
            _as_gather(plain.graph, node, constants)
        elif node.op_type == "Reshape" and _has_free_size(node, constants):
            _assume_rows(plain.graph, node, constants)
            assumed.append(node)
    graph = onnx.shape_inference.infer_shapes(plain, strict_mode=True, data_prop=True).graph
    _check_assumed(graph, assumed)
    return graph


def _forget_shapes(graph):
    """Leave nothing to believe but the operators: a file may declare any shape for a result."""
    del graph.value_info[:]
    for output in graph.output:
        output.type.tensor_type.ClearField("shape")


def _as_gather(graph, node, constants):
    """Write a choice of columns as the operator of which onnx infers the shape."""
    node.op_type, node.domain = "Gather", ""
    node.attribute.append(onnx.helper.make_attribute("axis", -1))
    if node.input[1] in constants and not constants[node.input[1]].dims:
        # With one index that is in no list Gather would drop the axis.
        listed = graph.initializer.add()
        listed.CopyFrom(constants[node.input[1]])
        listed.dims.append(1)
        listed.name = node.input[1] = f"{node.output[0]}, its list of columns"


def _has_free_size(node, constants):
    """Return whether one size of a new shape follows from the others."""
    # The first versions of the operator have the shape in an attribute.
    shape = constants.get(node.input[1]) if len(node.input) > 1 else None
    if shape is None or math.prod(shape.dims) > _MAX_DIMENSIONS:
        return False
    sizes = _values(shape)
    return sizes.count(-1) == 1 and 0 not in sizes


def _values(tensor):
    return onnx.numpy_helper.to_array(tensor).ravel().tolist()


def _assume_rows(graph, node, constants):
    """Declare that the free size, which onnx does not infer, is the number of excerpts."""
    sizes = [_ROWS if size == -1 else size for size in _values(constants[node.input[1]])]
    # What type it has is inferred.
    declared = onnx.helper.make_tensor_value_info(node.output[0], 0, sizes)
    for output in graph.output:
        if output.name == declared.name:
            output.type.tensor_type.shape.CopyFrom(declared.type.tensor_type.shape)
            return
    graph.value_info.append(declared)


def _check_assumed(graph, assumed):
    """Refuse reshapes whose free size is not the number of excerpts after all."""
    kinds = _kinds(graph)
    for node in assumed:
        old, new = (
            _sizes(kinds[name]) if name in kinds else [None]
            for name in (node.input[0], node.output[0])
        )
        if _ROWS in new and (old.count(_ROWS) != 1 or _n_numbers(old) != _n_numbers(new)):
            raise _unknown(node.output[0])


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
    kinds, n_numbers = _kinds(graph), 0
    for result in (result for node in graph.node for result in node.output if result):
        sizes = _sizes(kinds[result]) if result in kinds else [None]
        if None in sizes or sizes.count(_ROWS) > 1:
            raise _unknown(result)
        n_numbers += _n_numbers(sizes)
    return n_numbers


def _unknown(result):
    return ValueError(f"nobody knows how large its result {result!r} would be.")


def _n_numbers(sizes):
    """Count the numbers for one excerpt."""
    return math.prod(size for size in sizes if size not in (_ROWS, None))


def _kinds(graph):
    values = (*graph.input, *graph.value_info, *graph.output)
    return {value.name: value.type for value in values}


def _sizes(kind):
    if not kind.tensor_type.HasField("shape"):
        return [None]
    return [_size(dim) for dim in kind.tensor_type.shape.dim]


def _size(dim):
    if dim.HasField("dim_value"):
        return dim.dim_value
    return _ROWS if dim.dim_param == _ROWS else None
