"""``skgenre evaluate``."""

import csv
import io
import json
import os
import re
import shutil
from contextlib import redirect_stderr, redirect_stdout

import pytest

from skgenre.cli import main
from skgenre.cli._commands import evaluate
from tests.cli.commands import QUICK, Terminal, run
from tests.cli.conftest import PITCHES

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no such names or links.")


@posix_only
def test_folders_with_links_and_names_of_any_bytes(strange_music, model, tmp_path):
    out = Terminal("utf-8")
    with redirect_stdout(out), redirect_stderr(io.StringIO()) as err:
        options = [*QUICK, "--epochs", "1", "--folds", "2"]
        assert main(["evaluate", str(strange_music), *options]) == 0, err.getvalue()
    assert re.search(r"^all +9 ", out.text(), re.MULTILINE)
    assert "gone': No such file or directory" in err.getvalue()
    done = run("predict", model, strange_music, "--output", tmp_path / "table.csv")
    assert done.returncode == 1
    assert done.stderr.count("the name is not UTF-8") == 3
    assert "gone': No such file or directory" in done.stderr
    assert len((tmp_path / "table.csv").read_text().splitlines()) == 1 + 6


@pytest.fixture(scope="module")
def mixed_music(music, tmp_path_factory):
    """The same songs, one of them in the wrong folder."""
    folder = tmp_path_factory.mktemp("mixed") / "music"
    shutil.copytree(music, folder)
    (folder / "high" / "5.flac").rename(folder / "low" / "high.flac")
    return folder


def test_scores_and_their_baseline(music):
    done = run("evaluate", music, "--folds", "3", *QUICK)
    assert done.returncode == 0, done.stderr
    scores, accuracy, confusion = done.stdout.split("\n\n")
    rows = [line.split() for line in scores.splitlines()]
    assert [row[0] for row in rows] == ["fold", "1", "2", "3", "all"]
    assert rows[-1] == ["all", "12", "1.000", "1.000"]
    # Wilson's interval of 12 songs out of 12.
    assert "1.000, with a 95% confidence interval (Wilson, by song) of 0.758 to 1.000" in accuracy
    assert "Always answering high: 0.500, balanced 0.500." in accuracy
    assert [line.split()[1:] for line in confusion.splitlines()[1:]] == [["6", "0"], ["0", "6"]]
    reading, training, summary = done.stderr.splitlines()
    assert reading.startswith("Reading songs - ")
    assert re.match(r"Fold 3/3, epoch 3/3 - \d+s - loss 0\.\d+ acc ", training)
    assert summary == "Evaluated on 12 songs (6 high, 6 low)."


def test_how_excerpts_are_joined_and_songs_calibrated_is_what_is_evaluated(music):
    options = ["--folds", "2", *QUICK, "--aggregate", "max", "--calibration", "temperature"]
    done = run("evaluate", music, "--json", *options)
    assert done.returncode == 0, done.stderr
    evaluated = json.loads(done.stdout)["parameters"]["classifier"]
    assert (evaluated["aggregate"], evaluated["calibration"]) == ("max", "temperature")
    default = json.loads(run("evaluate", music, "--json", "--folds", "2", *QUICK).stdout)
    assert default["parameters"]["classifier"]["aggregate"] == "mean"
    assert default["parameters"]["classifier"]["calibration"] is None


def test_songs_taken_for_another_genre_are_listed(mixed_music):
    done = run("evaluate", mixed_music, "--folds", "3", *QUICK)
    assert done.returncode == 0, done.stderr
    title, header, row = done.stdout.split("\n\n")[-1].splitlines()
    assert title == "Taken for another genre, the surest first:"
    assert header.split() == ["song", "genre", "probability", "predicted", "probability"]
    path, genre, own, predicted, other = row.split()
    assert path == str(mixed_music / "low" / "high.flac")
    assert (genre, predicted) == ("low", "high")
    assert float(own) < 0.5 < float(other)


