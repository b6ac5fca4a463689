"""What is heard: excerpts of the music that comes along, and of a folder of songs."""

from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np

from skgenre._extras import import_extra
from skgenre.audio import cut_excerpts, read_audio, resample
from skgenre.datasets import load_audio_folder, load_genre_excerpts
from tests.benchmarks.timing import announce

SHIPPED = "the music that comes along"
GENRES = ("classical", "rock", "electronic")
SECONDS = 3
# That of the lesson, and of the music that comes along.
LOWEST_HZ = 400
# Others are made of songs that are read at this one.
HIGHEST_HZ = 22_050
# Five genres have ten pairs.
MOST_FOR_PAIRS = 4


class Music(NamedTuple):
    """Excerpts of some genres, whose songs and groups must not be on both sides of a split."""

    genres: str
    sample_rate: int
    X: np.ndarray  # (n_excerpts, n_timesteps)
    y: np.ndarray
    song: np.ndarray
    group: np.ndarray

    def rows(self, chosen, genres=None):
        """Take some excerpts."""
        arrays = (array[chosen] for array in self[2:])
        return Music(genres or self.genres, self.sample_rate, *arrays)

    def of(self, genres):
        """Take some genres."""
        return self.rows(np.isin(self.y, genres), name(genres))


def name(genres):
    """What a set of genres is called."""
    return " or ".join(genres) if len(genres) == 2 else f"{len(genres)} genres"


def choices(genres):
    """Sets of genres to tell apart: all of them, after each pair where there are few."""
    pairs = combinations(genres, 2) if 2 < len(genres) <= MOST_FOR_PAIRS else []
    return [*pairs, tuple(genres)]


def check_choice(genres, known):
    """Check that genres can be told apart: two or more, each known and named once."""
    unknown = sorted(set(genres) - set(known))
    if unknown or len(set(genres)) < max(2, len(genres)):
        raise ValueError(
            f"Genres to tell apart must be two or more, each named once, of {', '.join(known)}; "
            f"got {', '.join(genres)}."
        )


def shipped(step=1):
    """The music that comes along: each pair of genres, and all three, every `step`-th excerpt."""
    for genres in choices(GENRES):
        music = load_genre_excerpts(genres)
        song = music.groups[::step]
        y = np.array(music.target_names)[music.target[::step]]
        yield Music(name(genres), LOWEST_HZ, music.data[::step], y, song, song)


class SongFolder:
    """Songs of a folder that has a folder for each genre, decoded once.

    The group of a song is its artist where the file names one.

    Parameters
    ----------
    path : path-like
        The folder.
    n_songs : int or None
        Songs of each genre, the first by name; None takes all of them.
    step : int
        Every `step`-th excerpt of a song is taken.
    """

    def __init__(self, path, n_songs=None, step=1):
        songs = load_audio_folder(path)
        self.name = Path(path).absolute().name
        self.genres = songs.target_names.tolist()
        kept = [np.flatnonzero(songs.target == code)[:n_songs] for code in range(len(self.genres))]
        kept = np.concatenate(kept)
        self._y = songs.target_names[songs.target[kept]]
        self._paths = [songs.paths[number] for number in kept]
        self._step = step

    def at(self, sample_rate):
        """Cut excerpts at a rate in Hz."""
        excerpts = [
            cut_excerpts(
                resample(waveform, original_rate=HIGHEST_HZ, sample_rate=sample_rate),
                n_timesteps=SECONDS * sample_rate,
            )[:: self._step]
            for waveform in self._waveforms
        ]
        song = np.repeat(np.arange(len(excerpts)), list(map(len, excerpts)))
        X = np.concatenate(excerpts)
        return Music(name(self.genres), sample_rate, X, self._y[song], song, self._artists[song])

    @cached_property
    def _waveforms(self):
        announce(f"reading {len(self._paths)} songs")
        return [read_audio(path, sample_rate=HIGHEST_HZ) for path in self._paths]

    @cached_property
    def _artists(self):
        return np.array([artist(path) or path for path in self._paths])


def artist(path):
    """The artist that a sound file names, or None."""
    av = import_extra("av", "av")
    with av.open(path) as file:
        # Ogg keeps tags with the stream, and some programs write their names in capitals.
        tags = [file.metadata, *(stream.metadata for stream in file.streams.audio)]
        named = [text for found in tags for key, text in found.items() if key.lower() == "artist"]
    return next((text.strip() for text in named if text.strip()), None)
