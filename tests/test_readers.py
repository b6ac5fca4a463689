"""Every function that reads a file: damaged files load, or are one `ValueError` with their name."""

import inspect
import io
import json
import zipfile
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import soundfile
from scipy import stats
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import HalvingGridSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline

import skgenre
from skgenre import SongClassifier, WaveformScaler, export_onnx, load, load_onnx, save
from skgenre.audio import audio_info, read_audio
from skgenre.dask import open_excerpts
from skgenre.datasets import (
    load_excerpts_npz,
    make_genre_excerpts,
    save_excerpts_npz,
    scan_audio_folder,
)
from skgenre.leakage import find_duplicates
from skgenre.onnx_runtime import ONNXClassifier
from skgenre.persistence import model_info
from skgenre.predictions import write_predictions
from tests.helpers.hostile import mutate
from tests.helpers.small_networks import tiny_cnn
from tests.helpers.sound_bytes import write_with_av

SAMPLE_RATE = 400
X, Y = make_genre_excerpts(24, n_timesteps=30, random_state=0)
LABELS = np.array(["classical", "rock"])[Y]
SLOW_SUFFIXES = (".flac", ".ogg", ".aiff", ".au", ".w64", ".caf")
ODD_VALUES = [None, True, -1, 0, 2**63, 1e308, "", "x", [], {}, [[]], "null", "1e999", "-1"]


class Reader(NamedTuple):
    """A function that reads a file, and how a file comes to be that it takes."""

    function: str  # as it is imported
    write: callable  # takes a path
    read: callable  # takes a path
    suffix: str = ""


def write_estimator(path):
    """Save one of each kind of part: masks, distributions, scorers, copies, generators."""
    pipeline = make_pipeline(WaveformScaler(), tiny_cnn(epochs=1))
    vote = VotingClassifier([("a", pipeline), ("b", CalibratedClassifierCV(linear(), cv=2))])
    search = RandomizedSearchCV(
        vote,
        {"a__cnngenreclassifier__learning_rate": stats.loguniform(1e-4, 1e-2)},
        n_iter=1,
        cv=2,
        scoring=["accuracy", "f1_macro"],
        refit="accuracy",
        random_state=np.random.RandomState(0),
    )
    save(search.fit(X, LABELS), path)


def linear():
    return LogisticRegression(solver="newton-cg")


def write_search(path):
    # The seed decides on the rows of the first rung, which need both classes.
    candidates = [{"C": [1]}, {"tol": [0.1]}]
    search = HalvingGridSearchCV(linear(), candidates, cv=2, min_resources=8, random_state=0)
    save(search.fit(X, LABELS), path)


def write_songs(path):
    songs = SongClassifier(
        make_pipeline(WaveformScaler(), tiny_cnn(epochs=1)), excerpt_seconds=30 / SAMPLE_RATE
    )
    save(songs.fit(list(X), LABELS), path)


def write_graph(path):
    export_onnx(make_pipeline(WaveformScaler(), tiny_cnn(epochs=1)).fit(X, LABELS), path)


def write_ensemble(path):
    vote = VotingClassifier([("a", linear()), ("b", linear())], voting="soft")
    export_onnx(CalibratedClassifierCV(vote, cv=2).fit(X, LABELS), path)


def write_sound(path):
    soundfile.write(path, np.tile(0.5 * X[:2].T, (20, 1)), 8000)


def write_brief_sound(path):
    """Write a file that is mostly its header."""
    soundfile.write(path, X[0, :8], 8000)


def write_sound_with_av(path):
    write_with_av(path, "aac", np.tile(0.5 * X[:2].T, (20, 1)), 8000)


def predict_graph(path):
    loaded = load_onnx(path)
    if loaded.n_features_in_ == X.shape[1]:
        assert_predicted(loaded)


