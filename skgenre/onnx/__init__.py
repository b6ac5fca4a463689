"""Pipelines for other runtimes: what sklearn-onnx needs to convert them, and `export_onnx`.

Importing this module registers the package's estimators with sklearn-onnx, so that
``skl2onnx.to_onnx(pipeline, X[:1])`` converts them as it does scikit-learn's own, with the same
options "zipmap", "nocl" and "output_class_labels".
"""

from skgenre.onnx._export import export_onnx

__all__ = ["export_onnx"]
