"""What the subcommands of ``skgenre`` do; each takes its options and returns the exit status."""

import sys
import warnings
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from sklearn.metrics import accuracy_score, balanced_accuracy_score, confusion_matrix
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline

from skgenre._progress_bars import bar, follow
from skgenre._recordings import describe_duplicates
from skgenre._song_cutting import count_timesteps, cut_song, spread
from skgenre._song_reading import keep_readable, read_waveforms
from skgenre._text_tables import as_columns, print_text
from skgenre.datasets import load_audio_folder, save_excerpts_npz
from skgenre.leakage import find_duplicates
from skgenre.persistence import load, save
from skgenre.preprocessing import WaveformScaler
from skgenre.songs import DuplicateSongWarning, SongClassifier, UnreadableSongWarning

DONE, SOME_FILES_FAILED = 0, 1


class Songs(NamedTuple):
    """Songs of a folder that could be read."""

    waveforms: list
    labels: np.ndarray  # (n_songs,), str
    status: int

    def take(self, rows):
        """Take some of the songs: their waveforms and labels."""
        return [self.waveforms[row] for row in rows], self.labels[rows]

    def tally(self):
        """Say how many there are of each genre."""
        counts = zip(*np.unique(self.labels, return_counts=True), strict=True)
        return " and ".join(f"{count} of {genre}" for genre, count in counts)


def train(options):
    """Learn from a folder and write a model."""
    songs = _read_folder(options)
    with _training_bar(options.epochs) as callback:
        classifier = _fit(_make_classifier(options, callback), songs.waveforms, songs.labels)
    for pipeline in (classifier.estimator, classifier.estimator_):
        pipeline[-1].set_params(callbacks=None)
    save(classifier, options.output)
    say(f"Learned {songs.tally()}; the model is in {options.output}.")
    return songs.status


def evaluate(options):
    """Cross-validate on a folder: a table of scores by fold, and what is taken for what."""
    songs = _read_folder(options)
    predicted, folds = np.empty_like(songs.labels), _make_folds(songs, options)
    with _training_bar(len(folds) * options.epochs) as callback:
        for training, test in folds:
            classifier = _fit(_make_classifier(options, callback), *songs.take(training))
            predicted[test] = classifier.predict(songs.take(test)[0])
    scores = _scores(songs.labels, predicted, [test for _, test in folds])
    print_text(f"{scores}\n\n{_confusions(songs.labels, predicted)}\n")
    return songs.status


def excerpts(options):
    """Write the lesson's file, with no song on both sides."""
    songs = _read_folder(options)
    if len(np.unique(songs.labels)) != 2:
        raise ValueError(f"the file holds two genres, got {songs.tally()}.")
    parts = train_test_split(
        np.arange(len(songs.labels)),
        test_size=options.test_size,
        stratify=songs.labels,
        random_state=options.seed,
    )
    n_timesteps = count_timesteps("--excerpt-seconds", options.excerpt_seconds, options.sample_rate)
    arrays = [_cut_evenly(*songs.take(part), n_timesteps) for part in parts]
    save_excerpts_npz(options.output, *arrays[0], *arrays[1])
    n_training, n_test = (len(labels) for _, labels in arrays)
    say(f"{n_training} excerpts to train on and {n_test} to test on are in {options.output}.")
    return songs.status


def export(options):
    """Write the classifier of excerpts as an ONNX model."""
    from skgenre.onnx import export_onnx

    export_onnx(load_song_classifier(options.model), options.output)
    say(f"ONNX Runtime agrees; the model is in {options.output}.")
    return DONE


def info(options):
    """Tell what a model is."""
    from skgenre.networks import format_parameter_table

    classifier = load_song_classifier(options.model)
    facts = [
        ("genres", ", ".join(map(str, classifier.classes_))),
        ("songs learned", str(np.count_nonzero(classifier.n_excerpts_))),
        ("excerpts learned", str(classifier.n_excerpts_.sum())),
        ("sample rate", f"{classifier.sample_rate} Hz"),
        ("excerpt", f"{classifier.excerpt_seconds:g} s"),
    ]
    table = format_parameter_table(classifier.estimator_[-1].model_)
    print_text(f"{as_columns(facts)}\n\n{table}\n")
    return DONE


def say(text):
    """Write a message to standard error."""
    print(text, file=sys.stderr)


