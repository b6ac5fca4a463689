"""How the package's estimators are written as ONNX operators."""

from importlib import import_module

import numpy as np
from keras import activations, layers
from onnx import TensorProto
from skl2onnx import update_registered_converter
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, guess_proto_type
from skl2onnx.common.shape_calculator import calculate_linear_classifier_output_shapes
from skl2onnx.common.utils_classifier import get_label_classes

from skgenre._keras.layers import (
    AttentiveMoments,
    CosineMaps,
    LogFilterbank,
    ModulationSpectrum,
    Moments,
    RandomLevel,
    SideBySide,
    Standardization,
)
from skgenre._networks import NETWORKS
from skgenre._spectra import (
    LEAST_MODULATION,
    LEAST_VARIANCE,
    SILENCE,
    hann,
    mel_bands,
    pace_shares,
)
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
    X = _convert_layers(graph, classifier.model_.layers, X)
    if len(classifier.classes_) == 2:
        one = graph.constant(np.float32(1))
        X = graph.apply("Concat", graph.apply("Sub", one, X), X, axis=1)
    kind = guess_proto_type(probabilities.type)
    graph.apply("Cast", X, to=kind, result=probabilities.full_name)
    likeliest = graph.apply("ArgMax", X, axis=1, keepdims=0)
    classes = graph.constant(as_graph_labels(get_label_classes(scope, classifier)))
    graph.apply("Gather", classes, likeliest, result=label.full_name)


# Rows of time steps have two axes; whatever has channels has them before time, as ONNX wants them.


def _convert_layers(graph, stack, X):
    for layer in stack:
        X = _LAYERS[type(layer)](graph, layer, X)
    return X


def _convert_reshape(graph, layer, X):
    # To one channel each. 0 keeps a size.
    n_timesteps, _ = layer.target_shape
    return graph.apply("Reshape", X, graph.constant([0, 1, n_timesteps]))


def _convert_conv1d(graph, layer, X):
    kernel, bias = layer.get_weights()
    kernel = graph.constant(kernel.transpose(2, 1, 0))
    convolved = graph.apply(
        "Conv", X, kernel, graph.constant(bias), strides=layer.strides, auto_pad="SAME_UPPER"
    )
    return _rectify(graph, layer, convolved) if layer.activation is activations.relu else convolved


def _rectify(graph, layer, X):
    return graph.apply("Relu", X)


def _convert_flatten(graph, layer, X):
    # Keras has channels last.
    return graph.apply("Flatten", graph.apply("Transpose", X, perm=[0, 2, 1]), axis=1)


def _convert_dense(graph, layer, X):
    kernel, bias = map(graph.constant, layer.get_weights())
    multiplied = graph.apply("Gemm", X, kernel, bias)
    activation = layer.activation.__name__.capitalize()
    return graph.apply(activation, multiplied, **{"axis": 1} if activation == "Softmax" else {})


def _convert_log_filterbank(graph, layer, X):
    n_timesteps = layer.input.shape[1]
    X = graph.apply("Cast", X, to=TensorProto.DOUBLE)
    X = graph.apply("Sub", X, graph.reduce("ReduceMean", X))
    X = graph.apply("Pad", X, graph.constant([0, 0, 0, layer.padding(n_timesteps)]))
    frames = graph.apply("Mul", _frames(graph, layer, X), graph.constant(hann(layer.window)))
    power = _power(graph, frames)
    shares = graph.constant(mel_bands(layer.sample_rate, layer.window, layer.n_bands))
    bands = graph.apply("Add", graph.apply("MatMul", power, shares), graph.constant(SILENCE))
    logarithm = graph.apply("Cast", graph.apply("Log", bands), to=TensorProto.FLOAT)
    return graph.apply("Transpose", logarithm, perm=[0, 2, 1])


def _power(graph, X):
    """Compute the power at each frequency, along the last of three axes."""
    X = graph.apply("Unsqueeze", X, graph.constant([3]))
    spectrum = graph.apply("DFT", X, axis=2, onesided=1)
    squares = graph.apply("Mul", spectrum, spectrum)
    return graph.apply("ReduceSum", squares, graph.constant([3]), keepdims=0)


