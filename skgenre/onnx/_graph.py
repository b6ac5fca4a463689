"""The part of an ONNX graph that stands for one estimator."""

import numpy as np
from onnx import TensorProto

_PROTO_TYPES = {
    np.dtype(np.float32): TensorProto.FLOAT,
    np.dtype(np.float64): TensorProto.DOUBLE,
    np.dtype(np.int64): TensorProto.INT64,
}


class Graph:
    """The part of a graph that stands for one estimator."""

    def __init__(self, scope, container):
        self._scope, self._container = scope, container

    def constant(self, values):
        """Add a constant and return its name."""
        values = np.asarray(values)
        name = self._scope.get_unique_variable_name("constant")
        if values.dtype.kind == "U":
            kind, flat = TensorProto.STRING, [text.encode() for text in values.tolist()]
        else:
            kind, flat = _PROTO_TYPES[values.dtype], values.ravel()
        self._container.add_initializer(name, kind, values.shape, flat)
        return name

    def apply(self, operator, *inputs, result=None, **attributes):
        """Add an operator on named inputs and return the name of its result."""
        result = result or self._scope.get_unique_variable_name(operator.lower())
        name = self._scope.get_unique_operator_name(operator)
        self._container.add_node(operator, list(inputs), result, name=name, **attributes)
        return result

    def reduce(self, operator, tensor, axis=1, keepdims=1):
        """Reduce an axis to one number, by default that of a matrix' columns."""
        # From opset 18 on the axes are an input, as a sum's were before.
        if self._container.target_opset >= 18:
            return self.apply(operator, tensor, self.constant([axis]), keepdims=keepdims)
        return self.apply(operator, tensor, axes=[axis], keepdims=keepdims)
