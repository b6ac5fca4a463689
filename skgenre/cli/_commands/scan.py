"""``skgenre scan``."""

import json

import rich_click as click

from skgenre._networks import DEFAULT_NETWORK
from skgenre._terminal.tables import Column, print_table
from skgenre._terminal.text import print_text
from skgenre.cli._folder import folder_options
from skgenre.cli._help import epilog, panels
from skgenre.cli._left_out import count_suffixes, describe_left_out
from skgenre.cli._options import sample_rate_option
from skgenre.cli._status import DONE, SOME_FILES_FAILED

# More rates of one genre are counted.
_MOST_RATES = 3


@click.command(
    epilog=epilog(
        "skgenre scan music",
        "skgenre scan music --cache ~/.cache/songs",
        "skgenre scan music --json > music.json",
    )
)
@panels
@folder_options
@sample_rate_option(DEFAULT_NETWORK.sample_rate)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def scan(folder, sample_rate, cache, jobs, as_json):
    """Describe a folder of songs before training on it.

    Reads all songs: how long they are, which cannot be read, and which are the same recording. With
    `--cache`, `train` and `evaluate` need not read them again at the same rate.
    """
    from skgenre.datasets._audio_folder_scan import scan_audio_folder

    found = scan_audio_folder(folder, sample_rate=sample_rate, memory=cache, n_jobs=jobs, verbose=1)
    if as_json:
        print(json.dumps(found.to_dict(), indent=2))
    else:
        _print(found)
    return SOME_FILES_FAILED if any(song.error for song in found.songs) else DONE


def _print(found):
    _print_genres(found.by_genre())
    unreadable = [(song.path, song.error) for song in found.songs if song.error]
    unreadable += found.unreadable_folders.items()
    if unreadable:
        print()
        columns = [Column("file", "path"), Column("reason")]
        print_table(columns, unreadable, title="Cannot be read")
    for title, lines in (
        ("The same recording", _describe_duplicates(found)),
        ("Left out", _describe_left_out(found)),
    ):
        if lines:
            print_text("\n".join(["", title, *lines, ""]))
    print_text(f"\n{_conclude(found)}\n")


def _print_genres(genres):
    columns = [
        Column("genre"),
        *(Column(header, "number") for header in ("songs", "unreadable", "minutes")),
        Column("rates (Hz)"),
        Column("channels"),
    ]
    print_table(columns, [_describe_genre(genre) for genre in genres])


def _describe_genre(genre):
    return (
        genre.genre,
        str(genre.n_songs),
        str(genre.n_unreadable),
        f"{genre.seconds / 60:.1f}",
        _list_numbers(genre.sample_rates),
        _list_numbers(genre.n_channels),
    )


def _list_numbers(numbers):
    shown = ", ".join(map(str, numbers[:_MOST_RATES]))
    n_others = len(numbers) - _MOST_RATES
    return f"{shown} and {n_others} more" if n_others > 0 else shown


def _describe_duplicates(found):
    contradictions = found.contradictions()
    return [
        f"{' = '.join(paths)}{_name_genres(contradictions.get(tuple(paths)))}"
        for paths in found.duplicates
    ]


def _name_genres(genres):
    return "" if genres is None else f"  (in {' and '.join(genres)}: one label is wrong)"


def _describe_left_out(found):
    lacking = count_suffixes(song.path for song in found.songs if song.needs_extra)
    lines = describe_left_out(lacking, found.unsupported)
    if found.without_genre:
        n_songs = _count(len(found.without_genre), "sound file")
        lines.append(f"{n_songs} in no genre's folder, such as {found.without_genre[0]}")
    n_named = sum(found.unsupported.values()) + len(found.without_genre)
    if n_others := found.n_left_out - n_named - len(found.unreadable_folders):
        lines.append(f"{_count(n_others, 'other file')}, hidden or no music")
    return lines


def _conclude(found):
    genres = found.by_genre()
    n_unreadable = sum(genre.n_unreadable for genre in genres)
    minutes = sum(genre.seconds for genre in genres) / 60
    songs = f"{_count(len(found.songs), 'song')} of {_count(len(genres), 'genre')}"
    unreadable = f"; {n_unreadable} cannot be read" if n_unreadable else ""
    return f"{songs}, {minutes:.1f} minutes{unreadable}."


def _count(number, noun):
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"