def _frames(graph, layer, X):
    # Numbers of samples as a sum: the table of them would be larger than the rest of the network.
    beginnings = np.arange(layer.output.shape[1])[:, np.newaxis] * layer.hop
    within = np.arange(layer.window)
    numbers = graph.apply("Add", graph.constant(beginnings), graph.constant(within))
    return graph.apply("Gather", X, numbers, axis=1)


def _convert_standardization(graph, layer, X):
    scale, offset = (graph.constant(_before_time(layer, values)) for values in layer.get_weights())
    return graph.apply("Add", graph.apply("Mul", X, scale), offset)


def _convert_cosine_maps(graph, layer, X):
    kernel, bias = layer.get_weights()
    mapped = graph.apply("MatMul", graph.constant(kernel.T), X)
    return graph.apply("Add", mapped, graph.constant(_before_time(layer, bias)))


def _before_time(layer, values):
    """Put values of channels where the channels are."""
    return values[:, np.newaxis] if len(layer.output.shape) == 3 else values


def _convert_normalization(graph, layer, X):
    gamma, beta = map(graph.constant, layer.get_weights())
    X = graph.apply("Transpose", X, perm=[0, 2, 1])
    X = graph.apply("LayerNormalization", X, gamma, beta, epsilon=layer.epsilon)
    return graph.apply("Transpose", X, perm=[0, 2, 1])


def _convert_moments(graph, layer, X):
    moments = _moments(graph, X)
    if layer.changes:
        n_frames = layer.input.shape[1]
        first, last, axis = (graph.constant([number]) for number in (0, n_frames - 1, 2))
        one, all_of_them = graph.constant([1]), graph.constant([n_frames])
        earlier = graph.apply("Slice", X, first, last, axis)
        later = graph.apply("Slice", X, one, all_of_them, axis)
        changes = graph.apply("Sub", later, earlier) if n_frames > 1 else graph.apply("Sub", X, X)
        moments.append(_moments(graph, changes)[1])
    return graph.apply("Concat", *moments, axis=1)


def _convert_attentive_moments(graph, layer, X):
    [kernel] = layer.get_weights()
    shares = graph.apply("MatMul", graph.constant(kernel.T), X)
    shares = graph.apply("Softmax", shares, axis=2)
    return graph.apply("Concat", *_moments(graph, X, shares), axis=1)


def _convert_modulation_spectrum(graph, layer, X):
    courses = graph.apply("Sub", X, graph.reduce("ReduceMean", X, axis=2))
    power = _power(graph, courses)
    shares = graph.constant(pace_shares(layer.input.shape[1], layer.n_paces))
    least = graph.constant(np.float32(LEAST_MODULATION))
    paces = graph.apply("Add", graph.apply("MatMul", power, shares), least)
    return graph.apply("Flatten", graph.apply("Log", paces), axis=1)


def _moments(graph, X, shares=None):
    mean = _average(graph, X, shares)
    centred = graph.apply("Sub", X, mean)
    squares = graph.apply("Mul", centred, centred)
    variance = graph.apply("Squeeze", _average(graph, squares, shares), graph.constant([2]))
    least = graph.constant(np.float32(LEAST_VARIANCE))
    deviation = graph.apply("Sqrt", graph.apply("Add", variance, least))
    return [graph.apply("Squeeze", mean, graph.constant([2])), deviation]


def _average(graph, X, shares):
    if shares is None:
        return graph.reduce("ReduceMean", X, axis=2)
    return graph.apply("ReduceSum", graph.apply("Mul", X, shares), graph.constant([2]))


def _convert_side_by_side(graph, layer, X):
    outputs = [_convert_layers(graph, branch.layers, X) for branch in layer.branches]
    return graph.apply("Concat", *outputs, axis=1)


def _unchanged(graph, layer, X):
    return X


_LAYERS = {
    layers.Reshape: _convert_reshape,
    layers.Conv1D: _convert_conv1d,
    layers.Flatten: _convert_flatten,
    layers.Dense: _convert_dense,
    layers.Dropout: _unchanged,
    RandomLevel: _unchanged,
    layers.ReLU: _rectify,
    layers.LayerNormalization: _convert_normalization,
    LogFilterbank: _convert_log_filterbank,
    Standardization: _convert_standardization,
    CosineMaps: _convert_cosine_maps,
    Moments: _convert_moments,
    AttentiveMoments: _convert_attentive_moments,
    ModulationSpectrum: _convert_modulation_spectrum,
    SideBySide: _convert_side_by_side,
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
