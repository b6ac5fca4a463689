"""Predictions for a great many songs, into a file, with nothing done twice."""

import os
from contextlib import contextmanager
from numbers import Integral
from typing import NamedTuple

import numpy as np
from joblib import Parallel, delayed
from sklearn.utils.validation import check_is_fitted

from skgenre._sklearn.private import AT_LEAST_ONE, HasMethods
from skgenre._sklearn.typed import validate_params
from skgenre._song_files.checks import PATH_TYPES, check_songs
from skgenre._song_files.reading import keep_readable, read_waveforms
from skgenre._terminal.bars import bar
from skgenre._types import Cache, Int, PathLike, Paths, PredictsSongs
from skgenre.predictions._parts import PartedTable
from skgenre.predictions._tables import Predictions, make_tables
from skgenre.songs._batches import gather
from skgenre.songs._cutting import sample_rate_of
from skgenre.songs._song_classifier import SongClassifier
from skgenre.songs._song_predictor import SongPredictor


class WrittenPredictions(NamedTuple):
    """What has become of songs that were to be predicted.

    A named tuple.

    Parameters
    ----------
    n_written : int
        Songs that were predicted.
    n_skipped : int
        Songs that were known from an earlier run.
    failures : list of str
        Why the others could not be read, one sentence for each; it names the song.

    See Also
    --------
    write_predictions : Returns it.

    Examples
    --------
    >>> from skgenre.predictions import WrittenPredictions
    >>> done = WrittenPredictions(n_written=7, n_skipped=3, failures=[])
    >>> done.n_written + done.n_skipped
    10
    """

    n_written: int
    n_skipped: int
    failures: list[str]


@validate_params(
    {
        "classifier": [HasMethods(["predict_proba"])],
        "songs": "no_validation",
        "path": [str, os.PathLike],
        "resume": ["boolean"],
        "songs_per_part": [AT_LEAST_ONE],
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
        "memory": [str, HasMethods(["cache"]), None],
    },
    prefer_skip_nested_validation=True,
)
def write_predictions(
    classifier: PredictsSongs,
    songs: Paths,
    path: PathLike,
    *,
    resume: bool = False,
    songs_per_part: Int = 50,
    n_jobs: Int | None = None,
    verbose: Int = 0,
    memory: str | Cache | None = None,
) -> WrittenPredictions:
    """Predict songs and write a table of their labels and probabilities.

    Songs are predicted in parts, which joblib hands out: to threads, or to what
    ``joblib.parallel_config`` puts into force, such as processes ("loky") or the machines of a
    cluster ("dask", "ray"). Whoever has predicted a part writes it, as a file in the folder
    ``<path>.parts``; once all are done they are joined in `path` and the folder is removed. What
    kills the run, or one of its workers, loses the parts that are in work at that moment, and a run
    with ``resume=True`` goes on from the others.

    The table has the columns `file` and `label`, and one for each class with its probability.

    Parameters
    ----------
    classifier : SongClassifier
        Fitted. Anything will do that has a `sample_rate` in Hz, `classes_`, and a `predict_proba`
        that takes a list of waveforms of shape (n_timesteps,), float32.
    songs : list, array or series of n_songs paths
        Sound files. The table names them as they are given here; one that is given twice is
        predicted once. Those on other machines must see the same files at the same places, `path`
        among them.
    path : str or path-like
        The table. Its name ends in ".csv" or in ".parquet", which needs pyarrow. A table that is
        there already is replaced when all songs are done.
    resume : bool, default=False
        Go on from where an earlier run has ended or was ended: songs in the table or in parts are
        skipped, and the rows of the table stay in front of the new ones; where there are parts of
        a run that was to replace the table, its rows do not count. Songs are told apart by
        `path` as given, nothing else: it goes unnoticed when a sound file has changed, or when the
        classifier is another one with the same classes.
    songs_per_part : int, default=50
        Songs that are predicted by one thread, one after the other, before they are written.
    n_jobs : int or None, default=None
        Parts that are predicted at once. None means 1, or what `joblib.parallel_config` says; -1
        means as many as there are cores. A cluster takes as many as it can.
    verbose : int, default=0
        Not zero: a progress bar on standard error, which moves when a part is done.
    memory : str, joblib.Memory or None, default=None
        Folder or cache where decoded files are kept, as in :class:`~skgenre.SongClassifier`.

    Returns
    -------
    WrittenPredictions
        Named tuple (n_written, n_skipped, failures). Songs that could not be read are not in the
        table, and a later run tries them again.

    Raises
    ------
    TypeError
        If a song is no path.
    ValueError
        If `songs` is empty or no list; if `path` ends otherwise; if two columns have the same
        name; if what earlier runs have left is damaged or has other columns; or if nothing can be
        written to the folder `memory`.
    NotFittedError
        If the classifier is not fitted.
    FileExistsError
        If an earlier run has left parts, and `resume` is not set.
    OSError
        If `path` or a part cannot be written.
    ModuleNotFoundError
        If a library is missing that reads sound or writes Parquet (``pip install
        'skgenre[audio,dask]'``).

    See Also
    --------
    WrittenPredictions : What is returned.
    skgenre.SongClassifier.predict_proba : The same probabilities, in memory.
    skgenre.datasets.load_audio_folder : Finds songs.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> import soundfile
    >>> from skgenre import MLPGenreClassifier, SongClassifier
    >>> from skgenre.predictions import write_predictions
    >>> waveforms = np.random.default_rng(0).uniform(-1, 1, (4, 2400))
    >>> classifier = SongClassifier(MLPGenreClassifier(epochs=1, random_state=0))
    >>> classifier = classifier.fit(waveforms, ["rock", "rock", "pop", "pop"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     songs = [Path(folder) / f"{number}.wav" for number in range(4)]
    ...     for song, waveform in zip(songs, waveforms):
    ...         soundfile.write(song, waveform, 400)
    ...     table = Path(folder) / "genres.csv"
    ...     first = write_predictions(classifier, songs[:3], table)
    ...     second = write_predictions(classifier, songs, table, resume=True)
    ...     header, *rows = table.read_text().splitlines()
    >>> second
    WrittenPredictions(n_written=1, n_skipped=3, failures=[])
    >>> header, len(rows)
    ('file,label,pop,rock', 4)
    """
    # Some predictors cannot be fitted.
    if hasattr(classifier, "fit"):
        check_is_fitted(classifier)
    tables = make_tables(path, classifier.classes_)
    songs, failures = _name_songs(songs)
    table = PartedTable(path, tables)
    done = table.begin(resume)
    left = [song for song in songs if song not in done]
    songs_per_part = int(songs_per_part)
    parts = [left[first : first + songs_per_part] for first in range(0, len(left), songs_per_part)]
    folder = os.getcwd()
    if isinstance(memory, str):
        memory = os.path.abspath(memory)
    with _counter(len(left), songs_per_part, shown=bool(verbose and left)) as tell:
        # One part a task: joblib would join short tasks, and a crash would lose more.
        found = _TellingParallel(tell, n_jobs=n_jobs, prefer="threads", batch_size=1)(
            delayed(_predict_part)(classifier, part, folder, tables, place, memory)
            for part, place in zip(parts, table.place_parts(), strict=False)
        )
    table.join(songs)
    unread = [failure for part in found for failure in part]
    n_written, n_skipped = len(left) - len(unread), len(songs) - len(left)
    return WrittenPredictions(n_written, n_skipped, failures + unread)


