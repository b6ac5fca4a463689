"""Songs cross-validated: each is tested once, by what has not learned it."""

import json
import os
import re
import warnings
from collections import Counter
from contextlib import redirect_stderr

import keras
import numpy as np
import pytest
import soundfile
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    LeaveOneGroupOut,
    PredefinedSplit,
    RepeatedStratifiedKFold,
    ShuffleSplit,
)
from sklearn.pipeline import make_pipeline

from skgenre import SongClassifier, WaveformScaler, audio
from skgenre.evaluation import FewerFoldsWarning, evaluate_songs
from skgenre.songs import DuplicateSongWarning, UnreadableSongWarning
from tests.helpers.evaluations import make_evaluation
from tests.helpers.labelled_songs import make_songs, song, spectrum_classifier
from tests.helpers.small_networks import tiny_cnn

LABELS = np.array(["low", "high"] * 6)


@pytest.fixture(scope="module")
def songs():
    return make_songs(LABELS)


@pytest.fixture(scope="module")
def evaluation(songs):
    return evaluate_songs(spectrum_classifier(), songs, LABELS, cv=3, random_state=0)


@pytest.fixture
def files(tmp_path):
    paths = [str(tmp_path / f"{number}.wav") for number in range(8)]
    for number, path in enumerate(paths):
        soundfile.write(path, song(LABELS[number], 2 + number % 3, number, rate=8000) / 4, 8000)
    return paths


# --- what is found


def test_each_song_is_tested_once_by_what_has_not_learned_it(songs, evaluation):
    assert_array_equal(evaluation.y_true, LABELS)
    assert_array_equal(np.bincount(evaluation.fold), [4, 4, 4])
    assert_array_equal(evaluation.classes, ["high", "low"])
    for number in range(3):
        test = evaluation.fold == number
        fitted = spectrum_classifier().fit(
            [songs[row] for row in np.flatnonzero(~test)], LABELS[~test]
        )
        tested = [songs[row] for row in np.flatnonzero(test)]
        assert_allclose(evaluation.probabilities[test], fitted.predict_proba(tested))
        assert_array_equal(evaluation.y_pred[test], fitted.predict(tested))
        for row, course in zip(np.flatnonzero(test), fitted.predict_excerpts(tested), strict=True):
            assert_array_equal(evaluation.courses[row].seconds, course.seconds)
            assert_allclose(evaluation.courses[row].probabilities, course.probabilities)


def test_songs_keep_their_names_and_lengths(songs, evaluation):
    assert evaluation.names == [f"song {number}" for number in range(12)]
    assert_allclose(evaluation.durations, [2 + number % 5 for number in range(12)])
    assert (evaluation.excerpt_seconds, evaluation.sample_rate) == (0.5, 400)
    named = evaluate_songs(spectrum_classifier(), songs, LABELS, names=map("no. {}".format, LABELS))
    assert named.names[:2] == ["no. low", "no. high"]


def test_files_are_named_by_their_paths_and_decoded_once(files, monkeypatch):
    read = []

    def reading(path, **params):
        read.append(path)
        return audio.read_audio(path, **params)

    monkeypatch.setattr("skgenre._song_files.cache.decode", reading)
    found = evaluate_songs(spectrum_classifier(), files, LABELS[:8], cv=4, random_state=0)
    assert Counter(read) == Counter(files)
    assert found.names == files
    waveforms = [audio.read_audio(path, sample_rate=400) for path in files]
    same = evaluate_songs(spectrum_classifier(), waveforms, LABELS[:8], cv=4, random_state=0)
    assert_allclose(found.probabilities, same.probabilities)
    assert found.accuracy == 1.0


def test_paths_and_waveforms_may_be_mixed(files, songs):
    mixed = [files[0], songs[1], files[2], songs[3]]
    found = evaluate_songs(spectrum_classifier(), mixed, LABELS[:4], cv=2, random_state=0)
    assert found.names == [files[0], "song 1", files[2], "song 3"]
    assert_allclose(found.durations, [2, 3, 4, 5], atol=0.01)


