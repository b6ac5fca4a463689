"""``skgenre info``."""

import json

import rich_click as click
from rich.filesize import decimal

from skgenre._readable_numbers import as_percent
from skgenre._terminal.tables import Column, print_table
from skgenre._terminal.text import print_text
from skgenre.cli._help import epilog
from skgenre.cli._model import model_or_onnx_argument
from skgenre.cli._status import DONE

_HOW_JOINED = {
    "mean": "mean of its excerpts' probabilities",
    "geometric_mean": "geometric mean of its excerpts' probabilities",
    "vote": "vote of its excerpts",
    "max": "surest of its excerpts",
}


@click.command(
    epilog=epilog(
        "skgenre info genres.skops",
        "skgenre info genres.onnx",
        "skgenre info genres.skops --json",
    )
)
@model_or_onnx_argument
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def info(model, as_json):
    """Show what a model is: its genres, its training, its network.

    TensorFlow is not loaded, and nothing in the file is run.
    """
    from skgenre.persistence._model_info import model_info

    found = model_info(model)
    if as_json:
        print(json.dumps(found.to_dict(), indent=2))
        return DONE
    facts = [("model", " > ".join(found.parts) or found.kind), *_describe_genres(found)]
    facts += [*_describe_songs(found), *_describe_network(found), *_describe_file(found)]
    print_table([Column(""), Column("")], facts)
    _print_parameters(found)
    return DONE


def _describe_genres(found):
    if not found.is_fitted:
        yield "trained", "no"
    if found.class_prior:
        shares = zip(found.classes, found.class_prior, strict=True)
        yield "genres", ", ".join(f"{genre} ({as_percent(share)})" for genre, share in shares)
    elif found.classes:
        yield "genres", ", ".join(map(str, found.classes))
    if found.n_songs is not None:
        yield "trained on", f"{found.n_songs} songs, {found.n_excerpts} excerpts"


def _describe_songs(found):
    settings = found.song_settings
    if settings.get("sample_rate") is not None:
        yield "sample rate", f"{settings['sample_rate']} Hz"
    if "excerpt_seconds" in settings:
        yield "excerpts", _describe_excerpts(settings)
    elif found.n_timesteps is not None:
        yield "excerpts", f"{found.n_timesteps} samples"
    if "aggregate" in settings:
        yield "a song's genre", _HOW_JOINED[settings["aggregate"]]
    if found.temperature not in (None, 1):
        yield "calibration", f"temperature {found.temperature:.3g}"


def _describe_excerpts(settings):
    hop, most = settings["hop_seconds"], settings["max_excerpts"]
    parts = [
        f"{settings['excerpt_seconds']:g} s",
        "end to end" if hop is None else f"each {hop:g} s",
    ]
    return ", ".join(parts if most is None else [*parts, f"at most {most} of a song"])


def _describe_network(found):
    if found.network is not None:
        settings = found.network_settings.items()
        in_force = [f"{n}={v!r}" for n, v in settings if v is not None and v is not False]
        yield "network", f"{found.network}({', '.join(in_force)})"
    if found.n_epochs is not None:
        last = "".join(f", {name} {value:.4g}" for name, value in found.last_epoch.items())
        yield "epochs", f"{found.n_epochs}{last}"


def _describe_file(found):
    yield "file", f"{found.path}, {decimal(found.n_bytes)}"
    yield "written by", ", ".join(f"{name} {v}" for name, v in found.versions.items())


def _print_parameters(found):
    if not found.parameters:
        return
    print()
    columns = [Column(header) for header in ("layer", "parameter", "dtype", "shape")]
    print_table(
        columns,
        [(*row[:3], " x ".join(map(str, row.shape))) for row in found.parameters],
    )
    print_text(f"{found.n_parameters:,} parameters\n")
