"""The report of an evaluation: one page that needs nothing else."""

import hashlib
import os
from base64 import b64encode
from datetime import UTC, datetime
from importlib.resources import files

from skgenre._extras import import_extra
from skgenre._files.atomic import replacing
from skgenre._readable_numbers import as_count, as_length, as_rate
from skgenre.evaluation._folder_facts import FolderScan, evaluated_songs, scanned_folder
from skgenre.evaluation._marks import COURSE_HEIGHT, COURSE_WIDTH, N_COLORS, N_HATCHES
from skgenre.evaluation._report_facts import (
    confusion_rows,
    fold_rows,
    settings,
    song_rows,
    sum_up,
    training_charts,
)
from skgenre.evaluation._song_evaluation import SongEvaluation
from skgenre.evaluation._texts import printable


def write_report(
    evaluation: SongEvaluation,
    path: str | os.PathLike[str],
    *,
    scan: FolderScan | None = None,
    title: str | None = None,
) -> None:
    """Write an evaluation as a page for a browser.

    The page is one file that needs nothing from elsewhere. It shows the accuracy beside what
    always predicting the commonest genre gets, which genres are taken for which, each song with its
    course over time (mistakes first), what is in the folder, the folds and their trainings, and
    what it takes to do all of it again. It holds the names of songs, and no sound.

    Parameters
    ----------
    evaluation : SongEvaluation
        What `evaluate_songs` returns.
    path : str or path-like
        The file. One that is already there is replaced, once all is written.
    scan : AudioFolderScan, default=None
        What was found in the folder that the songs are from; it adds sample rates, channels and
        files that were left out.
    title : str, default=None
        Title of the page; None means the number of songs.

    Raises
    ------
    ModuleNotFoundError
        If Jinja is not installed; it comes with the extra `report`.
    TypeError
        If `evaluation` is no `SongEvaluation`.
    OSError
        If the file cannot be written.

    See Also
    --------
    evaluate_songs : Makes the evaluation.
    SongEvaluation.to_records : The songs as data.

    Examples
    --------
    >>> import numpy as np
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from skgenre import MLPGenreClassifier, SongClassifier
    >>> from skgenre.evaluation import evaluate_songs, write_report
    >>> songs = np.random.default_rng(0).standard_normal((6, 2400))
    >>> genres = ["rock", "pop", "pop", "rock", "rock", "rock"]
    >>> classifier = SongClassifier(MLPGenreClassifier(epochs=1, random_state=0))
    >>> evaluation = evaluate_songs(classifier, songs, genres, cv=2, random_state=0)
    >>> with TemporaryDirectory() as folder:
    ...     write_report(evaluation, Path(folder, "report.html"))
    ...     Path(folder, "report.html").read_text(encoding="utf-8")[:15]
    '<!DOCTYPE html>'
    """
    if not isinstance(evaluation, SongEvaluation):
        raise TypeError(f"evaluation must be a SongEvaluation, got {evaluation!r}.")
    page = _render(evaluation, scan, title)
    with replacing(path) as file:
        file.write(page.encode("utf-8"))


def _render(evaluation, scan, title):
    jinja2 = import_extra("jinja2", "report")
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("skgenre.evaluation"),
        autoescape=True,
        finalize=printable,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"count": as_count, "duration": as_length, "rate": as_rate}
    style, script = _read("style.css"), _read("script.js")
    return environment.get_template("report.html").render(
        title=title or f"Evaluation of {as_count(len(evaluation.names), 'song')}",
        style=style,
        script=script,
        style_hash=_digest(style),
        script_hash=_digest(script),
        written=datetime.now(UTC),
        **_facts(evaluation, scan),
    )


def _facts(evaluation, scan):
    return {
        "evaluation": evaluation,
        "classes": list(map(str, evaluation.classes)),
        "headline": sum_up(evaluation),
        "confusion": confusion_rows(evaluation),
        "songs": song_rows(evaluation),
        "folder": evaluated_songs(evaluation) if scan is None else scanned_folder(scan),
        "folds": fold_rows(evaluation),
        "charts": training_charts(evaluation),
        "settings": settings(evaluation),
        "course_size": (COURSE_WIDTH, COURSE_HEIGHT),
        "n_colors": N_COLORS,
        "n_hatches": N_HATCHES,
    }


def _read(name):
    return files("skgenre.evaluation").joinpath("templates", name).read_text(encoding="utf-8")


def _digest(text):
    """Hash an inline style or script as a Content-Security-Policy names it."""
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
