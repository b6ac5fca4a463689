"""``skgenre timeline``."""

import io
import warnings
from html import escape
from pathlib import Path

import rich_click as click

from skgenre._readable_numbers import as_percent
from skgenre._terminal.text import printable, say
from skgenre.cli._files import output_option
from skgenre.cli._help import epilog
from skgenre.cli._model import load_songs, model_or_onnx_argument
from skgenre.cli._options import cache_option
from skgenre.cli._status import DONE

_INCHES = (9, 3)
_DOTS_PER_INCH = 150
# Text stays text, which a browser draws in any script, and the same song gives the same bytes.
_SVG = {"svg.fonttype": "none", "svg.hashsalt": "skgenre"}
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{song}</title>
<style>
body {{ font-family: sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }}
svg {{ width: 100%; height: auto; }}
td, th {{ padding: 0 1em 0 0; text-align: left; }}
</style>
</head>
<body>
<h1>{song}</h1>
<table>
<tr><th>genre</th><th>probability</th></tr>
{rows}
</table>
{picture}
</body>
</html>
"""


@click.command(
    epilog=epilog(
        "skgenre timeline genres.skops song.mp3 -o song.png",
        "skgenre timeline genres.onnx song.mp3 -o song.html",
    )
)
@model_or_onnx_argument
@click.argument("song", type=click.Path(exists=True, dir_okay=False), help="A sound file.")
@output_option(".png", ".svg", ".html", help="The picture, or a page with it.")
@cache_option
def timeline(model, song, output, cache):
    """Draw the probabilities of the genres along a song.

    Shows in which parts of a song the model recognizes which genre.
    """
    from skgenre._extras import check_extra
    from skgenre._files.atomic import replacing

    check_extra("matplotlib", "plot")
    display = _make_display(load_songs(model), song, cache)
    name = printable(Path(song).name, None)
    content = _render(display, name, Path(output).suffix.lower())
    with replacing(output) as file:
        file.write(content)
    genre, share = max(_shares(display), key=lambda pair: pair[1])
    say(f"{name} is {genre} as a whole ({as_percent(share)}); the picture is in {output}.")
    return DONE


def _make_display(classifier, song, cache):
    from skgenre._song_files.reading import read_waveforms
    from skgenre.displays._song_timeline import SongTimelineDisplay
    from skgenre.songs._aggregation import aggregate_excerpts
    from skgenre.songs._cutting import sample_rate_of

    [waveform] = read_waveforms([song], sample_rate_of(classifier), memory=cache)
    if isinstance(waveform, ValueError):
        raise waveform
    [course] = classifier.predict_excerpts([waveform])
    return SongTimelineDisplay(
        seconds=course.seconds,
        probabilities=course.probabilities,
        # Names of folders may contain any bytes.
        classes=[printable(str(genre), None) for genre in classifier.classes_],
        excerpt_seconds=classifier.excerpt_seconds,
        song_probabilities=aggregate_excerpts(classifier, course.probabilities),
    )


def _shares(display):
    """List the genres with their probabilities for the whole song."""
    return list(zip(display.classes, display.song_probabilities, strict=True))


def _render(display, name, suffix):
    """Render a file of a kind, in bytes."""
    if suffix != ".html":
        return _draw(display, name, suffix.removeprefix("."))
    svg = _draw(display, name, "svg").decode()
    shares = sorted(_shares(display), key=lambda pair: -pair[1])
    rows = [
        f"<tr><td>{escape(genre)}</td><td>{as_percent(share)}</td></tr>" for genre, share in shares
    ]
    # What precedes it belongs to a file of its own.
    start = svg.index("<svg") + len("<svg")
    label = escape(f"Probabilities of the genres along {name}")
    picture = f'<svg role="img" aria-label="{label}"{svg[start:]}'
    return _PAGE.format(song=escape(name), rows="\n".join(rows), picture=picture).encode()


def _draw(display, name, kind):
    """Draw a picture of a kind, in bytes; nothing of matplotlib's is changed outside."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    from skgenre.displays._axes import plain

    file = io.BytesIO()
    with rc_context(_SVG), warnings.catch_warnings():
        # Characters that matplotlib's font lacks are boxes in a PNG; browsers draw them in an SVG.
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        figure = Figure(figsize=_INCHES, dpi=_DOTS_PER_INCH, layout="constrained")
        display.plot(ax=figure.subplots())
        display.ax_.set_title(plain(name), wrap=True)
        metadata = {"Date": None} if kind == "svg" else None
        figure.savefig(file, format=kind, metadata=metadata)
    return file.getvalue()
