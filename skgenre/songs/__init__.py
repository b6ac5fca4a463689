"""Whole songs in, labels out."""

from skgenre._song_files.warnings import DuplicateSongWarning, UnreadableSongWarning
from skgenre.songs._song_classifier import SongClassifier

__all__ = ["DuplicateSongWarning", "SongClassifier", "UnreadableSongWarning"]
