# What type checkers see of the names that `__init__.py` resolves on first use.

from skgenre.datasets._audio_folder import load_audio_folder
from skgenre.datasets._audio_folder_scan import scan_audio_folder
from skgenre.datasets._demo_model import load_demo_model
from skgenre.datasets._excerpts_npz import load_excerpts_npz, save_excerpts_npz
from skgenre.datasets._genre_excerpts import load_genre_excerpts
from skgenre.datasets._scanned_folder import AudioFolderScan, GenreSummary, ScannedSong
from skgenre.datasets._synthetic import make_genre_excerpts

__all__ = [
    "AudioFolderScan",
    "GenreSummary",
    "ScannedSong",
    "load_audio_folder",
    "load_demo_model",
    "load_excerpts_npz",
    "load_genre_excerpts",
    "make_genre_excerpts",
    "save_excerpts_npz",
    "scan_audio_folder",
]
