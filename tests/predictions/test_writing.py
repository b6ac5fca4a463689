"""Tables of predictions: complete, gone on with, the same on every backend of joblib."""

import csv
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import joblib
import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
import soundfile
from numpy.testing import assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge

from skgenre import SongClassifier
from skgenre.predictions import WrittenPredictions, _tables, write_predictions

RATE = 400
SUFFIXES = [".csv", ".parquet"]
# Names that a table has to quote, and one that is not UTF-8.
STRANGE_NAMES = [
    "a,b.wav",
    'say "a".wav',
    "Früh ling.wav",
    "two\nlines.wav",
    "\r.wav",
    "\u2028.wav",
]
posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no such names or signals.")


def write_songs(folder, names):
    for seed, name in enumerate(names):
        waveform = np.random.default_rng(seed).uniform(-1, 1, RATE + 100 * seed)
        soundfile.write(folder / name, waveform, RATE)
    return [str(folder / name) for name in names]


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    return write_songs(tmp_path_factory.mktemp("songs"), [f"{number}.wav" for number in range(11)])


@pytest.fixture(scope="module")
def classifier():
    return fit(["rock", "pop", "jazz"])


class RowByRow(LogisticRegression):
    """A product of matrices may depend, in the last bit, on the other rows."""

    def decision_function(self, X):
        rows = [super(RowByRow, self).decision_function(row[np.newaxis]) for row in X]
        return np.concatenate(rows)


def fit(labels):
    waveforms = np.random.default_rng(0).uniform(-1, 1, (3 * len(labels), RATE))
    inner = RowByRow(solver="newton-cg")
    return SongClassifier(inner, excerpt_seconds=0.5).fit(waveforms, labels * 3)


class Counts:
    """A classifier that counts what it is asked, and fails where it is told to."""

    def __init__(self, classifier, n_calls_before_error=None):
        self.classifier, self.n_calls_before_error = classifier, n_calls_before_error
        self.sample_rate, self.classes_ = classifier.sample_rate_, classifier.classes_
        self.n_calls = 0

    def predict_proba(self, songs):
        if self.n_calls == self.n_calls_before_error:
            raise RuntimeError("Out of memory.")
        self.n_calls += len(songs)
        return self.classifier.predict_proba(songs)


def read(path):
    """Read a table by other means than ours: the columns, then rows."""
    if path.suffix == ".parquet":
        table = pyarrow.parquet.read_table(path)
        return table.column_names, list(map(list, zip(*table.to_pydict().values(), strict=True)))
    with open(path, newline="", encoding="utf-8") as file:
        columns, *rows = csv.reader(file)
    return columns, [[file, label, *map(float, shares)] for file, label, *shares in rows]


def expected(classifier, songs):
    probabilities = classifier.predict_proba(songs)
    labels = classifier.classes_[probabilities.argmax(axis=1)].tolist()
    shares = probabilities.tolist()
    return [[song, label, *row] for song, label, row in zip(songs, labels, shares, strict=True)]


def parts_of(path):
    """List the parts that lie beside a table, unfinished ones aside."""
    return sorted(path.with_name(f"{path.name}.parts").glob("[!.]*"))


@pytest.fixture(params=SUFFIXES)
def path(request, tmp_path):
    return tmp_path / f"table{request.param}"


@pytest.fixture
def begun(path, classifier, songs):
    """A table of which three parts of two songs are there."""
    with pytest.raises(RuntimeError, match="Out of memory"):
        write_predictions(Counts(classifier, 7), songs, path, songs_per_part=2)
    assert len(parts_of(path)) == 3
    return path


# --- what is written


@pytest.mark.parametrize("songs_per_part", [1, 4, 50])
def test_the_table_is_what_predict_proba_says(path, classifier, songs, songs_per_part):
    done = write_predictions(classifier, songs, path, songs_per_part=songs_per_part, n_jobs=2)
    assert done == WrittenPredictions(n_written=11, n_skipped=0, failures=[])
    columns, rows = read(path)
    assert columns == ["file", "label", "jazz", "pop", "rock"]
    assert rows == expected(classifier, songs)
    assert list(path.parent.iterdir()) == [path]


