"""``skgenre predict``."""

import json
from collections import Counter
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace

import rich_click as click

from skgenre._terminal.tables import Column, print_table
from skgenre._terminal.text import say
from skgenre.cli._csv import print_csv
from skgenre.cli._files import output_option
from skgenre.cli._help import epilog
from skgenre.cli._left_out import count_suffixes, describe_left_out, report_failures
from skgenre.cli._model import load_songs, model_or_onnx_argument
from skgenre.cli._options import cache_option, jobs_option
from skgenre.cli._status import DONE, SOME_FILES_FAILED

CONNECTING_SECONDS = 10
# With more genres a table shows the two likeliest of each song.
MOST_GENRES_IN_COLUMNS = 4


@click.command(
    epilog=epilog(
        "skgenre predict genres.skops song.mp3",
        "skgenre predict genres.onnx new_songs --json",
        "skgenre predict genres.onnx archive -o genres.csv --resume",
    )
)
@model_or_onnx_argument
@click.argument("files", nargs=-1, required=True, help="Sound files, and folders of them.")
@click.option("--json", "form", flag_value="json", help="Print JSON.")
@click.option("--csv", "form", flag_value="csv", help="Print comma-separated values.")
@output_option(
    ".csv", ".parquet", required=False, help="Write a table, in parts, instead of printing one."
)
@click.option("--resume", is_flag=True, help="Keep the songs that the output has already.")
@click.option(
    "--dask", metavar="ADDRESS", help="Let the workers of this dask scheduler write the output."
)
@cache_option
@jobs_option
def predict(model, files, **settings):
    """Predict the genres of songs.

    Prints a table with a row for each song: its likeliest genre, and the probability of each.
    """
    settings = SimpleNamespace(**settings)
    _check(settings)
    songs = [song for path in files for song in _list_songs(path)]
    classifier = load_songs(model)
    if settings.output is None:
        return _print(classifier, songs, settings)
    return _write(classifier, songs, settings)


def _check(settings):
    if settings.output is None and (settings.resume or settings.dask is not None):
        raise click.UsageError("--resume and --dask need --output.")
    if settings.output is not None and settings.form is not None:
        raise click.UsageError(f"--{settings.form} prints, --output does not: choose one of them.")


def _list_songs(path):
    """List the sound files of a folder; of a file, only itself."""
    from skgenre._song_files.folder_walk import walk_files
    from skgenre.audio._suffixes import is_other_music, is_song

    root = Path(path)
    if not root.is_dir():
        return [path]
    found = walk_files(root)
    if found.unreadable:
        say(f"Left out, as it cannot be read: {found.describe_unreadable()}.")
    songs = [str(root / file) for file in found.files if is_song(file)]
    unsupported = (file for file in found.files if is_other_music(file))
    for line in describe_left_out({}, count_suffixes(unsupported)):
        say(line)
    if not songs:
        raise ValueError(f"{path!r} has no sound file in it.")
    return songs


def _print(classifier, files, settings):
    found, failures, probabilities = [], [], []
    _predict_songs(classifier, files, settings, found, failures, probabilities)
    known_files = set(found)
    failed = [file for file in files if file not in known_files]
    report_failures(zip(failed, failures, strict=True))
    known = [_describe(classifier, *song) for song in zip(found, probabilities, strict=True)]
    WRITERS[settings.form](known, classifier.classes_.tolist())
    if settings.form is None:
        _summarize(known, failures)
    return SOME_FILES_FAILED if failures else DONE


def _predict_songs(classifier, files, settings, found, failures, probabilities):
    from skgenre._song_files.reading import keep_readable, read_waveforms
    from skgenre._terminal.bars import follow
    from skgenre.songs._batches import gather
    from skgenre.songs._cutting import sample_rate_of

    rate = sample_rate_of(classifier)
    waveforms = read_waveforms(files, rate, memory=settings.cache, n_jobs=settings.jobs)
    with follow(waveforms, len(files), "Predicting") as followed:
        for block in gather(keep_readable(files, followed, found, failures)):
            probabilities += classifier.predict_proba(block).tolist()


def _describe(classifier, file, probabilities):
    classes = classifier.classes_.tolist()
    return {
        "file": file,
        "label": classes[probabilities.index(max(probabilities))],
        "probabilities": dict(zip(classes, probabilities, strict=True)),
    }


def _summarize(known, failures):
    counts = Counter(str(song["label"]) for song in known)
    parts = [f"{count} {genre}" for genre, count in counts.most_common()]
    parts += [f"{len(failures)} could not be read"] if failures else []
    songs = "1 song" if len(known) + len(failures) == 1 else f"{len(known) + len(failures)} songs"
    say(f"{songs}: {', '.join(parts)}.")


def write_table(found, genres):
    """Print labels and probabilities for people to read."""
    columns = [Column("file", "path"), Column("label")]
    if len(genres) <= MOST_GENRES_IN_COLUMNS:
        columns += [Column(str(genre), "number") for genre in genres]
        rows = [map("{:.3f}".format, song["probabilities"].values()) for song in found]
    else:
        columns += [Column("probability", "number"), Column("next"), Column("", "number")]
        rows = [_two_likeliest(song["probabilities"]) for song in found]
    heads = ((song["file"], str(song["label"])) for song in found)
    print_table(columns, [(*head, *row) for head, row in zip(heads, rows, strict=True)])


def _two_likeliest(probabilities):
    (_, first), (genre, second) = Counter(probabilities).most_common(2)
    return f"{first:.3f}", str(genre), f"{second:.3f}"


def write_json(found, genres):
    """Print a JSON list of objects."""
    print(json.dumps(found, indent=2))


def write_csv(found, genres):
    """Print comma-separated values."""
    print_csv(
        ["file", "label", *genres],
        ([song["file"], song["label"], *song["probabilities"].values()] for song in found),
    )


WRITERS = {None: write_table, "json": write_json, "csv": write_csv}


def _write(classifier, files, settings):
    from skgenre.predictions._writing import write_predictions

    with nullcontext() if settings.dask is None else _on_cluster(settings.dask):
        done = write_predictions(
            classifier,
            files,
            settings.output,
            resume=settings.resume,
            n_jobs=settings.jobs,
            verbose=1,
            memory=settings.cache,
        )
    for failure in done.failures:
        say(failure)
    n_songs = done.n_written + done.n_skipped
    what = "1 song is" if n_songs == 1 else f"{n_songs} songs are"
    earlier = f", {done.n_skipped} of them from an earlier run" if settings.resume else ""
    failed = f"; {len(done.failures)} could not be read" if done.failures else ""
    say(f"{what} in {settings.output}{earlier}{failed}.")
    return SOME_FILES_FAILED if done.failures else DONE


@contextmanager
def _on_cluster(address):
    from joblib import parallel_config

    from skgenre.dask._cluster import connect

    with connect(address, timeout=CONNECTING_SECONDS), parallel_config("dask"):
        from distributed import KilledWorker

        try:
            yield
        except KilledWorker as error:
            raise ValueError(error) from error
