"""``skgenre evaluate``."""

import json
import warnings
from functools import partial
from math import ceil
from types import SimpleNamespace

import rich_click as click

from skgenre._terminal.tables import Column, print_table
from skgenre._terminal.text import print_text, say
from skgenre.cli import _training
from skgenre.cli._csv import print_csv
from skgenre.cli._files import output_option
from skgenre.cli._folder import check_genres, count_songs, folder_options, read_songs
from skgenre.cli._greeting import load_tensorflow
from skgenre.cli._help import epilog, panels

LEVEL = 0.95
# As many as fit a screen.
_MOST_GENRES_IN_COLUMNS, _MOST_MISTAKES = 6, 25


@click.command(
    epilog=epilog(
        "skgenre evaluate music",
        "skgenre evaluate music --report report.html",
        "skgenre evaluate music --folds 3 --network mlp --csv > songs.csv",
    )
)
@panels
@folder_options
@click.option("--folds", type=click.IntRange(2), default=5, metavar="N", help="Parts to test on.")
@click.option("--json", "form", flag_value="json", help="Print JSON instead of tables.")
@click.option("--csv", "form", flag_value="csv", help="Print a row for each song instead.")
@output_option(
    ".html",
    names=("--report",),
    required=False,
    help="A page with every song, to look at in a browser.",
)
@_training.training_options
def evaluate(folder, folds, form, report, **settings):
    """Cross-validate on a folder of songs.

    Each song is classified by a network that was trained on other songs: the scores are those to
    expect on songs that are new.
    """
    settings = SimpleNamespace(**settings)
    songs = _read(folder, folds, report, settings)
    evaluation = _cross_validate(songs, _count_folds(folds, songs.labels), settings)
    WRITERS[form](evaluation)
    if report is not None:
        _write_report(evaluation, report, songs.scan)
    say(f"Evaluated on {songs.describe()}.")
    return songs.status


def _read(folder, folds, report, settings):
    if report is not None:
        from skgenre._extras import check_extra

        check_extra("jinja2", "report")
    check = partial(_check_songs, folds=folds, settings=settings)
    rate = _training.sample_rate(settings)
    return read_songs(folder, rate, settings.cache, settings.jobs, check=check)


def _check_songs(labels, folds, settings):
    check_genres(labels, n_songs=2)
    counts = count_songs(labels)
    folds = min(folds, *counts.values())
    learned = {genre: n - ceil(n / folds) for genre, n in counts.items()}
    _training.check_held_out(settings, learned)


def _count_folds(folds, labels):
    genre, n_songs = min(count_songs(labels).items(), key=lambda count: count[1])
    if n_songs < folds:
        say(f"{n_songs} folds instead of {folds}: {genre} has {n_songs} songs.")
    return min(folds, n_songs)


def _cross_validate(songs, folds, settings):
    load_tensorflow()

    from skgenre._song_files.warnings import DuplicateSongWarning
    from skgenre.evaluation._evaluate_songs import evaluate_songs

    classifier = _training.make_classifier(settings)
    _training.report_short_kernels(classifier)
    _training.report_duration(classifier, songs.waveforms, songs.labels, n_fits=folds - 1)
    with warnings.catch_warnings():
        # They were reported when the songs were read.
        warnings.simplefilter("ignore", DuplicateSongWarning)
        return evaluate_songs(
            classifier,
            songs.waveforms,
            songs.labels,
            cv=folds,
            names=songs.paths,
            random_state=settings.seed,
            verbose=1,
        )


def _write_report(evaluation, path, scan):
    from skgenre.evaluation._report import write_report

    write_report(evaluation, path, scan=scan)
    say(f"The report is in {path}.")


def write_tables(evaluation):
    """Print scores, what is taken for what, and which songs, for people to read."""
    _print_scores(evaluation)
    print_text("\n")
    _print_confusion(evaluation)
    if len(evaluation.mistakes):
        print_text("\n")
        _print_mistakes(evaluation)


