"""What a scan of a folder of songs has found."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class ScannedSong:
    """One song of a folder that was scanned.

    Length and error are known from decoding it, rate and channels from its header.

    Parameters
    ----------
    path : str
        Its path, relative to the folder.
    genre : str
        Name of the genre's folder.
    seconds : float or None
        How long its sound is; None where it cannot be read.
    sample_rate : int or None
        Rate of the file itself, in Hz; None where the file does not say.
    n_channels : int or None
        Number of channels of the file itself; None where the file does not say.
    error : str or None
        Why it cannot be read; None where it can.
    needs_extra : str or None, default=None
        The extra of this package that is not installed and that would read it: "av" for what
        FFmpeg decodes (``pip install 'skgenre[av]'``).

    See Also
    --------
    scan_audio_folder : Finds them.

    Examples
    --------
    >>> from skgenre.datasets import ScannedSong
    >>> ScannedSong("rock/a.ogg", "rock", 185.2, 44100, 2, None).seconds
    185.2
    """

    path: str
    genre: str
    seconds: float | None
    sample_rate: int | None
    n_channels: int | None
    error: str | None
    needs_extra: str | None = None


@dataclass(frozen=True)
class GenreSummary:
    """The songs of one genre, together.

    Their number, length and formats show whether genres are alike in what is no music: a
    classifier would learn the rate of a file as readily as its genre.

    Parameters
    ----------
    genre : str
        Name of the genre's folder.
    n_songs : int
        Songs in it.
    n_unreadable : int
        Songs among them that cannot be read.
    seconds : float
        How long the others are together.
    sample_rates : tuple of int
        Rates that occur in the files, in Hz, sorted.
    n_channels : tuple of int
        Numbers of channels that occur in the files, sorted.

    See Also
    --------
    AudioFolderScan.by_genre : Makes them.

    Examples
    --------
    >>> from skgenre.datasets import GenreSummary
    >>> genre = GenreSummary("rock", 3, 1, 370.0, sample_rates=(44100,), n_channels=(1, 2))
    >>> genre.n_songs - genre.n_unreadable
    2
    """

    genre: str
    n_songs: int
    n_unreadable: int
    seconds: float
    sample_rates: tuple[int, ...]
    n_channels: tuple[int, ...]


@dataclass(frozen=True)
class AudioFolderScan:
    """What there is in a folder that has a folder of songs for each genre.

    It holds names and numbers only, no sound.

    Parameters
    ----------
    folder : str
        The folder. All other paths are relative to it.
    songs : list of ScannedSong
        Songs, sorted by genre and path.
    duplicates : list of list of str
        For each recording that is there more than once, the paths of its songs.
    n_left_out : int
        Files, folders and links that are not taken, as in `load_audio_folder`; those of the
        following lists are among them.
    without_genre : list of str
        Sound files that lie beside the genres' folders.
    unsupported : dict of str to int
        Files that are named as music and are not read: how many there are, by suffix.
    unreadable_folders : dict of str to str
        Folders and links that cannot be read, with the reasons.

    See Also
    --------
    scan_audio_folder : Makes it.

    Examples
    --------
    >>> from skgenre.datasets import AudioFolderScan, ScannedSong
    >>> songs = [
    ...     ScannedSong("pop/a.ogg", "pop", 30.0, 44100, 2, None),
    ...     ScannedSong("rock/b.ogg", "rock", 30.0, 44100, 2, None),
    ... ]
    >>> scan = AudioFolderScan("music", songs, duplicates=[["pop/a.ogg", "rock/b.ogg"]])
    >>> scan.contradictions()
    {('pop/a.ogg', 'rock/b.ogg'): ['pop', 'rock']}
    """

    folder: str
    songs: list[ScannedSong]
    duplicates: list[list[str]]
    n_left_out: int = 0
    without_genre: list[str] = field(default_factory=list)
    unsupported: dict[str, int] = field(default_factory=dict)
    unreadable_folders: dict[str, str] = field(default_factory=dict)

    def by_genre(self) -> list[GenreSummary]:
        """Summarize the songs of each genre.

        Songs that cannot be read count as songs, and their length as none.

        Returns
        -------
        list of GenreSummary
            Genres, sorted by name.

        See Also
        --------
        to_dict : All that is known, for JSON.

        Examples
        --------
        >>> from skgenre.datasets import AudioFolderScan, ScannedSong
        >>> song = ScannedSong("rock/a.ogg", "rock", 30.0, 44100, 2, None)
        >>> [genre] = AudioFolderScan("music", [song], duplicates=[]).by_genre()
        >>> genre.n_songs, genre.sample_rates
        (1, (44100,))
        """
        genres = sorted({song.genre for song in self.songs})
        return [
            _summarize(genre, [song for song in self.songs if song.genre == genre])
            for genre in genres
        ]

    def contradictions(self) -> dict[tuple[str, ...], list[str]]:
        """Find recordings that are in more than one genre.

        One of their labels at least is wrong, or the genres are not apart.

        Returns
        -------
        dict of tuple of str to list of str
            For the paths of each such recording, the genres in which it is.

        See Also
        --------
        by_genre : A summary of each genre.

        Examples
        --------
        See :class:`AudioFolderScan`.
        """
        genres = {song.path: song.genre for song in self.songs}
        found = {
            tuple(paths): sorted({genres[path] for path in paths}) for paths in self.duplicates
        }
        return {paths: names for paths, names in found.items() if len(names) > 1}

    def to_dict(self) -> dict[str, Any]:
        """Write what is known as dicts, lists, texts and numbers.

        Nothing in it is an object of this package.

        Returns
        -------
        dict
            What `json.dumps` takes: the parameters of this object, and "genres", what `by_genre`
            returns.

        See Also
        --------
        by_genre : A summary of each genre.

        Examples
        --------
        >>> from skgenre.datasets import AudioFolderScan, ScannedSong
        >>> song = ScannedSong("rock/a.ogg", "rock", 30.0, 44100, 2, None)
        >>> facts = AudioFolderScan("music", [song], duplicates=[]).to_dict()
        >>> facts["songs"][0]["seconds"], facts["genres"][0]["n_songs"]
        (30.0, 1)
        """
        return asdict(self) | {"genres": [asdict(genre) for genre in self.by_genre()]}


def _summarize(genre, songs):
    known = [song for song in songs if song.sample_rate is not None]
    return GenreSummary(
        genre,
        n_songs=len(songs),
        n_unreadable=sum(song.error is not None for song in songs),
        seconds=sum(song.seconds or 0 for song in songs),
        sample_rates=tuple(sorted({song.sample_rate for song in known})),
        n_channels=tuple(sorted({song.n_channels for song in known})),
    )