def predict_bytes(path):
    # There is no file to be named.
    try:
        ONNXClassifier(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{str(path)!r}: {error}") from error


def assert_predicted(loaded):
    try:
        assert loaded.predict_proba(X).shape == (len(X), len(loaded.classes_))
    except ValueError as error:
        # Whatever the numbers in a graph have become.
        assert any(text in str(error) for text in ("not finite", "does not run"))  # noqa: PT017


class Loudness:
    """Predicts without having been fitted."""

    sample_rate = SAMPLE_RATE
    classes_ = np.array(["classical", "rock"])

    def predict_proba(self, waveforms):
        return np.tile([0.25, 0.75], (len(waveforms), 1))


def write_table(path):
    songs = [path.with_name(f"{number}.wav") for number in range(3)]
    for song in songs:
        soundfile.write(song, X[0], SAMPLE_RATE)
    write_predictions(Loudness(), songs, path)


def resume_table(path):
    write_predictions(Loudness(), [path.with_name("0.wav")], path, resume=True)


def resume_parts(path):
    """Read what is given as a part of a table whose run was killed."""
    table = path.with_name("whole.csv")
    table.with_name("whole.csv.parts").mkdir(exist_ok=True)
    part = table.with_name("whole.csv.parts") / "0-000000.csv"
    part.write_bytes(path.read_bytes())
    try:
        write_predictions(Loudness(), [path.with_name("0.wav")], table, resume=True)
    except ValueError as error:
        assert str(part) in str(error)  # noqa: PT017
        raise ValueError(str(path)) from error
    table.unlink()


def predict_song(path):
    songs = SongClassifier(linear(), excerpt_seconds=30 / SAMPLE_RATE)
    songs.fit(list(X), LABELS).predict([path])


def scan_song(path):
    """Scan a folder whose only song is a link to a file."""
    folder = path.with_name("music") / "rock"
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / f"song{path.suffix}"
    link.unlink(missing_ok=True)
    link.symlink_to(path)
    [song] = scan_audio_folder(folder.parent).songs
    if song.error is not None:
        raise ValueError(f"{str(path)!r}: {song.error}")


READERS = {
    "saved estimator": Reader("skgenre.persistence.load", write_estimator, load),
    "saved search": Reader("skgenre.persistence.load", write_search, load),
    "ONNX model": Reader("skgenre.onnx_runtime.load_onnx", write_graph, predict_graph),
    "ONNX model of an ensemble": Reader(
        "skgenre.onnx_runtime.load_onnx", write_ensemble, predict_graph
    ),
    "description of a saved estimator": Reader(
        "skgenre.persistence.model_info", write_songs, model_info
    ),
    "description of an ONNX model": Reader(
        "skgenre.persistence.model_info", write_graph, model_info, ".onnx"
    ),
    "ONNX model in memory": Reader(
        "skgenre.onnx_runtime.ONNXClassifier", write_graph, predict_bytes
    ),
    **{
        f"sound as {suffix}": Reader("skgenre.audio.read_audio", write_sound, read_audio, suffix)
        for suffix in (".wav", ".mp3", *SLOW_SUFFIXES)
    },
    "sound that FFmpeg decodes": Reader(
        "skgenre.audio.read_audio", write_sound_with_av, read_audio, ".m4a"
    ),
    "header of sound": Reader("skgenre.audio.audio_info", write_brief_sound, audio_info, ".wav"),
    "song": Reader("skgenre.songs.SongClassifier", write_sound, predict_song, ".wav"),
    "songs that may occur twice": Reader(
        "skgenre.leakage.find_duplicates",
        write_sound,
        lambda path: find_duplicates([path]),
        ".flac",
    ),
    "songs of a folder": Reader(
        "skgenre.datasets.scan_audio_folder", write_sound, scan_song, ".ogg"
    ),
    "excerpts as npz": Reader(
        "skgenre.datasets.load_excerpts_npz",
        lambda path: save_excerpts_npz(path, X, Y, X, Y),
        load_excerpts_npz,
        ".npz",
    ),
    "excerpts as npy": Reader(
        "skgenre.dask.open_excerpts",
        lambda path: np.save(path, X),
        lambda path: open_excerpts(path).compute(),
        ".npy",
    ),
    "table as CSV": Reader(
        "skgenre.predictions.write_predictions", write_table, resume_table, ".csv"
    ),
    "table as Parquet": Reader(
        "skgenre.predictions.write_predictions", write_table, resume_table, ".parquet"
    ),
    "part of a table": Reader(
        "skgenre.predictions.write_predictions", write_table, resume_parts, ".csv"
    ),
}
# What takes a path and reads no file.
OTHERS = {
    "skgenre.persistence.ModelInfo": "holds what a file says",
    "skgenre.datasets.AudioFolderScan": "holds what a scan has found",
    "skgenre.datasets.ScannedSong": "holds what a scan has found",
    "skgenre.evaluation.evaluate_songs": "reads songs by read_audio",
    "skgenre.evaluation.write_report": "writes",
    "skgenre.datasets.load_audio_folder": "lists the names in a folder",
    "skgenre.datasets.save_excerpts_npz": "writes",
    "skgenre.onnx.export_onnx": "writes",
    "skgenre.persistence.save": "writes",
}
PATHS = {"content", "file", "filename", "files", "folder", "path", "paths", "songs"}


def public_functions():
    """Yield what the public modules offer, and their methods, under the name of each function."""
    for module in map(import_module, (f"skgenre.{name}" for name in skgenre._SUBMODULES)):
        for name in getattr(module, "__all__", []):
            found = getattr(module, name)
            if callable(found) and not (inspect.isclass(found) and issubclass(found, Exception)):
                yield f"{module.__name__}.{name}", found
            if inspect.isclass(found):
                for _, method in inspect.getmembers(found, inspect.isfunction):
                    if not method.__name__.startswith("_"):
                        yield f"{module.__name__}.{name}", method


def test_no_reader_is_forgotten():
    found = {
        name
        for name, function in public_functions()
        if PATHS & inspect.signature(function).parameters.keys()
        or "paths" in (inspect.getdoc(function) or "").partition("Returns")[0]
    }
    known = {reader.function for reader in READERS.values()} | OTHERS.keys()
    assert found == known


# --- damage


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=[pytest.mark.slow] if name.endswith(SLOW_SUFFIXES) else [])
        for name in READERS
    ],
)
def reader(request):
    return READERS[request.param]