def _name_songs(songs):
    """Name each song once, as text; returns also why some cannot be named in a table."""
    songs = check_songs(songs)
    for number, song in enumerate(songs):
        if not isinstance(song, PATH_TYPES):
            raise TypeError(
                f"song {number} must be a path, by which a table names it, not "
                f"{type(song).__name__}."
            )
    names = {str(os.fsdecode(song)): None for song in songs}
    failures = []
    for name in list(names):
        try:
            name.encode()
        except UnicodeEncodeError:
            failures.append(f"Cannot write {name!r} into a table: the name is not UTF-8.")
            del names[name]
    return list(names), failures


def _predict_part(classifier, songs, folder, tables, place, memory):
    """Predict songs and write what is known of them; returns why some could not be read.

    A worker's own folder may be another one than the one from which relative paths start.
    """
    paths = [os.path.join(folder, song) for song in songs]
    files, failures = [], []
    read = read_waveforms(paths, sample_rate_of(classifier), memory=memory, n_jobs=1)
    waveforms = keep_readable(songs, read, files, failures)
    # Other predictors may hold all songs of a call in memory.
    is_own = isinstance(classifier, (SongClassifier, SongPredictor))
    blocks = gather(waveforms) if is_own else zip(waveforms)
    parts = [classifier.predict_proba(list(block)) for block in blocks]
    if files:
        tables.write(place, Predictions(files, np.concatenate(parts)))
    return list(map(str, failures))


@contextmanager
def _counter(n_songs, songs_per_part, *, shown):
    """Show a bar, if wanted; yields what is to be told how many parts are done."""
    if not shown:
        yield lambda n_parts: None
        return
    with bar("Predicting", n_songs) as progress:
        n_told = 0

        def tell(n_parts):
            nonlocal n_told
            n_done = min(n_parts * songs_per_part, n_songs)
            progress.advance(n_done - n_told, values=f"{n_done}/{n_songs}")
            n_told = n_done

        yield tell


class _TellingParallel(Parallel):
    """Tells how many tasks are done; not every backend of joblib can hand on results meanwhile."""

    def __init__(self, tell, **settings):
        super().__init__(**settings)
        self._tell = tell

    def print_progress(self):
        self._tell(self.n_completed_tasks)
