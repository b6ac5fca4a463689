"""Predictions from an ONNX model, with neither TensorFlow nor Keras nor scikit-learn loaded."""

from skgenre.onnx_runtime._classifier import ONNXClassifier, load_onnx

__all__ = ["ONNXClassifier", "load_onnx"]
