"""``skgenre train``."""

import shutil
import signal
import subprocess
import sys
import time
from functools import partial

import numpy as np
import pytest

from skgenre import FilterbankGenreClassifier, MLPGenreClassifier
from skgenre.cli import _training
from skgenre.persistence import load
from tests.cli.commands import QUICK, run


def test_the_model_is_what_was_trained(model):
    classifier = load(model)
    assert classifier.excerpt_seconds == 0.5
    assert classifier.estimator_[-1].n_iter_ == 3
    assert classifier.estimator[-1].verbose == classifier.estimator_[-1].verbose == 0


OPTIONS = {
    "--hop-seconds": "0.25",
    "--max-excerpts": "4",
    "--network": "mlp",
    "--loss": "crossentropy",
    "--batch-size": "8",
    "--learning-rate": "0.002",
    "--aggregate": "vote",
    "--calibration": "temperature",
    "--seed": "7",
    "--sample-rate": "200",
}


def test_each_option_reaches_the_model(music, tmp_path):
    options = [part for option in OPTIONS.items() for part in option]
    done = run("train", music, "-o", tmp_path / "m.skops", "--early-stopping", *QUICK, *options)
    assert done.returncode == 0, done.stderr
    _reading, announced, *trainings, _trained = done.stderr.splitlines()
    assert announced.startswith("Training on all songs, then on all but a third of them")
    assert [line.split("/")[0] for line in trainings] == ["Epoch 3"] * 4
    classifier = load(tmp_path / "m.skops")
    assert classifier.hop_seconds == 0.25
    assert classifier.max_excerpts == 4
    assert classifier.sample_rate == 200
    assert classifier.aggregate == "vote"
    assert classifier.calibration == "temperature"
    assert classifier.temperature_ != 1
    network = classifier.estimator_[-1]
    assert type(network) is MLPGenreClassifier
    assert network.loss == "crossentropy"
    assert network.batch_size == 8
    assert network.learning_rate == 0.002
    assert network.random_state == 7
    assert network.early_stopping
    assert len(network.history_["val_loss"]) == network.n_iter_


def test_three_genres_have_their_crossentropy(music, tmp_path):
    shutil.copytree(music, tmp_path / "music")
    (tmp_path / "music" / "middle").mkdir()
    (tmp_path / "music" / "low" / "0.flac").rename(tmp_path / "music" / "middle" / "0.flac")
    output = ["-o", tmp_path / "m.skops"]
    done = run("train", tmp_path / "music", *output, "--loss", "crossentropy", *QUICK)
    assert done.returncode == 0, done.stderr
    assert done.stderr.endswith(
        f"12 songs (6 high, 5 low, 1 middle). The model is in {output[1]}.\n"
    )
    trained = load(output[1])
    assert trained.estimator_[-1].loss == "crossentropy"
    assert trained.predict_proba([np.zeros(4000)]).shape == (1, 3)


def test_the_filterbank_is_told_the_rate_and_keeps_its_own_defaults(music, tmp_path):
    options = ["--network", "filterbank", "--sample-rate", "800", "--max-excerpts", "2"]
    done = run("train", music, "-o", tmp_path / "m.skops", "--excerpt-seconds", "0.25", *options)
    assert done.returncode == 0, done.stderr
    assert "kernels" not in done.stderr
    classifier = load(tmp_path / "m.skops")
    network = classifier.estimator_
    assert network.sample_rate == classifier.sample_rate_ == 800
    own = FilterbankGenreClassifier()
    for name in ("loss", "epochs", "batch_size", "learning_rate"):
        assert getattr(network, name) == getattr(own, name)


def test_the_whole_band_is_heard_unless_another_network_is_named(music, tmp_path):
    options = ["--epochs", "1", "--excerpt-seconds", "0.25", "--max-excerpts", "2"]
    for network, rate in ((["--network", "lesson"], 400), (["--network", "mlp"], 400), ([], 8000)):
        done = run("train", music, "-o", tmp_path / "m.skops", *options, *network)
        assert done.returncode == 0, done.stderr
        assert load(tmp_path / "m.skops").sample_rate_ == rate
    classifier = load(tmp_path / "m.skops")
    assert type(classifier.estimator_) is FilterbankGenreClassifier
    assert classifier.estimator.verbose == classifier.estimator_.verbose == 0
    # The rate of the model, whatever the default.
    done = run("predict", tmp_path / "m.skops", music, "--csv")
    assert len(done.stdout.splitlines()) == 1 + 12