def test_the_histories_of_networks_are_kept(songs):
    classifier = SongClassifier(
        make_pipeline(WaveformScaler(), tiny_cnn(validation_fraction=0.5)), excerpt_seconds=0.2
    )
    found = evaluate_songs(classifier, songs, LABELS, cv=2, random_state=0)
    assert len(found.histories) == 2
    assert {"loss", "accuracy", "val_loss"} <= found.histories[0].keys()
    assert len(found.histories[1]["loss"]) == 2


def test_other_estimators_have_no_histories(evaluation):
    assert evaluation.histories == [{}, {}, {}]


def test_the_given_classifier_stays_as_it_is(songs):
    classifier = spectrum_classifier()
    evaluate_songs(classifier, songs, LABELS, cv=2)
    assert not hasattr(classifier, "classes_")
    fitted = spectrum_classifier().fit(songs, LABELS)
    inside = fitted.estimator_
    evaluate_songs(fitted, songs, LABELS, cv=2, verbose=1)
    assert fitted.estimator_ is inside
    assert fitted.verbose == 0


class Interrupted(LogisticRegression):
    def fit(self, X, y, sample_weight=None):
        raise KeyboardInterrupt


def test_an_interruption_passes_and_leaves_the_classifier_alone(songs):
    classifier = SongClassifier(Interrupted(), excerpt_seconds=0.5)
    before = dict(vars(classifier))
    with pytest.raises(KeyboardInterrupt):
        evaluate_songs(classifier, songs, LABELS, verbose=1)
    assert vars(classifier) == before


# --- folds


def test_a_seed_makes_the_folds_again(songs):
    one, other = (
        evaluate_songs(spectrum_classifier(), songs, LABELS, cv=3, random_state=1).fold
        for _ in range(2)
    )
    assert_array_equal(one, other)


def test_too_many_folds_become_fewer_with_a_warning(songs):
    with pytest.warns(FewerFoldsWarning, match="2 folds instead of 5.*2 of high and 3 of low") as w:
        found = evaluate_songs(
            spectrum_classifier(), [songs[n] for n in (0, 1, 2, 3, 4)], LABELS[:5], random_state=0
        )
    assert w[0].filename == __file__
    assert len(found.fold_scores) == 2


def test_a_genre_of_one_song_cannot_be_cross_validated(songs):
    with pytest.raises(ValueError, match=r"two genres of two songs.*got 1 of high and 2 of low"):
        evaluate_songs(spectrum_classifier(), songs[:3], LABELS[:3])
    with pytest.raises(ValueError, match="two genres of two songs"):
        evaluate_songs(spectrum_classifier(), songs[:3], ["low"] * 3)


def test_groups_stay_together(songs):
    groups = np.repeat(["a", "b", "c", "d"], 3)
    for cv in (2, LeaveOneGroupOut()):
        found = evaluate_songs(
            spectrum_classifier(), songs, LABELS, groups=groups, cv=cv, random_state=0
        )
        folds_by_group = [set(found.fold[groups == group]) for group in "abcd"]
        assert all(len(folds) == 1 for folds in folds_by_group)
    with pytest.raises(ValueError, match="two genres of two groups"):
        evaluate_songs(spectrum_classifier(), songs, LABELS, groups=["same"] * 12)


@pytest.mark.parametrize("as_mask", [False, True])
def test_any_splitter_that_tests_each_song_once(songs, as_mask):
    fold = np.arange(12) // 4
    expected = evaluate_songs(spectrum_classifier(), songs, LABELS, cv=PredefinedSplit(fold))
    splits = [(fold != number, fold == number) for number in range(3)]
    if not as_mask:
        splits = [tuple(map(np.flatnonzero, split)) for split in splits]
    found = evaluate_songs(spectrum_classifier(), songs, LABELS, cv=iter(splits))
    assert_array_equal(found.fold, fold)
    assert_allclose(found.probabilities, expected.probabilities)
    assert_array_equal(evaluate_songs(spectrum_classifier(), songs, LABELS, cv=KFold(3)).fold, fold)


