"""What a function of tensors computes, as a key: equal where the same is computed."""

import re

import numpy as np

from skgenre._engine.compiled import compiled

# An input of an operation within a function: "^name", "name" or "name:output:0".
_INPUT = re.compile(r"(\^?)([^:]+)(.*)")

# Names of where an operation is placed, and of what matters only to those who differentiate it.
_NAMES = {"_class", "_gradient_op_type"}


def computation_key(function, signature, variables=()):
    """Trace a function and describe the graph, whatever its parts are called.

    Settings of a loss or an optimizer cannot be listed: they may stand in attributes, in closures,
    in global variables or in another module. What they come to stands in the graph.

    Parameters
    ----------
    function : callable
        Takes and returns tensors. Where its gradient is used, that has to be among them.
    signature : list of tf.TensorSpec
        What it takes.
    variables : sequence of keras.Variable
        Variables of its own: those of another function stand for them. Any other variable, and
        what calls Python, is equal to itself alone.

    Returns
    -------
    key : tuple
        Hashable.
    """
    traced = compiled(function, signature)
    handles = [variable.value.handle for variable in variables]
    graph = traced.graph.as_graph_def()
    description = _Description(graph.library)
    nodes = description.nodes(graph.node)
    captures = tuple(_capture(outer, handles) for outer, _ in traced.graph.captures)
    outputs = tuple(description.name(tensor.name) for tensor in traced.outputs)
    return nodes, captures, outputs


class Itself:
    """Hashable wrapper that compares objects by identity."""

    def __init__(self, thing):
        self.thing = thing

    def __hash__(self):
        return id(self.thing)

    def __eq__(self, other):
        return isinstance(other, Itself) and self.thing is other.thing


class _Description:
    """Nodes of a graph with numbers for names, in the order of their first use."""

    def __init__(self, library):
        self._functions = {function.signature.name: function for function in library.function}
        self._numbers = {}

    def name(self, name):
        """Put a number for the name of an operation or a function."""
        control, name, output = _INPUT.fullmatch(name).groups()
        return f"{control}{self._numbers.setdefault(name, len(self._numbers))}{output}"

    def nodes(self, nodes):
        return tuple(
            (
                node.op,
                self.name(node.name),
                tuple(map(self.name, node.input)),
                tuple((key, self._value(node.attr[key])) for key in sorted({*node.attr} - _NAMES)),
            )
            for node in nodes
        )

    def _value(self, value):
        if value.HasField("func"):
            return self._function(value.func.name)
        if value.list.func:
            return tuple(self._function(function.name) for function in value.list.func)
        return value.SerializeToString(deterministic=True)

    def _function(self, name):
        if name in self._numbers:
            return self._numbers[name]
        self.name(name)
        function = self._functions[name]
        arguments = [self.name(argument.name) for argument in function.signature.input_arg]
        nodes = self.nodes(function.node_def)
        outputs = function.signature.output_arg
        results = [self.name(function.ret[output.name]) for output in outputs]
        return tuple(arguments), nodes, tuple(results)


def _capture(tensor, handles):
    """Describe a tensor from outside the function."""
    for place, handle in enumerate(handles):
        if tensor is handle:
            return place
    if tensor.dtype.is_numeric or tensor.dtype.is_bool:
        values = np.asarray(tensor)
        return tensor.dtype.name, values.shape, values.tobytes()
    return Itself(tensor)
