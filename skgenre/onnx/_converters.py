"""How the package's estimators are written as ONNX operators."""

from importlib import import_module

import numpy as np
from keras import layers
from onnx import TensorProto
from skl2onnx import update_registered_converter
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, guess_proto_type
from skl2onnx.common.shape_calculator import calculate_linear_classifier_output_shapes
from skl2onnx.common.utils_classifier import get_label_classes

from skgenre._networks import NETWORKS
from skgenre.onnx._graph import Graph
from skgenre.onnx._labels import as_graph_labels
from skgenre.preprocessing import WaveformScaler

# --- WaveformScaler


def scaler_shapes(operator):
    """Set the type of the result: float32 where the excerpts are, otherwise float64."""
    is_single = isinstance(operator.inputs[0].type, FloatTensorType)
    rows = operator.inputs[0].get_first_dimension()
    shape = [rows, operator.raw_operator.n_features_in_]
    operator.outputs[0].type = (FloatTensorType if is_single else DoubleTensorType)(shape)


def convert_scaler(scope, operator, container):
    """Write a fitted `WaveformScaler`."""
    graph, scaler = Graph(scope, container), operator.raw_operator
    kind = guess_proto_type(operator.outputs[0].type)
    X = graph.apply("Cast", operator.inputs[0].full_name, to=kind)
    dtype = np.dtype(np.float32 if kind == TensorProto.FLOAT else np.float64)
    mean, scale = (_own if scaler.per_excerpt else _learned)(graph, scaler, X, kind, dtype)
    centred = graph.apply("Sub", X, mean)
    graph.apply("Div", centred, scale, result=operator.outputs[0].full_name)


def _learned(graph, scaler, X, kind, dtype):
    return graph.constant(dtype.type(scaler.mean_)), graph.constant(dtype.type(scaler.scale_))


def _own(graph, scaler, X, kind, dtype):
    """Each excerpt's mean and scale, in float64 as in numpy."""
    mean = graph.reduce("ReduceMean", graph.apply("Cast", X, to=TensorProto.DOUBLE))
    removed = graph.apply("Cast", mean, to=kind) if scaler.center else graph.constant(dtype.type(0))
    if scaler.scale is None:
        return removed, graph.constant(dtype.type(1))
    centred = graph.apply("Cast", graph.apply("Sub", X, removed), to=TensorProto.DOUBLE)
    size = _size_of_each(graph, scaler.scale, centred)
    limits = np.finfo(dtype)
    rounding = graph.apply("Mul", graph.apply("Abs", mean), graph.constant(10 * float(limits.eps)))
    least = graph.apply("Max", rounding, graph.constant(float(limits.tiny)))
    is_silent = graph.apply("LessOrEqual", size, least)
    divisor = graph.apply("Where", is_silent, graph.constant(1.0), size)
    return removed, graph.apply("Cast", divisor, to=kind)


def _size_of_each(graph, scale, X):
    if scale == "peak":
        return graph.reduce("ReduceMax", graph.apply("Abs", X))
    if scale == "std":
        X = graph.apply("Sub", X, graph.reduce("ReduceMean", X))
    return graph.apply("Sqrt", graph.reduce("ReduceMean", graph.apply("Mul", X, X)))


# --- the classifiers


def convert_classifier(scope, operator, container):
    """Write a fitted classifier: its network, then the labels of the likeliest classes."""
    graph, classifier = Graph(scope, container), operator.raw_operator
    label, probabilities = operator.outputs
    X = graph.apply("Cast", operator.inputs[0].full_name, to=TensorProto.FLOAT)
    for layer in classifier.model_.layers:
        X = _LAYERS[type(layer)](graph, layer, X)
    if len(classifier.classes_) == 2:
        one = graph.constant(np.float32(1))
        X = graph.apply("Concat", graph.apply("Sub", one, X), X, axis=1)
    kind = guess_proto_type(probabilities.type)
    graph.apply("Cast", X, to=kind, result=probabilities.full_name)
    likeliest = graph.apply("ArgMax", X, axis=1, keepdims=0)
    classes = graph.constant(as_graph_labels(get_label_classes(scope, classifier)))
    graph.apply("Gather", classes, likeliest, result=label.full_name)


def _convert_reshape(graph, layer, X):
    # From rows of time steps to one channel each; ONNX has channels first. 0 keeps a size.
    n_timesteps, _ = layer.target_shape
    return graph.apply("Reshape", X, graph.constant([0, 1, n_timesteps]))


def _convert_conv1d(graph, layer, X):
    kernel, bias = layer.get_weights()
    kernel = graph.constant(kernel.transpose(2, 1, 0))
    convolved = graph.apply(
        "Conv", X, kernel, graph.constant(bias), strides=layer.strides, auto_pad="SAME_UPPER"
    )
    return graph.apply("Relu", convolved)


def _convert_flatten(graph, layer, X):
    # Keras has channels last.
    return graph.apply("Flatten", graph.apply("Transpose", X, perm=[0, 2, 1]), axis=1)


def _convert_dense(graph, layer, X):
    kernel, bias = map(graph.constant, layer.get_weights())
    multiplied = graph.apply("Gemm", X, kernel, bias)
    activation = layer.activation.__name__.capitalize()
    return graph.apply(activation, multiplied, **{"axis": 1} if activation == "Softmax" else {})


_LAYERS = {
    layers.Reshape: _convert_reshape,
    layers.Conv1D: _convert_conv1d,
    layers.Flatten: _convert_flatten,
    layers.Dense: _convert_dense,
}


def register():
    """Register converters for the package's estimators with sklearn-onnx."""
    update_registered_converter(
        WaveformScaler, "SkgenreWaveformScaler", scaler_shapes, convert_scaler
    )
    classifiers = import_module("skgenre.classifiers")
    for network in NETWORKS.values():
        update_registered_converter(
            getattr(classifiers, network.classifier),
            f"Skgenre{network.classifier}",
            calculate_linear_classifier_output_shapes,
            convert_classifier,
            options={
                "zipmap": [True, False, "columns"],
                "nocl": [True, False],
                "output_class_labels": [False, True],
            },
        )