@pytest.mark.parametrize(
    ("cv", "message"),
    [
        (ShuffleSplit(2, random_state=0), "test each song once"),
        (RepeatedStratifiedKFold(n_splits=2, n_repeats=2, random_state=0), "tested 2 times"),
        ([(range(12), range(12))], "trains on songs that it tests.*fold 1"),
        ([(range(6), range(6, 11))], "song 0 is tested 0 times"),
        ([], "song 0 is tested 0 times"),
        (1, "cv"),
        ("five", "cv"),
    ],
)
def test_other_splits_are_refused_before_any_training(songs, cv, message):
    with pytest.raises(ValueError, match=message):
        evaluate_songs(SongClassifier(Interrupted()), songs, LABELS, cv=cv)


def test_a_class_that_a_fold_has_not_learned_has_no_probability():
    labels = np.array(["low", "low", "high", "high", "middle", "middle"])
    found = evaluate_songs(spectrum_classifier(), make_songs(labels), labels, cv=KFold(3))
    assert found.probabilities.shape == (6, 3)
    assert_array_equal(found.probabilities[4:, 2], 0)
    assert_allclose(found.probabilities.sum(axis=1), 1)
    assert set(found.mistakes) == set(range(6))


def test_a_frozen_estimator_may_know_more_classes(songs):
    labels = [*LABELS, "middle"]
    known = spectrum_classifier().fit([*songs, song("middle", 3, 0)], labels)
    classifier = SongClassifier(FrozenEstimator(known.estimator_), excerpt_seconds=0.5)
    found = evaluate_songs(classifier, songs, LABELS, cv=2, random_state=0)
    assert_array_equal(found.classes, ["high", "low", "middle"])
    assert found.confusion.shape == (3, 3)
    assert found.balanced_accuracy == 1.0


def test_a_search_inside_is_repeated_in_each_fold(songs):
    search = GridSearchCV(tiny_cnn(epochs=1), {"dense_units": [2, 4]}, cv=2)
    found = evaluate_songs(
        SongClassifier(search, excerpt_seconds=0.2), songs[:8], LABELS[:8], cv=2, random_state=0
    )
    assert [len(history["loss"]) for history in found.histories] == [1, 1]


# --- songs that are many


def test_many_songs_are_kept_in_a_file(files, songs, tmp_path, monkeypatch):
    # Among them a song that is given as a waveform.
    mixed = [*files[:3], songs[3], *files[4:8]]
    expected = evaluate_songs(spectrum_classifier(), mixed, LABELS[:8], cv=2, random_state=0)
    monkeypatch.setattr("skgenre._arrays.memory_maps.MEMORY_MIB", 0)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "kept"))
    with pytest.raises(FileNotFoundError):
        evaluate_songs(spectrum_classifier(), mixed, LABELS[:8], cv=2, random_state=0)
    (tmp_path / "kept").mkdir()
    found = evaluate_songs(spectrum_classifier(), mixed, LABELS[:8], cv=2, random_state=0)
    assert_array_equal(found.probabilities, expected.probabilities)
    assert_array_equal(found.durations, expected.durations)
    assert not list((tmp_path / "kept").iterdir())


# --- songs that are wrong


@pytest.fixture
def broken(files, tmp_path):
    """Eight songs, of which the third cannot be read."""
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    return [*files[:2], str(tmp_path / "broken.wav"), *files[3:]]


def test_an_unreadable_song_is_an_error(broken):
    with pytest.raises(ValueError, match=r"Cannot read audio from '.*broken\.wav'"):
        evaluate_songs(spectrum_classifier(), broken, LABELS[:8])


