"""Warnings about songs."""


class UnreadableSongWarning(UserWarning):
    """Songs could not be read and were left out.

    The message names them and says why each could not be read.

    See Also
    --------
    skgenre.SongClassifier : Warns where ``on_error="skip"``.
    skgenre.datasets.load_audio_folder : Warns of folders that cannot be read.

    Examples
    --------
    >>> import warnings
    >>> from skgenre.songs import UnreadableSongWarning
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", UnreadableSongWarning)
    """


class DuplicateSongWarning(UserWarning):
    """Recordings are among the songs of a training more than once.

    The message names them, and their labels where they differ. A split that has one copy on each
    side flatters the score; copies with different labels teach nothing.

    See Also
    --------
    skgenre.SongClassifier : Warns at the end of `fit`.
    skgenre.leakage.find_duplicates : Finds them before.

    Examples
    --------
    >>> import warnings
    >>> from skgenre.songs import DuplicateSongWarning
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", DuplicateSongWarning)
    """
