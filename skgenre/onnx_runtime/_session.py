"""ONNX Runtime, ready to run a model of unknown origin."""

import numpy as np
import onnx
import onnxruntime
from google.protobuf.message import DecodeError
from onnxruntime.capi import onnxruntime_pybind11_state as errors

from skgenre.onnx_runtime._graph_bounds import check_graph

_ERRORS_ONLY = 3
_FAILED = (
    errors.EPFail,
    errors.Fail,
    errors.InvalidArgument,
    errors.InvalidGraph,
    errors.InvalidProtobuf,
    errors.NotImplemented,
    errors.RuntimeException,
)
_REFUSED = (
    DecodeError,
    onnx.checker.ValidationError,
    onnx.shape_inference.InferenceError,
    *_FAILED,
)


class RowSession:
    """A model of unknown origin that gives one row for each row; checked, loaded and run once.

    Parameters
    ----------
    content : bytes
        An ONNX model that takes rows of float32.

    Raises
    ------
    ValueError
        If it is no model, does more than it should, or does not run.
    """

    def __init__(self, content):
        try:
            self._rows_per_call = check_graph(onnx.load_model_from_string(content))
            self._session = onnxruntime.InferenceSession(
                content,
                _options(),
                providers=["CPUExecutionProvider"],
                # Folding would compute while loading.
                disabled_optimizers=["ConstantFolding"],
            )
        except _REFUSED as error:
            raise ValueError(f"it is no ONNX model that runs here: {error}") from error
        self.texts = self._session.get_modelmeta().custom_metadata_map
        [self.taken], self.given = self._session.get_inputs(), self._session.get_outputs()
        self.run(np.zeros((1, self.taken.shape[1]), np.float32))

    def run(self, X):
        """Compute all outputs, in batches that bound the memory of the run.

        Parameters
        ----------
        X : ndarray of shape (n_rows, n_columns), float32
            One row or more.

        Returns
        -------
        outputs : list of ndarray of shape (n_rows, ...)
            In the order of the graph.

        Raises
        ------
        ValueError
            If the model does not run on these rows, or an output has other rows.
        """
        starts = range(0, len(X), self._rows_per_call)
        parts = [self._run_batch(X[start : start + self._rows_per_call]) for start in starts]
        return [np.concatenate(output) for output in zip(*parts, strict=True)]

    def _run_batch(self, X):
        try:
            outputs = self._session.run(None, {self.taken.name: X})
        except _FAILED as error:
            raise ValueError(f"The ONNX model does not run on these rows: {error}") from error
        for output, given in zip(outputs, self.given, strict=True):
            if output.shape[:1] != X.shape[:1]:
                raise ValueError(
                    f"The ONNX model's output {given.name!r} must have {len(X)} rows, one for each "
                    f"row that it took, got an array of shape {output.shape}."
                )
        return outputs


def _options():
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    return options
