# What type checkers see of the names that `__init__.py` resolves on first use.

from skgenre._song_files.warnings import DuplicateSongWarning, UnreadableSongWarning
from skgenre.songs._song_classifier import SongClassifier

__all__ = ["DuplicateSongWarning", "SongClassifier", "UnreadableSongWarning"]