def write_json(evaluation):
    """Print scores and songs as one JSON object."""
    low, high = evaluation.confidence_interval(LEVEL)
    content = {
        "accuracy": evaluation.accuracy,
        "confidence_interval": {"level": LEVEL, "low": low, "high": high, "method": "Wilson"},
        "balanced_accuracy": evaluation.balanced_accuracy,
        "majority_genre": evaluation.majority_genre,
        "majority_share": evaluation.majority_share,
        "folds": evaluation.fold_scores,
        "genres": list(map(str, evaluation.classes)),
        "confusion": evaluation.confusion.tolist(),
        "songs": evaluation.to_records(),
        "parameters": evaluation.parameters,
        "versions": evaluation.versions,
    }
    print(json.dumps(content, indent=2))


def write_csv(evaluation):
    """Print a row for each song."""
    genres = list(map(str, evaluation.classes))
    print_csv(
        ["file", "genre", "predicted", *genres, "fold"],
        (
            (
                *(song["name"], song["genre"], song["predicted"]),
                *song["probabilities"].values(),
                song["fold"] + 1,
            )
            for song in evaluation.to_records()
        ),
    )


WRITERS = {None: write_tables, "json": write_json, "csv": write_csv}


def _print_scores(evaluation):
    columns = [Column("fold"), Column("songs", "number"), Column("accuracy", "number")]
    rows = [
        (
            str(scores["fold"] + 1),
            str(scores["n_songs"]),
            f"{scores['accuracy']:.3f}",
            f"{scores['balanced_accuracy']:.3f}",
        )
        for scores in evaluation.fold_scores
    ]
    accuracy, balanced = evaluation.accuracy, evaluation.balanced_accuracy
    rows.append(("all", str(len(evaluation.names)), f"{accuracy:.3f}", f"{balanced:.3f}"))
    print_table([*columns, Column("balanced accuracy", "number")], rows)
    low, high = evaluation.confidence_interval(LEVEL)
    n_genres = len(evaluation.classes)
    print_text(
        f"\nAccuracy: {accuracy:.3f}, with a {LEVEL:.0%} confidence interval (Wilson, by song) of "
        f"{low:.3f} to {high:.3f}.\n"
        f"Always answering {evaluation.majority_genre}: {evaluation.majority_share:.3f}, "
        f"balanced {1 / n_genres:.3f}.\n"
    )


def _print_confusion(evaluation):
    genres = list(map(str, evaluation.classes))
    if len(genres) <= _MOST_GENRES_IN_COLUMNS:
        columns = [Column("genre"), *(Column(f"as {genre}", "number") for genre in genres)]
        rows = [(g, *map(str, row)) for g, row in zip(genres, evaluation.confusion, strict=True)]
    else:
        columns = [Column("genre"), Column("songs", "number"), Column("right", "number")]
        columns += [Column("most often taken for"), Column("songs", "number")]
        rows = [_confused(genres, row, evaluation.confusion) for row in range(len(genres))]
    print_table(columns, rows)


def _confused(genres, row, confusion):
    counts = confusion[row].copy()
    n_songs, n_right, counts[row] = counts.sum(), counts[row], 0
    other = genres[counts.argmax()] if counts.any() else ""
    return genres[row], str(n_songs), str(n_right), other, str(counts.max() or "")


def _print_mistakes(evaluation):
    records = evaluation.to_records()
    columns = [Column("song", "path"), Column("genre"), Column("probability", "number")]
    columns += [Column("predicted"), Column("probability", "number")]
    rows = [_mistake(records[row]) for row in evaluation.mistakes]
    shown, n_others = rows[:_MOST_MISTAKES], len(rows) - _MOST_MISTAKES
    print_table(columns, shown, title="Taken for another genre, the surest first:")
    if n_others > 0:
        print_text(f"and {n_others} more, which --csv, --json and --report list.\n")


def _mistake(song):
    genres = str(song["genre"]), str(song["predicted"])
    own, other = (f"{song['probabilities'][genre]:.3f}" for genre in genres)
    return song["name"], genres[0], own, genres[1], other
