"""Networks: settings in, `keras.Model` out, and nothing else."""

from skgenre.networks._cnn import build_cnn
from skgenre.networks._filterbank import build_filterbank
from skgenre.networks._mlp import build_mlp
from skgenre.networks._parameters import Parameter
from skgenre.networks._tables import format_parameter_table, parameter_table

__all__ = [
    "Parameter",
    "build_cnn",
    "build_filterbank",
    "build_mlp",
    "format_parameter_table",
    "parameter_table",
]
