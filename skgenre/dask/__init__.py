"""Clusters of dask: searches that outlive a worker, predictions of arrays larger than memory."""

from skgenre.dask._arrays import open_excerpts, predict, predict_proba
from skgenre.dask._cluster import connect

__all__ = ["connect", "open_excerpts", "predict", "predict_proba"]