@pytest.mark.parametrize("cv", [2, PredefinedSplit([0, 0, 1, 1, 0, 0, 1, 1]), KFold(8)])
def test_unreadable_songs_are_left_out_and_listed(broken, cv):
    classifier = spectrum_classifier(on_error="skip")
    with pytest.warns(UnreadableSongWarning, match=r"1 of 8 songs left out") as warned:
        found = evaluate_songs(classifier, broken, LABELS[:8], cv=cv, random_state=0)
    assert warned[0].filename == __file__
    assert found.names == [name for name in broken if "broken" not in name]
    [(name, reason)] = found.failures
    assert name == broken[2]
    assert "Cannot read audio" in reason
    if isinstance(cv, PredefinedSplit):
        assert_array_equal(found.fold, [0, 0, 1, 0, 0, 1, 1])
    assert len(found.fold_scores) == (7 if isinstance(cv, KFold) else 2)


def test_nothing_is_left_where_no_song_can_be_read(tmp_path):
    paths = [str(tmp_path / f"{number}.wav") for number in range(4)]
    with pytest.raises(ValueError, match=r"None of 4 songs could be read.*0\.wav"):
        evaluate_songs(spectrum_classifier(on_error="skip"), paths, ["a", "a", "b", "b"])


def test_a_song_too_long_to_be_cut_is_named(files, monkeypatch):
    monkeypatch.setattr("skgenre.songs._cutting.MAX_BYTES", 6000)
    with pytest.raises(ValueError, match=rf"Cannot cut '{re.escape(files[1])}'"):
        evaluate_songs(spectrum_classifier(hop_seconds=0.25), files, LABELS[:8])


def test_recordings_that_occur_twice_are_named_once(songs):
    names = [f"{number}.ogg" for number in range(13)]
    with pytest.warns(DuplicateSongWarning) as warned:
        found = evaluate_songs(
            spectrum_classifier(), [*songs, songs[0]], [*LABELS, "high"], cv=2, names=names
        )
    message = "'0.ogg' and '12.ogg' (labelled 'low' and 'high')"
    assert [str(w.message) for w in warned] == [f"Songs that are the same recording: {message}."]
    assert warned[0].filename == __file__
    assert found.duplicates == [["0.ogg", "12.ogg"]]


def test_names_that_are_not_utf_8_pass(files, tmp_path):
    strange = os.fsencode(tmp_path) + b"/\xff.wav"
    os.rename(files[0], strange)
    found = evaluate_songs(spectrum_classifier(), [strange, *files[1:]], LABELS[:8], cv=2)
    assert found.names[0].endswith("/\udcff.wav")


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"classifier": LogisticRegression()}, TypeError, "must be a SongClassifier"),
        ({"classifier": spectrum_classifier(sample_rate=0)}, ValueError, "sample_rate"),
        ({"classifier": SongClassifier(KFold(2))}, ValueError, "'estimator'"),
        ({"y": LABELS[:3]}, ValueError, "inconsistent numbers"),
        ({"names": ["a"]}, ValueError, "inconsistent numbers"),
        ({"names": "a"}, TypeError, "names must be a list"),
        ({"groups": [1, 2]}, ValueError, "inconsistent numbers"),
        ({"random_state": "zero"}, ValueError, "random_state"),
        ({"songs": "one.wav"}, ValueError, "list of paths"),
        ({"y": np.linspace(0, 1, 12)}, ValueError, "continuous"),
    ],
)
def test_what_is_wrong_is_named(songs, change, error, message):
    arguments = {"classifier": spectrum_classifier(), "songs": songs, "y": LABELS, **change}
    with pytest.raises(error, match=message):
        evaluate_songs(**arguments)


# --- scores


def test_scores():
    y_true, y_pred = list("aaaaabbbcc"), list("aaaabbbaca")
    found = make_evaluation(y_true, y_pred)
    assert found.accuracy == pytest.approx(0.7)
    assert found.balanced_accuracy == pytest.approx(balanced_accuracy_score(y_true, y_pred))
    assert (found.majority_genre, found.majority_share) == ("a", 0.5)
    assert_array_equal(found.confusion, [[4, 1, 0], [1, 2, 0], [1, 0, 1]])
    first, second = found.fold_scores
    assert first == {"fold": 0, "n_songs": 5, "accuracy": 0.8, "balanced_accuracy": 8 / 9}
    assert second["accuracy"] == pytest.approx(0.6)
    assert repr(found) == (
        "<SongEvaluation of 10 songs in 2 folds: accuracy 0.700, majority share 0.500>"
    )


