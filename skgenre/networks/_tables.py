"""The parameters of a built network as a table."""

from typing import TYPE_CHECKING

from skgenre._terminal.columns import as_columns
from skgenre.networks._parameters import Parameter

if TYPE_CHECKING:
    import keras


def parameter_table(model: "keras.Model") -> list[Parameter]:
    """List every parameter of a network as the lesson does.

    A layer's kernel and its bias are a row each.

    Parameters
    ----------
    model : keras.Model
        Any Keras model, for example ``classifier.model_``.

    Returns
    -------
    list of Parameter
        Named tuples (layer, parameter, dtype, shape), in the order of ``model.weights``.

    See Also
    --------
    format_parameter_table : The same table as text.

    Examples
    --------
    >>> from skgenre.networks import build_mlp, parameter_table
    >>> parameter_table(build_mlp(1200))[0]
    Parameter(layer='dense_1', parameter='kernel', dtype='float32', shape=(1200, 256))
    """
    # Keras takes seconds to load; tables of stored networks are written without it.
    from skgenre._keras.layers import leaf_layers

    return [
        Parameter(layer.name, variable.name, variable.dtype, tuple(variable.shape))
        for layer in leaf_layers(model.layers)
        for variable in layer.weights
    ]


def format_parameter_table(model: "keras.Model") -> str:
    """Write a network's parameter table as text, with the total below it.

    A line tells the layer, the parameter's name, its type and its shape.

    Parameters
    ----------
    model : keras.Model
        Any Keras model, for example ``classifier.model_``.

    Returns
    -------
    str
        A header, one line per parameter, and the number of parameters.

    See Also
    --------
    parameter_table : The same table as named tuples.

    Examples
    --------
    >>> from skgenre.networks import build_mlp, format_parameter_table
    >>> print(format_parameter_table(build_mlp(3, hidden_units=(2,))))
    layer    parameter  dtype    shape
    dense_1  kernel     float32  3 x 2
    dense_1  bias       float32  2
    dense_2  kernel     float32  2 x 1
    dense_2  bias       float32  1
    11 parameters
    """
    return format_parameters(parameter_table(model), model.count_params())


def format_parameters(parameters, n_numbers):
    """Write a parameter table as text, with the total below it.

    Parameters
    ----------
    parameters : list of Parameter
        Rows of the table.
    n_numbers : int
        The total.

    Returns
    -------
    text : str
        A header, one line per parameter, and the total.
    """
    rows = [Parameter._fields]
    rows += [(*row[:3], " x ".join(map(str, row.shape))) for row in parameters]
    return f"{as_columns(rows)}\n{n_numbers:,} parameters"
