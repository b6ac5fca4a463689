"""``skgenre demo``."""

import sys
from pathlib import Path

import rich_click as click
from rich.console import Console

from skgenre._readable_numbers import as_clock, as_percent
from skgenre._terminal.paragraphs import print_paragraph
from skgenre._terminal.tables import GAP, Column, print_table
from skgenre.cli._help import epilog
from skgenre.cli._status import DONE

_MOST_CHARACTERS = 60
# Resampling leaves a few samples at the ends of what is else removed.
_LEAST_SECONDS = 0.1


@click.command(epilog=epilog("skgenre demo song.mp3", "skgenre demo"))
@click.argument(
    "song",
    type=click.Path(),
    required=False,
    help="A sound file. Without one, a song that comes with the package is taken.",
)
def demo(song):
    """Name the genre of a song by a model that comes along.

    Shows how likely each genre is, in the whole song and along it. Nothing has to be trained first.
    """
    from skgenre.datasets._demo_model import load_demo_network

    model = load_demo_network()
    name, waveform = _load_song(song, model.sample_rate)

    from skgenre.songs._aggregation import aggregate_excerpts
    from skgenre.songs._song_predictor import predictor_of_onnx

    predictor = predictor_of_onnx(model)
    [course] = predictor.predict_excerpts([waveform])
    of_song = aggregate_excerpts(predictor, course.probabilities)
    likeliest = (-of_song).argsort(kind="stable")
    genre, share = model.classes_[likeliest[0]], of_song[likeliest[0]]
    print_paragraph(f"{name} sounds most like {genre} ({as_percent(share)}).", style="bold")
    print()
    _print_course(model, course, of_song, likeliest, len(waveform) / model.sample_rate)
    print()
    print_paragraph(_describe(model, is_shipped=song is None))
    print_paragraph("Next, learn genres of your own, from a folder with a folder for each:")
    print_paragraph("  skgenre train FOLDER -o genres.skops")
    return DONE


def _load_song(song, sample_rate):
    """Return a song's name and its waveform."""
    from skgenre._terminal.bars import working

    if song is None:
        from skgenre.datasets._demo_model import load_demo_song

        return load_demo_song()

    from skgenre.audio._decoding import decode

    with working("Reading the song"):
        waveform = decode(song, sample_rate)
    _check_audible(song, waveform, sample_rate)
    return Path(song).name, waveform


def _check_audible(song, waveform, sample_rate):
    """Refuse what is silent; the model learned no such excerpts and calls them something."""
    import numpy as np

    from skgenre.datasets._sources import SILENT_BELOW

    swings = np.abs(waveform - np.median(waveform)) >= SILENT_BELOW
    if np.count_nonzero(swings) < _LEAST_SECONDS * sample_rate:
        raise ValueError(
            f"Cannot name the genre of {song!r}: it is silent at {sample_rate} Hz, the model's "
            "sample rate."
        )


def _print_course(model, course, of_song, likeliest, seconds):
    from skgenre._terminal.sparklines import as_sparkline

    console = Console(file=sys.stdout)
    shares = [as_percent(of_song[number]) for number in likeliest]
    others = max(map(len, model.classes_)) + max(map(len, shares)) + 2 * GAP
    width = max(1, min(console.width - others, _MOST_CHARACTERS, len(course.seconds)))
    rows = [
        (
            str(model.classes_[number]),
            share,
            as_sparkline(course.probabilities[:, number], width, console.encoding),
        )
        for number, share in zip(likeliest, shares, strict=True)
    ]
    print_table([Column(""), Column("", "number"), Column(_axis(seconds, width))], rows)


def _axis(seconds, width):
    """Write where a song begins and ends above its course."""
    end = as_clock(seconds)
    return f"0:00{end:>{max(width - 4, len(end) + 1)}}"


def _describe(model, *, is_shipped):
    """Say what the model knows."""
    from skgenre.datasets._demo_model import count_demo_songs

    genres = ", ".join(map(str, model.classes_))
    known = (
        f"The model knows {len(model.classes_)} genres ({genres}) from {count_demo_songs()} songs "
        "of computer games, and takes any song for one of them."
    )
    return f"{known} This one was in its training: try yours." if is_shipped else known