def test_short_songs_are_predicted_at_once(path, classifier, songs, monkeypatch):
    n_rows = []

    class CountsRows(RowByRow):
        def predict_proba(self, X):
            n_rows.append(len(X))
            return super().predict_proba(X)

    inner = classifier.estimator_
    monkeypatch.setattr(inner, "__class__", CountsRows)
    write_predictions(classifier, songs, path, songs_per_part=11)
    assert n_rows == [sum(2 + number // 2 for number in range(11))]


def test_labels_that_are_numbers(path, songs):
    classifier = fit([3, 10])
    write_predictions(classifier, songs, path, songs_per_part=4)
    columns, rows = read(path)
    assert columns == ["file", "label", "3", "10"]
    kind = int if path.suffix == ".parquet" else str
    assert [label for _, label, *_ in rows] == list(map(kind, classifier.predict(songs)))


def test_probabilities_in_single_precision_are_kept_as_they_are(path, classifier, songs):
    class Single(Counts):
        def predict_proba(self, songs):
            return super().predict_proba(songs).astype(np.float32)

    write_predictions(Single(classifier), songs, path)
    found = np.array([shares for _, _, *shares in read(path)[1]])
    assert_array_equal(found, classifier.predict_proba(songs).astype(np.float32))


def test_a_table_of_before_is_replaced(path, classifier, songs):
    path.write_text("something else")
    write_predictions(classifier, songs, path)
    assert read(path)[1] == expected(classifier, songs)


def test_a_song_given_twice_is_predicted_once(path, classifier, songs):
    counts = Counts(classifier)
    done = write_predictions(counts, [*songs[:2], Path(songs[0])], path)
    assert (done.n_written, counts.n_calls) == (2, 2)
    assert read(path)[1] == expected(classifier, songs[:2])


def test_relative_paths_are_kept(path, classifier, songs, monkeypatch):
    monkeypatch.chdir(Path(songs[0]).parent)
    write_predictions(classifier, np.array(["1.wav", "../" + os.path.relpath("0.wav", "..")]), path)
    assert [file for file, *_ in read(path)[1]] == ["1.wav", "../" + os.path.relpath("0.wav", "..")]
    assert write_predictions(classifier, ["1.wav"], path, resume=True).n_skipped == 1


@posix_only
def test_strange_names(path, classifier, tmp_path):
    songs = write_songs(tmp_path, STRANGE_NAMES)
    for part in (songs[:3], songs):
        write_predictions(classifier, part, path, resume=True, songs_per_part=2)
    assert read(path)[1] == expected(classifier, songs)


@posix_only
def test_names_that_are_no_text_are_told(path, classifier, songs):
    done = write_predictions(classifier, [b"\xff.wav", *songs], path)
    assert done.n_written == 11
    assert done.failures == [r"Cannot write '\udcff.wav' into a table: the name is not UTF-8."]


def test_songs_that_cannot_be_read_are_told_and_tried_again(path, classifier, songs, tmp_path):
    late, never = str(tmp_path / "late.wav"), str(tmp_path / "never.wav")
    wanted = [songs[0], late, never, *songs[1:]]
    done = write_predictions(classifier, wanted, path, songs_per_part=2)
    assert (done.n_written, done.n_skipped) == (11, 0)
    assert [re.search(r"\w+\.wav", failure)[0] for failure in done.failures] == [
        "late.wav",
        "never.wav",
    ]
    assert read(path)[1] == expected(classifier, songs)
    write_songs(tmp_path, ["late.wav"])
    done = write_predictions(classifier, wanted, path, resume=True)
    assert (done.n_written, done.n_skipped, len(done.failures)) == (1, 11, 1)
    assert read(path)[1] == expected(classifier, [*songs, late])


def test_a_table_without_rows(path, classifier):
    for resume in (False, True):
        done = write_predictions(classifier, ["nowhere.wav"], path, resume=resume)
        assert done.failures == [
            f"Cannot read audio from '{os.path.abspath('nowhere.wav')}': there is no such file."
        ]
        assert read(path) == (["file", "label", "jazz", "pop", "rock"], [])


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_bar_tells_how_many_songs_are_done(path, classifier, songs, capsys, n_jobs):
    write_predictions(classifier, songs, path, songs_per_part=2, verbose=1, n_jobs=n_jobs)
    assert re.fullmatch(r"Predicting - \d+s - 11/11\n", capsys.readouterr().err)
    write_predictions(classifier, songs, path, resume=True, verbose=1)
    write_predictions(classifier, songs, path)
    assert capsys.readouterr() == ("", "")


# --- what is gone on with


def test_nothing_is_done_twice(begun, classifier, songs):
    counts = Counts(classifier)
    done = write_predictions(counts, songs, begun, resume=True, songs_per_part=3)
    assert done == WrittenPredictions(n_written=5, n_skipped=6, failures=[])
    assert counts.n_calls == 5
    assert read(begun)[1] == expected(classifier, songs)
    assert list(begun.parent.iterdir()) == [begun]
    assert write_predictions(counts, songs, begun, resume=True).n_skipped == 11
    assert counts.n_calls == 5
    assert read(begun)[1] == expected(classifier, songs)


def test_rows_of_before_stay_in_front(path, classifier, songs):
    write_predictions(classifier, songs[5:7], path)
    write_predictions(classifier, [*songs[:2], songs[6]], path, resume=True)
    assert read(path)[1] == expected(classifier, [*songs[5:7], *songs[:2]])


def test_parts_are_not_lost_on_other_songs(begun, classifier, songs):
    write_predictions(classifier, songs[-2:], begun, resume=True)
    assert sorted(read(begun)[1]) == sorted(expected(classifier, [*songs[:6], *songs[-2:]]))
    assert read(begun)[1][-2:] == expected(classifier, songs[-2:])


def test_parts_of_before_are_not_mixed_in_unasked(begun, classifier, songs):
    with pytest.raises(FileExistsError, match=r"left results in '.*\.parts'.*resume=True"):
        write_predictions(classifier, songs, begun)
    assert len(parts_of(begun)) == 3


def test_a_table_that_was_to_be_replaced_does_not_count(path, classifier, songs):
    other = fit(["rock", "pop", "jazz"])
    other.estimator_.coef_ *= -1
    write_predictions(other, songs, path)
    with pytest.raises(RuntimeError, match="Out of memory"):
        write_predictions(Counts(classifier, 4), songs, path, songs_per_part=2)
    assert read(path)[1] == expected(other, songs)
    assert write_predictions(classifier, songs, path, resume=True).n_skipped == 4
    assert read(path)[1] == expected(classifier, songs)


def test_a_run_that_has_come_to_nothing_replaces_nothing(path, classifier, songs):
    write_predictions(classifier, songs, path)
    with pytest.raises(RuntimeError, match="Out of memory"):
        write_predictions(Counts(classifier, 0), songs, path)
    assert write_predictions(classifier, songs, path, resume=True).n_skipped == 11


def test_what_is_refused_leaves_no_folder(path, classifier, songs):
    path.write_text("something else")
    with pytest.raises(ValueError, match="Cannot read predictions from"):
        write_predictions(classifier, songs, path, resume=True)
    assert list(path.parent.iterdir()) == [path]


def test_a_part_in_the_table_already_counts_once(begun, classifier, songs):
    [first, *_] = parts_of(begun)
    first.with_name(f"again{first.suffix}").write_bytes(first.read_bytes())
    write_predictions(classifier, songs, begun, resume=True)
    assert read(begun)[1] == expected(classifier, songs)


@pytest.mark.parametrize("labels", [["rock", "pop"], ["rock", "pop", "folk"]])
def test_other_classes_are_refused(path, classifier, songs, labels):
    write_predictions(classifier, songs, path)
    with pytest.raises(ValueError, match=r"from '.*table.*': its columns are .*jazz.*those of"):
        write_predictions(fit(labels), songs, path, resume=True)


def test_parts_of_other_classes_are_refused(begun, songs):
    with pytest.raises(ValueError, match=r"parts.*': its columns are .*, those of the classifier"):
        write_predictions(fit(["a", "b"]), songs, begun, resume=True)


def damaged(content):
    """Yield a file's content cut short, changed, replaced, and none."""
    yield content[: len(content) // 2]
    yield content[:-3]
    yield content.replace(b"jazz", b"rock")
    yield b"\xff" + content
    yield b"\x00" * len(content)
    yield b""


def test_damaged_parts_are_refused_by_name(begun, classifier, songs):
    [_, part, _] = parts_of(begun)
    whole = part.read_bytes()
    for content in damaged(whole):
        part.write_bytes(content)
        with pytest.raises(ValueError, match=f"Cannot read predictions from '.*{part.name}': ."):
            write_predictions(classifier, songs, begun, resume=True)
    part.write_bytes(whole)
    write_predictions(classifier, songs, begun, resume=True)
    assert read(begun)[1] == expected(classifier, songs)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a.wav,rock,0,0", "the row before line 3 is not whole"),
        ("a.wav,rock,0,zero,1", "could not convert string to float: 'zero'"),
        ("a.wav,pop,0,0.1,0.9", "it labels 'a.wav' 'pop', where 'rock' is likeliest"),
        ('"a.wav', "unexpected end of data"),
    ],
)
def test_bad_rows_are_refused(tmp_path, classifier, songs, row, reason):
    path = tmp_path / "table.csv"
    path.write_text(f"file,label,jazz,pop,rock\n{row}\n")
    with pytest.raises(ValueError, match=f"from '.*table.csv': {reason}"):
        write_predictions(classifier, songs, path, resume=True)


def write_parquet(path, files, labels, jazz):
    columns = {"file": files, "label": labels, "jazz": jazz, "pop": jazz, "rock": jazz}
    pyarrow.parquet.write_table(pyarrow.table(columns), path)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ((["a"], ["jazz"], ["1"]), "its columns are .*'jazz': 'string'"),
        (([["a"]], ["jazz"], [0.0]), "its columns are .*'file': 'list<"),
        (([None, "a"], ["jazz"] * 2, [0.0] * 2), "it has empty cells"),
        ((["a" * 20_000], ["jazz"], [0.0]), "it has a text of 20000 bytes"),
        ((["a"] * 5000, ["jazz"] * 5000, [0.0] * 5000), "it has more than 4096 rows"),
    ],
)
def test_bad_parquet_files_are_refused(tmp_path, classifier, songs, monkeypatch, columns, reason):
    path = tmp_path / "table.parquet"
    write_parquet(path, *columns)
    monkeypatch.setattr(_tables, "MAX_BYTES", 100_000)
    with pytest.raises(ValueError, match=f"from '.*table.parquet': {reason}"):
        write_predictions(classifier, songs, path, resume=True)


