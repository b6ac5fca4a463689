"""What to learn from: real music, the lesson's file, synthetic excerpts, folders of songs."""

from skgenre._lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "skgenre.datasets._audio_folder": ("load_audio_folder",),
        "skgenre.datasets._audio_folder_scan": ("scan_audio_folder",),
        "skgenre.datasets._demo_model": ("load_demo_model",),
        "skgenre.datasets._excerpts_npz": ("load_excerpts_npz", "save_excerpts_npz"),
        "skgenre.datasets._genre_excerpts": ("load_genre_excerpts",),
        "skgenre.datasets._scanned_folder": ("AudioFolderScan", "GenreSummary", "ScannedSong"),
        "skgenre.datasets._synthetic": ("make_genre_excerpts",),
    },
)
