"""The program that measures how well classifiers hear."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
from sklearn.dummy import DummyClassifier

from tests.benchmarks.hearing import program
from tests.benchmarks.hearing.contenders import COMMONEST, OURS, RECIPE
from tests.benchmarks.hearing.measure import Result, folds, leads, score
from tests.benchmarks.hearing.mfcc import mfcc_statistics
from tests.benchmarks.hearing.music import Music, SongFolder, artist, check_choice, choices
from tests.benchmarks.hearing.page import Findings, as_page, as_text, draw_rates
from tests.benchmarks.sizes import QUICK
from tests.helpers.sound_bytes import noise, tone

ROOT = Path(__file__).parents[1]
CODECS = {"mp3": "libmp3lame", "ogg": "libopus", "flac": "flac"}


def write_song(path, samples, tags, rate=48_000):
    """Encode one channel with FFmpeg, with tags."""
    with av.open(path, "w") as container:
        container.metadata.update(tags)
        stream = container.add_stream(CODECS[path.suffix[1:]], rate=rate, layout="mono")
        resampler = av.AudioResampler(stream.format.name, "mono", rate, frame_size=960)
        frame = av.AudioFrame.from_ndarray(np.float32([samples]), "fltp", "mono")
        frame.sample_rate = rate
        for packets in map(stream.encode, [*resampler.resample(frame), *resampler.resample(None)]):
            container.mux(packets)
        container.mux(stream.encode(None))
    return path


@pytest.fixture
def folder(tmp_path):
    """Two genres of six songs by three artists each, and one song by nobody."""
    for genre, pitch in (("low", 60), ("high", 150)):
        (tmp_path / genre).mkdir()
        for number in range(6):
            samples = tone(pitch + number, 48_000, 7) + 0.1 * noise(48_000, 7, number)
            tags = {"artist": f"{genre} {number // 2}"}
            write_song(tmp_path / genre / f"{number}.ogg", samples, tags)
    write_song(tmp_path / "low" / "by nobody.ogg", tone(70, 48_000, 7), {})
    return tmp_path


def test_a_pair_is_one_choice_and_three_genres_are_four():
    assert choices(["a", "b"]) == [("a", "b")]
    assert choices(["a", "b", "c"]) == [("a", "b"), ("a", "c"), ("b", "c"), ("a", "b", "c")]
    assert len(choices(["a", "b", "c", "d"])) == 7
    assert choices(list("abcde")) == [tuple("abcde")]


@pytest.mark.parametrize("genres", [("a",), ("a", "a"), ("a", "other"), ("",)])
def test_a_choice_that_cannot_be_told_apart_is_refused(genres):
    check_choice(("b", "a"), ["a", "b"])
    with pytest.raises(ValueError, match="must be two or more, each named once, of a, b; got"):
        check_choice(genres, ["a", "b"])


@pytest.mark.parametrize("suffix", list(CODECS))
def test_the_artist_is_read_from_tags(tmp_path, suffix):
    samples = tone(440, 48_000, 1)
    for number, name in enumerate(("artist", "ARTIST")):
        path = write_song(tmp_path / f"{number}.{suffix}", samples, {name: " Somebody "})
        assert artist(path) == "Somebody"
    assert artist(write_song(tmp_path / f"none.{suffix}", samples, {"title": "artist"})) is None


def test_songs_of_an_artist_are_one_group(folder):
    music = SongFolder(folder).at(400)
    assert music.genres == "high or low"
    assert music.X.shape == (13 * 2, 1200)
    assert len(np.unique(music.song)) == 13
    # Three of each genre, and the song by nobody.
    assert len(np.unique(music.group)) == 7
    for training, test in folds(music):
        assert not set(music.group[training]) & set(music.group[test])


def test_a_folder_can_be_read_in_part_and_at_any_rate(folder):
    songs = SongFolder(folder, n_songs=3, step=2)
    for rate in (400, 2000):
        music = songs.at(rate)
        assert music.X.shape == (6, 3 * rate)
        assert sorted(music.y) == ["high"] * 3 + ["low"] * 3


def some_music():
    """Eight songs of three excerpts: five of genre a, three of b."""
    song = np.repeat(np.arange(8), 3)
    y = np.where(song < 5, "a", "b")
    X = np.random.default_rng(0).normal(size=(24, 40))
    return Music("a or b", 400, X, y, song, song)


class Told(DummyClassifier):
    """Probabilities of class b are what the first column says."""

    def predict_proba(self, X):
        return np.c_[1 - X[:, 0], X[:, 0]]


def test_scores_of_the_commonest_genre():
    music = some_music()
    rows = np.arange(24)
    found = score(DummyClassifier(strategy="most_frequent"), music, rows, rows)
    assert found[:3] == (15 / 24, 0.5, 0.5)
    assert found.seconds > 0


def test_a_song_is_decided_by_all_of_its_excerpts():
    music = some_music()
    # Two excerpts of each song are narrowly wrong, the third is right for certain.
    right = (music.y == "b").astype(float)
    music.X[:, 0] = np.where(np.arange(24) % 3 == 2, right, 0.5 + 0.1 * (0.5 - right))
    found = score(Told(), music, np.arange(24), np.arange(24))
    assert found.by_excerpt == pytest.approx(1 / 3)
    assert found.by_song == 1


@pytest.mark.parametrize(("rate", "n_features"), [(400, 108), (8000, 140)])
def test_statistics_of_cepstra_are_finite_and_one_row_an_excerpt(rate, n_features):
    X = np.zeros((300, 3 * rate), np.float32)
    X[1:] = np.random.default_rng(0).normal(size=X[1:].shape)
    features = mfcc_statistics(X, rate)
    assert features.shape == (300, n_features)
    assert np.isfinite(features).all()
    np.testing.assert_allclose(mfcc_statistics(X[290:], rate), features[290:])


def a_result(classifier, by_excerpt, by_song, rate=400, source="some"):
    scores = np.array([[0.5, by_excerpt, by_song, 1.0], [0.7, by_excerpt, by_song + 0.1, 3.0]])
    return Result(source, "a or b", rate, 8, 4, classifier, scores)


def test_leads_are_means_over_sets_of_a_rate():
    results = [
        *(a_result(OURS, 0.8, 0.9), a_result(RECIPE, 0.7, 0.95)),
        *(a_result(OURS, 0.6, 0.9, source="other"), a_result(RECIPE, 0.7, 0.85, source="other")),
        *(a_result(OURS, 0.9, 0.9, 8000), a_result(RECIPE, 0.7, 0.8, 8000)),
        a_result(OURS, 0.1, 0.1, source="which the other did not hear"),
    ]
    (low, n_low, at_low), (high, n_high, at_high) = leads(results, OURS, RECIPE)
    assert (low, n_low, high, n_high) == (400, 2, 8000, 1)
    np.testing.assert_allclose([at_low, at_high], [[0, 0], [0.2, 0.1]], atol=1e-9)
    assert not list(leads(results, OURS, "somebody else"))


RATES = [(rate, np.array([0.5, 0.6, 0.7, 2.0]), np.full(4, 0.01)) for rate in (400, 2000, 8000)]


def findings():
    curve = [(count, name, np.array([0.5, 0.7])) for count in (2, None) for name in (OURS, RECIPE)]
    return Findings(
        results=[
            *(a_result(name, 0.8, 0.8) for name in (OURS, "CNN", RECIPE)),
            a_result(COMMONEST, 0.5, 0.4),
        ],
        by_songs={"some": curve},
        rare={("some", "b"): [(OURS, np.array([0.2, 0.4]))]},
        rates={("some", "a or b"): RATES},
    )


def test_the_text_has_means_and_standard_errors():
    lines = [[cell.strip() for cell in line.split("|")] for line in as_text(findings()).split("\n")]
    scores = ["0.600 ± 0.100", "0.800", "0.850 ± 0.050", "2.0"]
    assert ["some", "a or b", "400", "8", "4", OURS, *scores] in lines
    assert ["some", "all", "0.600 ± 0.100", "0.600 ± 0.100"] in lines
    assert ["some", "b", OURS, "0.300 ± 0.100"] in lines
    assert ["2,000", "0.600 ± 0.010", "0.700 ± 0.010", "2.0"] in lines


def test_the_page_says_how_it_was_measured():
    page = as_page(findings(), QUICK)
    assert "here some" in page
    assert (
        "leads CNN by +0.0 points by excerpt and +0.0 by song; sets that both heard: 1.\n\n" in page
    )
    assert "the mean over 2 draws" in page
    assert "A or b of some, by the filterbank, one seed." in page
    assert "hearing_rates.svg" in page
    assert "hearing_rates.svg" not in as_page(findings()._replace(rates={}), QUICK)


def test_the_same_figures_give_the_same_picture(tmp_path):
    for name in ("one.svg", "two.svg"):
        draw_rates(RATES, tmp_path / name)
    picture = (tmp_path / "one.svg").read_bytes()
    assert b"Sample rate (Hz)" in picture
    assert picture == (tmp_path / "two.svg").read_bytes()


def test_songs_are_resampled_once_for_each_rate(folder, monkeypatch, capsys):
    rates, cut = [], SongFolder.at

    def at(songs, rate):
        rates.append(rate)
        return cut(songs, rate)

    monkeypatch.setattr(SongFolder, "at", at)
    monkeypatch.setattr(program, "results", lambda *_: [a_result(OURS, 0.8, 0.8)])
    for curve in ("by_songs", "of_rare_genre"):
        monkeypatch.setattr(program.curves, curve, lambda *_: [])
    monkeypatch.setattr(program.curves, "at_rate", lambda music: (music.sample_rate, *RATES[0][1:]))
    options = SimpleNamespace(songs=folder, genres=None, rates=[800, 400], page=None)
    program.hear(options, QUICK)
    assert rates == [400, 800, 2000]
    # The curve of the quick run.
    lines = [line.split(" ")[0] for line in capsys.readouterr().out.splitlines()]
    assert [line for line in lines if line in ("400", "800", "2,000")] == ["400", "2,000"]


@pytest.mark.slow
def test_a_quick_run_prints_all_contenders_and_writes_the_page(folder, tmp_path):
    page = tmp_path / "page" / "hearing.rst"
    page.parent.mkdir()
    # A folder of its own: pages are no songs.
    options = ["--only", "hearing", "--songs", folder, "--rates", "400,2000", "--page", page]
    command = [sys.executable, "-m", "tests.benchmarks", "--quick", *options]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    for name in (OURS, "CNN", "MLP", RECIPE, COMMONEST):
        assert done.stdout.count(f"| {name} ") >= 2
    assert "high or low" in page.read_text(encoding="utf-8")
    assert (page.parent / "_static" / "hearing_rates.svg").stat().st_size