def test_what_is_no_file_is_refused(path, classifier, songs):
    path.mkdir()
    with pytest.raises(ValueError, match=r"is not a file: no table can be written there"):
        write_predictions(classifier, songs, path)
    path.rmdir()
    (path.with_name(f"{path.name}.parts") / "folder").mkdir(parents=True)
    with pytest.raises(ValueError, match=r"parts.folder': it is not a file"):
        write_predictions(classifier, songs, path, resume=True)


# --- arguments


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"path": "table.txt"}, ValueError, r"must end in \.csv or \.parquet, got 'table\.txt'"),
        ({"path": "nowhere/table.csv"}, FileNotFoundError, "nowhere"),
        ({"songs": "a.wav"}, ValueError, "single path 'a.wav'"),
        ({"songs": []}, ValueError, "at least one song"),
        ({"songs": [np.zeros(400)]}, TypeError, "not ndarray"),
        ({"songs": ["a.wav", None]}, TypeError, "song 1 must be a path, .* not NoneType"),
        ({"songs_per_part": 0}, ValueError, "'songs_per_part' parameter"),
        ({"classifier": Ridge()}, ValueError, "'classifier' parameter"),
        ({"classifier": SongClassifier()}, NotFittedError, "not fitted"),
        ({"classifier": "label"}, ValueError, r"the classes are \['label', 'pop'\]"),
    ],
)
def test_bad_arguments(arguments, error, message, classifier, songs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if arguments.get("classifier") == "label":
        arguments = {"classifier": fit(["pop", "label"])}
    arguments = {"classifier": classifier, "songs": songs, "path": "table.csv", **arguments}
    with pytest.raises(error, match=message):
        write_predictions(**arguments)
    assert list(tmp_path.iterdir()) == []


def test_parquet_without_pyarrow(tmp_path, classifier, songs, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'skgenre\[dask\]'"):
        write_predictions(classifier, songs, tmp_path / "table.parquet")
    write_predictions(classifier, songs, tmp_path / "table.csv")


# --- processes, here and elsewhere


class Slow:
    """A classifier that takes its time."""

    def __init__(self, classifier):
        self.classifier = classifier
        self.sample_rate, self.classes_ = classifier.sample_rate_, classifier.classes_

    def predict_proba(self, songs):
        time.sleep(0.3)
        return self.classifier.predict_proba(songs)


SLOW_RUN = """
import sys, joblib
from tests.predictions.test_writing import Slow
from skgenre.predictions import write_predictions

classifier, path, *songs = sys.argv[1:]
write_predictions(Slow(joblib.load(classifier)), songs, path, songs_per_part=2, n_jobs=2)
"""


def wait_for(condition):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("It does not come.")


@pytest.mark.slow
@posix_only
def test_a_killed_process_loses_the_parts_in_work(path, classifier, songs):
    joblib.dump(classifier, path.with_name("classifier"))
    arguments = [path.with_name("classifier"), path, *songs]
    with subprocess.Popen([sys.executable, "-c", SLOW_RUN, *arguments]) as process:
        wait_for(lambda: len(parts_of(path)) >= 2)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    n_done = 2 * len(parts_of(path))
    counts = Counts(classifier)
    done = write_predictions(counts, songs, path, resume=True, songs_per_part=2)
    assert done == WrittenPredictions(11 - n_done, n_done, [])
    assert counts.n_calls == 11 - n_done
    assert read(path)[1] == expected(classifier, songs)
    assert not path.with_name(f"{path.name}.parts").exists()


@pytest.mark.slow
def test_processes_of_loky_write_the_same(path, classifier, songs, capsys):
    with joblib.parallel_config("loky", n_jobs=2):
        done = write_predictions(classifier, songs, path, songs_per_part=2, verbose=1)
    assert done.n_written == 11
    assert read(path)[1] == expected(classifier, songs)
    assert "11/11" in capsys.readouterr().err


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0"
        ) as cluster,
        distributed.Client(cluster) as client,
        joblib.parallel_config("dask"),
    ):
        yield client


@pytest.mark.slow
def test_workers_of_dask_write_the_same(path, classifier, songs, cluster, capsys):
    done = write_predictions(classifier, [*songs, "no.wav"], path, songs_per_part=2, verbose=1)
    assert (done.n_written, len(done.failures)) == (11, 1)
    assert read(path)[1] == expected(classifier, songs)
    assert "12/12" in capsys.readouterr().err


@pytest.mark.slow
@posix_only
def test_a_worker_of_dask_that_dies_loses_nothing(path, classifier, songs, cluster):
    def kill_one():
        wait_for(lambda: parts_of(path))
        os.kill(pids[0], signal.SIGKILL)

    pids = list(cluster.run(os.getpid).values())
    with ThreadPoolExecutor(1) as pool:
        killed = pool.submit(kill_one)
        done = write_predictions(Slow(classifier), songs, path, songs_per_part=1)
        killed.result()
    assert done == WrittenPredictions(11, 0, [])
    assert pids[0] not in cluster.run(os.getpid).values()
    assert read(path)[1] == expected(classifier, songs)
