"""Real music that comes with the package."""

from typing import Literal, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from skgenre._bunches import GenreExcerpts
from skgenre._sklearn.typed import validate_params
from skgenre._types import Excerpts
from skgenre.audio._waveforms import SAMPLE_RATE
from skgenre.datasets._shipped_arrays import DATA, read_arrays
from skgenre.datasets._sources import AMPLITUDE_ONE, GENRES, SOURCES

_Names: TypeAlias = tuple[str, ...] | list[str]
_Arrays: TypeAlias = tuple[Excerpts, NDArray[np.int64]]


@overload
def load_genre_excerpts(
    genres: _Names = ("classical", "rock"), *, return_X_y: Literal[False] = False
) -> GenreExcerpts: ...


@overload
def load_genre_excerpts(
    genres: _Names = ("classical", "rock"), *, return_X_y: Literal[True]
) -> _Arrays: ...


@overload
def load_genre_excerpts(
    genres: _Names = ("classical", "rock"), *, return_X_y: bool
) -> GenreExcerpts | _Arrays: ...


@validate_params(
    {"genres": "no_validation", "return_X_y": ["boolean"]},
    prefer_skip_nested_validation=True,
)
def load_genre_excerpts(
    genres: _Names = ("classical", "rock"), *, return_X_y: bool = False
) -> GenreExcerpts | _Arrays:
    """Load excerpts of real music of up to three genres.

    ==================   ==============================================
    Genres               classical, rock, electronic
    Excerpts             873 classical, 533 rock, 897 electronic
    Songs                33 classical, 8 rock, 13 electronic
    Excerpt              1,200 samples: 3 seconds, mono, 400 Hz
    Amplitude            float32, mostly within -1..1, peaks up to 1.2
    ==================   ==============================================

    The excerpts come with the package; nothing is downloaded. `DESCR` tells where they are from,
    who made the music, and under which licences it may be passed on.

    Excerpts of one song resemble each other, so tell songs apart when you split: with `test_mask`,
    or with `groups` and e.g. :class:`~sklearn.model_selection.StratifiedGroupKFold`.

    Parameters
    ----------
    genres : tuple of str, default=("classical", "rock")
        One or more of "classical", "rock" and "electronic". The first becomes class 0, the second
        class 1, and so on.
    return_X_y : bool, default=False
        Return only ``(data, target)``.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with the following attributes.

        data : ndarray of shape (n_excerpts, 1200), dtype float32
            Excerpts, sorted by genre, by song, and by their time in the song.
        target : ndarray of shape (n_excerpts,), dtype int64
            Index of each excerpt's genre in `target_names`.
        target_names : ndarray of shape (n_genres,), dtype str
            The genres, in the order of the argument.
        groups : ndarray of shape (n_excerpts,), dtype int64
            Index of each excerpt's song in `song_names`.
        song_names : ndarray of shape (n_songs,), dtype str
            The songs, as "Artist - Title".
        test_mask : ndarray of shape (n_excerpts,), dtype bool
            Whether an excerpt is of a song kept for testing: every fourth song of each source.
        sample_rate : int
            400, in Hz.
        DESCR : str
            Full description of the excerpts of all genres.

    (data, target) : tuple if ``return_X_y=True``
        The excerpts and their classes, as above.

    Raises
    ------
    ValueError
        If `genres` is empty, not a tuple or list, or holds an unknown or repeated genre.

    See Also
    --------
    load_excerpts_npz : Excerpts from a file of your own.
    make_genre_excerpts : Synthetic excerpts.

    Examples
    --------
    >>> from skgenre.datasets import load_genre_excerpts
    >>> music = load_genre_excerpts()
    >>> X_train, y_train = music.data[~music.test_mask], music.target[~music.test_mask]
    >>> X_test, y_test = music.data[music.test_mask], music.target[music.test_mask]
    >>> X_train.shape, X_test.shape
    ((1030, 1200), (376, 1200))
    >>> print(music.song_names[music.groups[0]])
    Aleksi Aubry-Carlson - Battle Music
    """
    _check_genres(genres)
    sources = [source for genre in genres for source in SOURCES if source.genre == genre]
    parts = [(source.genre, read_arrays(source)) for source in sources]
    excerpts, song_genres, groups, song_names, is_test_song = _join(parts)
    data = excerpts / np.float32(AMPLITUDE_ONE)
    target = np.array([genres.index(genre) for genre in song_genres], dtype=np.int64)[groups]
    if return_X_y:
        return data, target
    return GenreExcerpts(
        data=data,
        target=target,
        target_names=np.array(genres, dtype=str),
        groups=groups,
        song_names=song_names,
        test_mask=is_test_song[groups],
        sample_rate=SAMPLE_RATE,
        DESCR=(DATA / "genre_excerpts.rst").read_text(encoding="utf-8"),
    )


def _check_genres(genres):
    allowed = ", ".join(map(repr, GENRES))
    if not isinstance(genres, (tuple, list)):
        raise ValueError(
            f"genres must be a tuple of names among {allowed}, such as ('classical', 'rock') or "
            f"('rock',), got {genres!r}."
        )
    if not genres:
        raise ValueError(f"genres must name at least one of {allowed}, got {genres!r}.")
    for genre in genres:
        if genre not in GENRES:
            raise ValueError(f"genres must be among {allowed}, got {genre!r}.")
    if len(set(genres)) < len(genres):
        raise ValueError(f"genres must not be repeated, got {genres!r}.")


def _join(parts):
    """Concatenate sources, numbering their songs on from one to the next."""
    n_songs = [len(arrays["song_names"]) for _, arrays in parts]
    first_song = np.cumsum([0, *n_songs[:-1]])
    return (
        np.concatenate([arrays["excerpts"] for _, arrays in parts]),
        np.repeat([genre for genre, _ in parts], n_songs),
        np.concatenate([a["songs"] + f for (_, a), f in zip(parts, first_song, strict=True)]),
        np.concatenate([arrays["song_names"] for _, arrays in parts]),
        np.concatenate([arrays["is_test_song"] for _, arrays in parts]),
    )
