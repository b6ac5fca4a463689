"""Predictions for a great many songs, into a file, with nothing done twice."""

from skgenre.predictions._writing import WrittenPredictions, write_predictions

__all__ = ["WrittenPredictions", "write_predictions"]
