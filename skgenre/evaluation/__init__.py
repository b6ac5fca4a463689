"""Cross-validation by song, and a report of it."""

from skgenre.evaluation._evaluate_songs import evaluate_songs
from skgenre.evaluation._folds import FewerFoldsWarning
from skgenre.evaluation._report import write_report
from skgenre.evaluation._song_evaluation import SongEvaluation

__all__ = ["FewerFoldsWarning", "SongEvaluation", "evaluate_songs", "write_report"]