def test_a_class_that_no_song_of_a_fold_has_does_not_count_there():
    found = make_evaluation(list("abab"), list("aaab"), fold=np.array([0, 1, 0, 1]))
    assert [score["balanced_accuracy"] for score in found.fold_scores] == [1.0, 0.5]


def test_always_predicting_the_commonest_genre_has_the_majority_share(songs):
    y = np.where(np.arange(12) < 8, "low", "high")
    classifier = SongClassifier(DummyClassifier(), excerpt_seconds=0.5, song_weight="length")
    found = evaluate_songs(classifier, songs, y, cv=4, random_state=0)
    assert found.accuracy == found.majority_share == pytest.approx(2 / 3)
    assert found.balanced_accuracy == 0.5


@pytest.mark.parametrize(
    ("hits", "n_songs", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_wilsons(hits, n_songs, low, high):
    found = make_evaluation(["a"] * n_songs, ["a"] * hits + ["b"] * (n_songs - hits))
    assert_allclose(found.confidence_interval(), (low, high), atol=5e-5)
    narrow, wide = found.confidence_interval(0.5), found.confidence_interval(0.99)
    assert wide[0] <= low <= narrow[0] < narrow[1] < high < wide[1]


@pytest.mark.parametrize("level", [0, 1, 95, -0.5, float("nan")])
def test_levels_are_shares(level):
    with pytest.raises(ValueError, match="level must be between 0 and 1"):
        make_evaluation(["a"], ["b"]).confidence_interval(level)


def test_the_most_confident_mistakes_come_first():
    found = make_evaluation(
        list("aaabb"), list("abbab"), [[0.9, 0.1], [0.4, 0.6], [0.1, 0.9], [0.7, 0.3], [0, 1]]
    )
    assert_array_equal(found.mistakes, [2, 3, 1])
    assert len(make_evaluation(["a"], ["a"]).mistakes) == 0


def test_records_and_parameters_can_be_written_as_json(evaluation):
    records = json.loads(json.dumps(evaluation.to_records(), allow_nan=False))
    assert records[0]["name"] == "song 0"
    assert records[0]["genre"] == records[0]["predicted"] == "low"
    assert records[0]["probabilities"].keys() == {"high", "low"}
    assert records[0]["seconds"] == 2.0
    parameters = json.loads(json.dumps(evaluation.parameters, allow_nan=False))
    assert (parameters["cv"], parameters["random_state"]) == (3, 0)
    assert parameters["classifier"]["excerpt_seconds"] == 0.5
    assert parameters["classifier"]["estimator"] == "Pipeline"
    assert parameters["classifier"]["estimator__logisticregression__solver"] == "newton-cg"
    assert {"python", "numpy", "scikit-learn", "tensorflow"} <= evaluation.versions.keys()


@pytest.mark.parametrize("labels", [[0, 1], [False, True], [-1.0, 5.0]])
def test_labels_of_any_kind_come_back(songs, labels):
    y = np.array(labels * 6)
    found = evaluate_songs(spectrum_classifier(), songs, y, cv=2, random_state=0)
    assert found.y_pred.dtype == y.dtype
    assert found.to_records()[0]["genre"] == labels[0]
    assert found.majority_genre == labels[0]
    json.dumps(found.to_records())


def test_parameters_that_json_does_not_have_are_named(songs):
    classifier = spectrum_classifier(memory=None)
    classifier.set_params(estimator__logisticregression__C=float("inf"))
    classifier.set_params(estimator__logisticregression__class_weight={np.str_("low"): np.int64(2)})
    found = evaluate_songs(
        classifier, songs, LABELS, cv=KFold(2), random_state=np.random.RandomState(0)
    )
    text = json.dumps(found.parameters, allow_nan=False)
    assert "KFold(n_splits=2" in text
    assert found.parameters["classifier"]["estimator__logisticregression__C"] == "inf"
    splits = list(KFold(2).split(songs))
    given = evaluate_songs(spectrum_classifier(), songs, LABELS, cv=splits)
    assert given.parameters["cv"] == "splits that were given"


# --- progress


class Terminal:
    """Keeps what is written, as a terminal."""

    encoding = "utf-8"

    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text

    def flush(self):
        """Nothing waits."""

    def isatty(self):
        return True


def network(**params):
    return SongClassifier(
        make_pipeline(WaveformScaler(), tiny_cnn(epochs=3, **params)), excerpt_seconds=0.2
    )


def test_one_line_for_all_folds(songs, capsys):
    evaluate_songs(network(), songs, LABELS, cv=2, random_state=0, verbose=1)
    shown = capsys.readouterr()
    # Waveforms need no reading.
    [folds] = shown.err.splitlines()
    assert re.fullmatch(r"Fold 2/2, epoch 3/3 - \d+s - loss 0\.\d{4} acc [01]\.\d{4}", folds)
    assert not shown.out


def test_nothing_is_shown_unasked(songs, capsys):
    evaluate_songs(network(), songs, LABELS, cv=2)
    assert capsys.readouterr() == ("", "")


@pytest.fixture
def terminal(monkeypatch):
    for name in ("TTY_COMPATIBLE", "TTY_INTERACTIVE", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "90")
    # pytest sets standard error once more after fixtures.
    return Terminal()


def plain(text):
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


def test_the_bar_says_what_it_waits_for_and_moves_within_folds(songs, terminal, monkeypatch):
    seen = []

    def look(self, steps=1, **shown):
        seen.append((self._task.description, self._task.completed))
        advance(self, steps, **shown)

    from skgenre._terminal.bars import Bar

    advance = Bar.advance
    monkeypatch.setattr(Bar, "advance", look)
    with redirect_stderr(terminal):
        evaluate_songs(network(), songs, LABELS, cv=2, random_state=0, verbose=1)
    seen = [entry for entry in seen if entry[0].startswith("Fold")]
    assert seen[0] == ("Fold 1/2, training", 0)
    assert seen[1] == ("Fold 1/2, compiling", 0)
    done = dict(seen)
    assert done["Fold 1/2, epoch 1/3"] < done["Fold 1/2, epoch 3/3"] <= 1
    assert 1 <= done["Fold 2/2, epoch 1/3"] < done["Fold 2/2, epoch 3/3"] <= 2
    assert re.search(r"Fold 2/2, epoch 3/3 ━+ 100%", plain(terminal.text))


class StopAfterOneEpoch(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = True


@pytest.mark.parametrize(
    ("classifier", "last"),
    [
        (network(callbacks=StopAfterOneEpoch()), "epoch 1/3"),
        (spectrum_classifier(), "training"),
    ],
)
def test_early_ends_and_other_estimators_fill_their_folds(songs, terminal, classifier, last):
    with redirect_stderr(terminal):
        evaluate_songs(classifier, songs, LABELS, cv=2, random_state=0, verbose=1)
    assert re.search(rf"Fold 2/2, {last} ━+ 100%", plain(terminal.text))


def test_the_default_network_is_followed_too(songs, capsys):
    classifier = SongClassifier(sample_rate=400, excerpt_seconds=0.2, max_excerpts=1)
    with warnings.catch_warnings():
        evaluate_songs(classifier, songs[:4], LABELS[:4], cv=2, random_state=0, verbose=1)
    assert "Fold 2/2, epoch 15/15" in capsys.readouterr().err
    assert classifier.estimator is None


def test_what_is_shown_changes_no_result(songs, capsys):
    quiet, shown = (
        evaluate_songs(clone(network()), songs, LABELS, cv=2, random_state=0, verbose=verbose)
        for verbose in (0, 1)
    )
    assert_array_equal(quiet.probabilities, shown.probabilities)
    assert quiet.histories == shown.histories
    assert quiet.parameters == shown.parameters