@pytest.fixture(scope="module")
def valid(reader, tmp_path_factory):
    """A folder with a file that the reader takes."""
    path = tmp_path_factory.mktemp("valid") / f"file{reader.suffix}"
    reader.write(path)
    return path


def damage(content, rng):
    """Damage a file; of an archive every second time a member, with the right checksum."""
    if not zipfile.is_zipfile(io.BytesIO(content)) or rng.random() < 0.3:
        return mutate(content, rng)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice([name for name in members if not name.endswith(".npy")] or list(members))
    if rng.random() < 0.2:
        name = rng.choice(list(members))
    is_json = name.endswith(".json") and rng.random() < 0.8
    members[name] = (damage_json if is_json else mutate)(members[name], rng)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, member in members.items():
            archive.writestr(zipfile.ZipInfo(name), member)
    return file.getvalue()


def damage_json(content, rng):
    """Exchange, leave out or swap values of a tree."""
    tree = json.loads(content)
    for _ in range(rng.integers(1, 3)):
        places = list(_places(tree))
        inside, key = places[rng.integers(len(places))]
        other, other_key = places[rng.integers(len(places))]
        match rng.integers(3):
            case 0:
                inside[key] = ODD_VALUES[rng.integers(len(ODD_VALUES))]
            case 1:
                # Through text: a tree may not come to hold itself.
                inside[key] = json.loads(json.dumps(other[other_key]))
            case 2 if isinstance(inside, dict):
                inside.pop(key, None)
    return json.dumps(tree).encode()


def _places(value):
    keys = range(len(value)) if isinstance(value, list) else value
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


def read_or_refuse(reader, path, number):
    """Return whether a file was read; anything but a `ValueError` with its name is an error."""
    try:
        reader.read(path)
    except ValueError as error:
        assert str(path) in str(error), f"{number}: {error}"  # noqa: PT017
        return False
    return True


def test_files_that_are_whole_are_read(reader, valid):
    assert read_or_refuse(reader, valid, "whole")


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.InconsistentVersionWarning")
@pytest.mark.parametrize(
    "n_files", [20, pytest.param(1500, marks=pytest.mark.slow)], ids=["quick", "slow"]
)
def test_damaged_files_are_read_or_refused_by_name(reader, valid, n_files, tmp_path):
    content = valid.read_bytes()
    for file in valid.parent.iterdir():
        if file != valid and file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    path = tmp_path / valid.name
    n_read = 0
    for number in range(n_files):
        path.write_bytes(damage(content, np.random.default_rng(number)))
        n_read += read_or_refuse(reader, path, number)
    assert n_read < n_files


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"\xff" * 100, b"{}", b"a,b\n1,2\n"])
def test_files_of_something_else_are_refused_by_name(reader, content, tmp_path):
    path = tmp_path / f"file{reader.suffix}"
    (tmp_path / "0.wav").touch()
    path.write_bytes(content)
    assert not read_or_refuse(reader, path, content)


def test_no_file_and_a_folder_are_refused_by_name(reader, tmp_path):
    folder = tmp_path / f"folder{reader.suffix}"
    folder.mkdir()
    for path in (Path(folder), tmp_path / "nowhere" / f"file{reader.suffix}"):
        with pytest.raises((ValueError, FileNotFoundError, IsADirectoryError)) as refusal:
            reader.read(path)
        assert tmp_path.name in str(refusal.value)
