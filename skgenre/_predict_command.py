"""What ``skgenre predict`` does: genres of files, printed or written as a table."""

import csv
import io
import json
from contextlib import contextmanager, nullcontext
from pathlib import Path

import numpy as np
from joblib import parallel_config

from skgenre._commands import DONE, SOME_FILES_FAILED, load_song_classifier, say
from skgenre._folder_walk import walk_files
from skgenre._progress_bars import follow
from skgenre._song_batches import gather
from skgenre._song_reading import keep_readable, read_waveforms
from skgenre._text_tables import as_columns, print_text
from skgenre.datasets._audio_folder import is_song
from skgenre.onnx_runtime import load_onnx
from skgenre.predictions import write_predictions
from skgenre.songs import SongClassifier

CONNECTING_SECONDS = 10


def predict(options):
    """Tell the genres of files."""
    if options.output is None and (options.resume or options.dask is not None):
        raise ValueError("--resume and --dask need --output FILE.")
    files = [file for path in options.files for file in _list_songs(path)]
    classifier = _load(options.model)
    if options.output is None:
        return _print(classifier, files, options)
    return _write(classifier, files, options)


def _print(classifier, files, options):
    waveforms = read_waveforms(files, classifier.sample_rate, n_jobs=options.jobs)
    found, failures, probabilities = [], [], []
    with follow(waveforms, len(files), "Listening") as heard:
        for block in gather(keep_readable(files, heard, found, failures)):
            probabilities += classifier.predict_proba(block).tolist()
    for failure in failures:
        say(failure)
    known = [_describe(classifier, *song) for song in zip(found, probabilities, strict=True)]
    options.write(known, classifier.classes_.tolist())
    return SOME_FILES_FAILED if failures else DONE


def _write(classifier, files, options):
    with nullcontext() if options.dask is None else _on_cluster(options.dask):
        done = write_predictions(
            classifier, files, options.output, resume=options.resume, n_jobs=options.jobs, verbose=1
        )
    for failure in done.failures:
        say(failure)
    n_songs = done.n_written + done.n_skipped
    what = "1 song is" if n_songs == 1 else f"{n_songs} songs are"
    earlier = f", {done.n_skipped} of them from an earlier run" if options.resume else ""
    say(f"{what} in {options.output}{earlier}.")
    return SOME_FILES_FAILED if done.failures else DONE


def write_table(found, genres):
    """Print labels and probabilities for people to read."""
    rows = [("file", "label", *genres)]
    for song in found:
        shares = [f"{share:.3f}" for share in song["probabilities"].values()]
        rows.append((song["file"], song["label"], *shares))
    print_text(as_columns(rows) + "\n")


def write_json(found, genres):
    """Print a JSON list of objects."""
    print(json.dumps(found, indent=2))


def write_csv(found, genres):
    """Print comma-separated values."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["file", "label", *genres])
    writer.writerows(
        [song["file"], song["label"], *song["probabilities"].values()] for song in found
    )
    print_text(text.getvalue())


WRITERS = {"json": write_json, "csv": write_csv}


def _list_songs(path):
    """List the sound files of a folder; of a file, only itself."""
    root = Path(path)
    if not root.is_dir():
        return [path]
    found = walk_files(root)
    if found.unreadable:
        say(f"Left out, as it cannot be read: {found.describe_unreadable()}.")
    songs = [str(root / file) for file in found.files if is_song(file)]
    if not songs:
        raise ValueError(f"{path!r} has no sound file in it.")
    return songs


@contextmanager
def _on_cluster(address):
    from skgenre.dask import connect

    with connect(address, timeout=CONNECTING_SECONDS), parallel_config("dask"):
        from distributed import KilledWorker

        try:
            yield
        except KilledWorker as error:
            raise ValueError(error) from error


def _describe(classifier, file, probabilities):
    classes = classifier.classes_.tolist()
    return {
        "file": file,
        "label": classes[int(np.argmax(probabilities))],
        "probabilities": dict(zip(classes, probabilities, strict=True)),
    }


def _load(path):
    if Path(path).suffix != ".onnx":
        return load_song_classifier(path)
    model = load_onnx(path)
    settings = {"excerpt_seconds": model.n_features_in_ / model.sample_rate, **model.song_settings}
    classifier = SongClassifier(sample_rate=model.sample_rate, **settings)
    classifier._validate_params()
    classifier.estimator_, classifier.classes_ = model, model.classes_
    classifier.class_prior_ = model.class_prior_
    return classifier
