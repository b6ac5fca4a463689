"""Clusters of dask: searches that outlive a worker, predictions of arrays larger than memory."""

from skgenre.dask._arrays import connect, open_excerpts, predict, predict_proba

__all__ = ["connect", "open_excerpts", "predict", "predict_proba"]
