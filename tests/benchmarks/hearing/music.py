"""What is heard: excerpts of the music that comes along, and of a folder of songs."""

from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np

from skgenre.audio import cut_excerpts, read_audio, resample
from skgenre.datasets import load_audio_folder, load_genre_excerpts
from tests.benchmarks.timing import announce

SHIPPED = "the music that comes along"
GENRES = ("classical", "rock", "electronic")
SECONDS = 3
# Others are made of songs that are read at this one.
HIGHEST_HZ = 22_050


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


def shipped(step=1):
    """The music that comes along: each pair of genres, and all three, every `step`-th excerpt."""
    for genres in [*combinations(GENRES, 2), GENRES]:
        music = load_genre_excerpts(genres)
        song = music.groups[::step]
        y = np.array(music.target_names)[music.target[::step]]
        yield Music(name(genres), 400, music.data[::step], y, song, song)


class SongFolder:
    """Songs of a folder that has a folder for each genre, decoded once.

    The group of a song is its artist where the file names one.

    Parameters
    ----------
    path : path-like
        The folder.
    """

    def __init__(self, path):
        announce(f"reading {path}")
        songs = load_audio_folder(path)
        self.genres = sorted(songs.target_names.tolist())
        self._y = np.array(songs.target_names)[songs.target]
        self._artists = np.array([_artist(file) for file in songs.paths])
        self._waveforms = [read_audio(file, sample_rate=HIGHEST_HZ) for file in songs.paths]

    def at(self, sample_rate):
        """Cut excerpts at a rate in Hz."""
        excerpts = [
            cut_excerpts(
                resample(waveform, original_rate=HIGHEST_HZ, sample_rate=sample_rate),
                n_timesteps=SECONDS * sample_rate,
            )
            for waveform in self._waveforms
        ]
        song = np.repeat(np.arange(len(excerpts)), list(map(len, excerpts)))
        X = np.concatenate(excerpts)
        return Music(name(self.genres), sample_rate, X, self._y[song], song, self._artists[song])


def _artist(path):
    """The artist that a file names, or the file itself."""
    import av

    with av.open(path) as file:
        return file.metadata.get("artist") or Path(path).name