def load_song_classifier(path):
    """Load a model; it may not be of anything but songs."""
    classifier = load(path)
    if not isinstance(classifier, SongClassifier):
        raise ValueError(f"{path!r} holds a {type(classifier).__name__}, not a SongClassifier.")
    return classifier


def _read_folder(options):
    folder = _list_folder(options.folder)
    read = read_waveforms(folder.paths, options.sample_rate, n_jobs=options.jobs)
    found, failures = [], []
    with follow(read, len(folder.paths), "Reading songs") as songs:
        numbers = range(len(folder.paths))
        waveforms = list(keep_readable(numbers, songs, found, failures))
    for failure in failures:
        say(failure)
    labels = folder.target_names[folder.target[found]]
    _report_duplicates(waveforms, [folder.paths[number] for number in found], labels)
    return Songs(waveforms, labels, SOME_FILES_FAILED if failures else DONE)


def _list_folder(path):
    with warnings.catch_warnings(record=True) as unreadable:
        warnings.simplefilter("always", UnreadableSongWarning)
        folder = load_audio_folder(path)
    for warning in unreadable:
        say(warning.message)
    if folder.n_left_out:
        say(f"Files left out, as hidden or no songs of a genre: {folder.n_left_out}.")
    return folder


def _report_duplicates(waveforms, paths, labels):
    if waveforms and (repeated := find_duplicates(waveforms)):
        say(describe_duplicates(repeated, paths, labels))


def _make_classifier(options, callback):
    from skgenre.classifiers import CNNGenreClassifier, MLPGenreClassifier

    network = {"cnn": CNNGenreClassifier, "mlp": MLPGenreClassifier}[options.network](
        class_weight="balanced",
        epochs=options.epochs,
        callbacks=[callback],
        random_state=options.seed,
    )
    return SongClassifier(
        make_pipeline(WaveformScaler(), network),
        sample_rate=options.sample_rate,
        excerpt_seconds=options.excerpt_seconds,
    )


def _fit(classifier, waveforms, labels):
    with warnings.catch_warnings():
        # They have been told with the names of the files.
        warnings.simplefilter("ignore", DuplicateSongWarning)
        return classifier.fit(waveforms, labels)


@contextmanager
def _training_bar(n_epochs):
    """Show epochs as they go by; yields a Keras callback that counts them."""
    import keras

    with bar("Training", n_epochs) as progress:
        yield keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: progress.advance())


def _make_folds(songs, options):
    counts = np.unique(songs.labels, return_counts=True)[1]
    if len(counts) < 2 or counts.min() < 2:
        raise ValueError(f"two genres of two songs each are the least, got {songs.tally()}.")
    n_folds = min(options.folds, counts.min())
    if n_folds < options.folds:
        say(f"{n_folds} folds instead of {options.folds}, as there are {songs.tally()}.")
    cv = StratifiedKFold(n_folds, shuffle=True, random_state=options.seed)
    return list(cv.split(songs.labels, songs.labels))


def _scores(labels, predicted, folds):
    parts = {str(number): fold for number, fold in enumerate(folds, 1)}
    parts["all"] = np.arange(len(labels))
    rows = [("fold", "songs", "accuracy", "balanced accuracy")]
    for name, part in parts.items():
        scores = accuracy_score, balanced_accuracy_score
        values = [f"{score(labels[part], predicted[part]):.3f}" for score in scores]
        rows.append((name, str(len(part)), *values))
    return as_columns(rows)


def _confusions(labels, predicted):
    genres = np.unique(labels)
    table = confusion_matrix(labels, predicted, labels=genres)
    rows = [("is \\ heard as", *genres)]
    rows += [(genre, *map(str, row)) for genre, row in zip(genres, table, strict=True)]
    return as_columns(rows)


def _cut_evenly(waveforms, labels, n_timesteps):
    """Cut songs, and keep as many excerpts of each genre, spread over its songs."""
    by_song = [
        cut_song(waveform, n_timesteps, hop=n_timesteps, max_excerpts=None).excerpts
        for waveform in waveforms
    ]
    genres = np.unique(labels)
    by_genre = [
        np.concatenate([cut for cut, label in zip(by_song, labels, strict=True) if label == genre])
        for genre in genres
    ]
    n_each = min(map(len, by_genre))
    kept = [excerpts[spread(len(excerpts), n_each)] for excerpts in by_genre]
    return np.concatenate(kept), np.repeat(genres, n_each)
