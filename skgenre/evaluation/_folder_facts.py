"""What is in a folder of songs, for the report."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from skgenre._readable_numbers import as_clock, as_count, as_length, as_rate
from skgenre.evaluation._song_evaluation import SongEvaluation


class ScannedSong(Protocol):
    """A sound file of a folder, as `write_report` needs it."""

    @property
    def path(self) -> str: ...
    @property
    def genre(self) -> str: ...
    @property
    def seconds(self) -> float | None: ...
    @property
    def sample_rate(self) -> int | None: ...
    @property
    def n_channels(self) -> int | None: ...
    @property
    def error(self) -> str | None: ...


class FolderScan(Protocol):
    """What was found in a folder, as `write_report` needs it."""

    @property
    def folder(self) -> str: ...
    @property
    def songs(self) -> Sequence[ScannedSong]: ...
    @property
    def duplicates(self) -> Sequence[Sequence[str]]: ...
    @property
    def n_left_out(self) -> int: ...


class GenreFacts(NamedTuple):
    """The songs of one genre."""

    genre: str
    n_songs: int
    total: str
    median: str
    rates: str
    channels: str


class FolderFacts(NamedTuple):
    """The songs of a folder."""

    folder: str | None
    figures: list[tuple[str, str]]
    genres: list[GenreFacts]
    unreadable: list[tuple[str, str]]
    duplicates: list[list[str]]
    has_formats: bool


def scanned_folder(scan: FolderScan) -> FolderFacts:
    """Sum up a folder that was scanned."""
    readable = [song for song in scan.songs if song.error is None]
    unreadable = [(song.path, song.error) for song in scan.songs if song.error is not None]
    by_genre: dict[str, list[Any]] = {}
    for song in readable:
        by_genre.setdefault(str(song.genre), []).append(song)
    figures = [
        ("Songs", f"{len(readable):,}"),
        ("Length", as_length(sum(song.seconds or 0.0 for song in readable))),
        ("Unreadable", f"{len(unreadable):,}"),
        ("Files left out", f"{scan.n_left_out:,}"),
        ("Recordings found twice", f"{len(scan.duplicates):,}"),
    ]
    return FolderFacts(
        folder=scan.folder,
        figures=figures,
        genres=[_sum_up(genre, songs) for genre, songs in sorted(by_genre.items())],
        unreadable=unreadable,
        duplicates=[list(paths) for paths in scan.duplicates],
        has_formats=True,
    )


def evaluated_songs(evaluation: SongEvaluation) -> FolderFacts:
    """Sum up the songs of an evaluation, of which the files are unknown."""
    figures = [
        ("Songs", f"{len(evaluation.names):,}"),
        ("Length", as_length(float(evaluation.durations.sum()))),
        ("Left out", f"{len(evaluation.failures):,}"),
        ("Recordings found twice", f"{len(evaluation.duplicates):,}"),
    ]
    parts = {str(label): evaluation.y_true == label for label in evaluation.classes}
    return FolderFacts(
        folder=None,
        figures=figures,
        genres=[
            GenreFacts(genre, int(part.sum()), *_lengths(evaluation.durations[part]), "", "")
            for genre, part in parts.items()
            if part.any()
        ],
        unreadable=evaluation.failures,
        duplicates=evaluation.duplicates,
        has_formats=False,
    )


def _sum_up(genre, songs):
    rates = [as_rate(song.sample_rate) for song in songs if song.sample_rate]
    channels = [_name_channels(song.n_channels) for song in songs if song.n_channels]
    seconds = [song.seconds for song in songs if song.seconds is not None]
    return GenreFacts(genre, len(songs), *_lengths(seconds), _tally(rates), _tally(channels))


def _lengths(seconds: NDArray[np.float64]) -> tuple[str, str]:
    if not len(seconds):
        return "unknown", "unknown"
    return as_length(float(np.sum(seconds))), as_clock(float(np.median(seconds)))


def _tally(values):
    """Name values, the commonest first, with how many there are where they differ."""
    counts = Counter(values).most_common()
    if len(counts) == 1:
        return counts[0][0]
    return ", ".join(f"{value} ({count})" for value, count in counts)


def _name_channels(n_channels):
    return {1: "mono", 2: "stereo"}.get(n_channels) or as_count(n_channels, "channel")