def test_json_and_csv_hold_each_song(mixed_music):
    options = ["--folds", "3", *QUICK]
    found = json.loads(run("evaluate", mixed_music, "--json", *options).stdout)
    [mistake] = [song for song in found["songs"] if song["genre"] != song["predicted"]]
    assert mistake["name"] == str(mixed_music / "low" / "high.flac")
    assert mistake["seconds"] == 6
    assert found["accuracy"] == pytest.approx(11 / 12)
    assert found["majority_share"] == pytest.approx(7 / 12)
    interval = found["confidence_interval"]
    assert interval["low"] < found["accuracy"] < interval["high"]
    rows = list(csv.DictReader(io.StringIO(run("evaluate", mixed_music, "--csv", *options).stdout)))
    assert [row["file"] for row in rows] == [song["name"] for song in found["songs"]]
    assert [row["predicted"] for row in rows] == [song["predicted"] for song in found["songs"]]
    assert {row["fold"] for row in rows} == {"1", "2", "3"}
    assert all(float(row["low"]) + float(row["high"]) == pytest.approx(1) for row in rows)


def test_evaluate_takes_fewer_folds_where_songs_are_few(music, tmp_path):
    for label in PITCHES:
        (tmp_path / label).mkdir()
        for number in range(2):
            name = f"{label}/{number}.flac"
            (tmp_path / name).write_bytes((music / name).read_bytes())
    (tmp_path / "low" / "bad.flac").touch()
    done = run("evaluate", tmp_path, *QUICK, "--network", "mlp")
    assert done.returncode == 1
    assert "2 folds instead of 5: high has 2 songs." in done.stderr
    assert "bad.flac': it is empty" in done.stderr
    assert re.search(r"^all +4 ", done.stdout, re.MULTILINE)
    assert done.stderr.endswith("Evaluated on 4 songs (2 high, 2 low), 1 could not be read.\n")


def test_one_genre_cannot_be_evaluated(music, tmp_path):
    shutil.copytree(music / "low", tmp_path / "low")
    done = run("evaluate", tmp_path)
    assert done.returncode == 2
    assert "needs two genres with at least 2 songs each; there is only low." in done.stderr


def test_many_genres_fit_the_screen(music, tmp_path):
    for number in range(8):
        for copy in range(2):
            (tmp_path / str(number)).mkdir(exist_ok=True)
            source = music / ("low" if copy else "high") / f"{number % 6}.flac"
            shutil.copy(source, tmp_path / str(number) / f"{copy}.flac")
    done = run("evaluate", tmp_path, "--network", "mlp", "--epochs", "1", "--max-excerpts", "1")
    assert done.returncode == 0, done.stderr
    _, _, confusion, mistakes = done.stdout.split("\n\n")
    header, *rows = confusion.splitlines()
    assert header.split() == [
        "genre",
        "songs",
        "right",
        *["most", "often", "taken", "for", "songs"],
    ]
    assert [row.split()[:2] for row in rows] == [[str(number), "2"] for number in range(8)]
    n_right = sum(int(row.split()[2]) for row in rows)
    assert len(mistakes.splitlines()) == 2 + 16 - n_right


def test_a_long_list_of_mistakes_is_cut(mixed_music, monkeypatch):
    monkeypatch.setattr(evaluate, "_MOST_MISTAKES", 0)
    done = run("evaluate", mixed_music, "--folds", "3", *QUICK)
    assert done.stdout.endswith("and 1 more, which --csv, --json and --report list.\n")


def test_a_report_is_written(mixed_music, tmp_path):
    options = ["--report", tmp_path / "report.html", "--folds", "3", *QUICK]
    done = run("evaluate", mixed_music, *options)
    assert done.returncode == 0, done.stderr
    assert f"The report is in {tmp_path / 'report.html'}.\n" in done.stderr
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "high.flac" in page
    # From the scan: the rate of the files.
    assert "8 kHz" in page
