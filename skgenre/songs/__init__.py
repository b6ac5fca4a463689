"""Whole songs in, labels out."""

from skgenre._lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "skgenre._song_files.warnings": ("DuplicateSongWarning", "UnreadableSongWarning"),
        "skgenre.songs._song_classifier": ("SongClassifier",),
    },
)
