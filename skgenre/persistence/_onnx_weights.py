"""The weights in ONNX models that were checked before."""

import onnx

from skgenre.networks._parameters import Parameter

_LAYERS = ("Conv", "Gemm", "MatMul")


def describe_graph(content):
    """Read who wrote a model, and which weights its layers have.

    Parameters
    ----------
    content : bytes
        A model from which an `ONNXClassifier` was made.

    Returns
    -------
    versions : dict of str to str
        Versions of its producer, and of the operators that it needs.
    parameters : list of Parameter
        In the order of the graph; an array that several layers have is in it once for each.
    """
    model = onnx.load_model_from_string(content)
    versions = {model.producer_name: model.producer_version} if model.producer_name else {}
    versions |= {
        f"opset {opset.domain or 'ai.onnx'}": str(opset.version) for opset in model.opset_import
    }
    arrays = {tensor.name: tensor for tensor in model.graph.initializer if len(tensor.dims)}
    parameters = [
        _describe(node.name or node.op_type, arrays[name])
        for node in model.graph.node
        if node.op_type in _LAYERS
        for name in node.input
        if name in arrays
    ]
    return versions, parameters


def _describe(layer, tensor):
    kind = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
    return Parameter(layer, tensor.name, str(kind), tuple(tensor.dims))