def test_many_songs_are_kept_in_a_file(music, model, tmp_path, monkeypatch):
    monkeypatch.setattr("skgenre._arrays.memory_maps.MEMORY_MIB", 0)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = run("train", music, "-o", tmp_path / "m.skops", *QUICK)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "m.skops").read_bytes() == model.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["m.skops"]


def test_songs_are_decoded_once_where_there_is_a_cache(music, tmp_path, monkeypatch):
    options = ["--cache", tmp_path / "cache", *QUICK]
    trained = [tmp_path / "first.skops", tmp_path / "second.skops"]
    assert run("train", music, "-o", trained[0], *options).returncode == 0
    monkeypatch.setattr("skgenre._song_files.cache.decode", None)
    done = run("train", music, "-o", trained[1], *options)
    assert done.returncode == 0, done.stderr
    assert trained[0].read_bytes() == trained[1].read_bytes()


def test_short_kernels_are_reported(music, tmp_path):
    options = ["--epochs", "1", "--max-excerpts", "1", "--excerpt-seconds", "0.1"]
    rate = ["--sample-rate", "8000"]
    lesson = ["--network", "lesson"]
    done = run("train", music, "-o", tmp_path / "m.skops", *options, *lesson, *rate)
    assert "Note: at 8000 Hz the kernels of the first layer span 3.9 ms" in done.stderr
    for others in ([*rate, "--network", "mlp"], lesson, []):
        done = run("train", music, "-o", tmp_path / "m.skops", *options, *others)
        assert done.returncode == 0
        assert "Note" not in done.stderr


def test_a_long_training_is_announced(music, tmp_path, monkeypatch):
    monkeypatch.setattr(_training, "_SHORT_TRAINING", 0)
    monkeypatch.setattr(_training, "_seconds_for_one", lambda *_: 2.0)
    done = run("train", music, "-o", tmp_path / "m.skops", *QUICK)
    # 4, 5 or 6 seconds of each of 12 songs, in halves, three times.
    assert "Training will take about 12 minutes.\n" in done.stderr
    done = run("train", music, "-o", tmp_path / "m.skops", *QUICK, "--calibration", "temperature")
    assert "Training will take about 36 minutes.\n" in done.stderr


def test_an_estimate_changes_no_model(music, model, tmp_path, monkeypatch):
    monkeypatch.setattr(_training, "_SHORT_TRAINING", 0)
    done = run("train", music, "-o", tmp_path / "m.skops", *QUICK)
    assert done.returncode == 0, done.stderr
    assert "Training will take" not in done.stderr
    assert (tmp_path / "m.skops").read_bytes() == model.read_bytes()


def test_an_estimate_is_not_calibrated(music, tmp_path, monkeypatch):
    options = ["-o", tmp_path / "m.skops", *QUICK, "--calibration", "temperature"]
    fitted = []

    def fit(classifier, waveforms, labels):
        fitted.append(classifier)
        return classifier.fit(waveforms, labels)

    monkeypatch.setattr(_training, "_SHORT_TRAINING", 0)
    monkeypatch.setattr(_training, "fit", fit)
    assert run("train", music, *options).returncode == 0
    *trials, trained = [classifier.calibration for classifier in fitted]
    assert (set(trials), trained) == ({None}, "temperature")


def test_what_no_song_can_be_cut_into_is_refused(music, tmp_path):
    done = run("train", music, "-o", tmp_path / "m.skops", "--excerpt-seconds", "1e9")
    assert done.returncode == 2
    assert "Choose a shorter --excerpt-seconds" in done.stderr
    assert not (tmp_path / "m.skops").exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process.")
def test_ctrl_c_ends_cleanly(music, tmp_path):
    command = [sys.executable, "-m", "skgenre", "train", str(music), "-o", "model.skops"]
    process = subprocess.Popen(
        [*command, "--epochs", "1000000"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        # What a shell runs in the background ignores Ctrl-C, and so does what that starts.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    while "Reading songs" not in process.stderr.readline():
        assert process.poll() is None
    time.sleep(5)
    with process:
        process.send_signal(signal.SIGINT)
        try:
            messages = process.communicate(timeout=60)[1]
        finally:
            process.kill()
    assert process.returncode == 130
    assert messages.rstrip().endswith("Interrupted.")
    assert "Traceback" not in messages
    assert not (tmp_path / "model.skops").exists()
