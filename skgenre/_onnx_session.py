"""ONNX Runtime, ready to run a model of unknown origin."""

import numpy as np
import onnx
import onnxruntime
from google.protobuf.message import DecodeError
from onnxruntime.capi import onnxruntime_pybind11_state as errors

from skgenre._onnx_checks import check_graph

_ERRORS_ONLY = 3
_REFUSED = (
    DecodeError,
    onnx.checker.ValidationError,
    onnx.shape_inference.InferenceError,
    errors.EPFail,
    errors.Fail,
    errors.InvalidArgument,
    errors.InvalidGraph,
    errors.InvalidProtobuf,
    errors.NotImplemented,
    errors.RuntimeException,
)


def open_session(content):
    """Check a model, load it and run it once.

    Parameters
    ----------
    content : bytes
        An ONNX model that takes rows of float32.

    Returns
    -------
    session : onnxruntime.InferenceSession
        The session.
    n_rows : int
        How many rows it can take at once.

    Raises
    ------
    ValueError
        If it is no model, does more than it should, or does not run.
    """
    try:
        n_rows = check_graph(onnx.load_model_from_string(content))
        session = onnxruntime.InferenceSession(
            content,
            _options(),
            providers=["CPUExecutionProvider"],
            # Folding would compute while loading.
            disabled_optimizers=["ConstantFolding"],
        )
        _try(session)
    except _REFUSED as error:
        raise ValueError(f"it is no ONNX model that runs here: {error}") from error
    return session, n_rows


def _options():
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    return options


def _try(session):
    [taken] = session.get_inputs()
    session.run(None, {taken.name: np.zeros((1, taken.shape[1]), np.float32)})
