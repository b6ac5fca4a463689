"""``skgenre evaluate``."""

import io
import os
import shutil
from contextlib import redirect_stderr, redirect_stdout

import pytest

from skgenre.cli import main
from tests.cli.commands import QUICK, run
from tests.cli.conftest import PITCHES

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no such names or links.")


@posix_only
def test_folders_with_links_and_names_of_any_bytes(strange_music, model, tmp_path):
    out = Terminal("utf-8")
    with redirect_stdout(out), redirect_stderr(io.StringIO()) as err:
        options = ["--epochs", "1", "--excerpt-seconds", "0.5", "--folds", "2"]
        assert main(["evaluate", str(strange_music), *options]) == 0, err.getvalue()
    assert "all   9 " in out.text()
    assert "gone': No such file or directory" in err.getvalue()
    done = run("predict", model, strange_music, "--output", tmp_path / "table.csv")
    assert done.returncode == 1
    assert done.stderr.count("the name is not UTF-8") == 3
    assert "gone': No such file or directory" in done.stderr
    assert len((tmp_path / "table.csv").read_text().splitlines()) == 1 + 6


def test_evaluate_prints_scores_and_confusions(music):
    done = run("evaluate", music, "--folds", "3", *QUICK)
    assert done.returncode == 0, done.stderr
    scores, confusions = done.stdout.split("\n\n")
    rows = [line.split() for line in scores.splitlines()]
    assert [row[0] for row in rows] == ["fold", "1", "2", "3", "all"]
    assert rows[-1] == ["all", "12", "1.000", "1.000"]
    assert [line.split()[-2:] for line in confusions.splitlines()[1:]] == [["6", "0"], ["0", "6"]]


def test_evaluate_takes_fewer_folds_where_songs_are_few(music, tmp_path):
    for label in PITCHES:
        (tmp_path / label).mkdir()
        for number in range(2):
            name = f"{label}/{number}.flac"
            (tmp_path / name).write_bytes((music / name).read_bytes())
    (tmp_path / "low" / "bad.flac").touch()
    done = run("evaluate", tmp_path, "--network", "mlp", *QUICK)
    assert done.returncode == 1
    assert "2 folds instead of 5, as there are 2 of high and 2 of low" in done.stderr
    assert "bad.flac': it is empty" in done.stderr
    assert "all   4" in done.stdout


def test_one_genre_cannot_be_evaluated(music, tmp_path):
    shutil.copytree(music / "low", tmp_path / "low")
    done = run("evaluate", tmp_path)
    assert done.returncode == 2
    assert "two genres of two songs each are the least" in done.stderr
