"""The model that comes with the package: what it was trained on, its size, its licence."""

from importlib import resources

import numpy as np
import pytest
import soundfile

from skgenre.datasets import load_demo_model, load_genre_excerpts
from skgenre.datasets._demo_model import count_demo_songs
from skgenre.onnx_runtime import load_onnx
from tests.helpers.interpreter import run_python

DATA = resources.files("skgenre.datasets") / "data"
# Processors round differently, and a training carries that on.
SHARE_OF_SAME_LABELS, MEAN_DIFFERENCE = 0.95, 0.05


@pytest.fixture(scope="module")
def music():
    return load_genre_excerpts(("classical", "rock", "electronic"))


def test_it_is_small_and_loads_as_any_other(music):
    with resources.as_file(DATA / "demo_model.onnx") as path:
        assert path.stat().st_size < 1e6
        loaded = load_onnx(path)
    model = load_demo_model().estimator_
    assert repr(model) == repr(loaded)
    assert model.classes_.tolist() == sorted(music.target_names)
    assert (model.sample_rate, model.n_features_in_) == (music.sample_rate, music.data.shape[1])
    assert np.array_equal(model.predict_proba(music.data[:9]), loaded.predict_proba(music.data[:9]))


def test_it_answers_for_songs(music, tmp_path):
    model = load_demo_model()
    is_one = [music.groups == song for song in (0, len(music.song_names) - 1)]
    songs = [music.data[rows].ravel() for rows in is_one]
    soundfile.write(tmp_path / "song.wav", songs[1], music.sample_rate, subtype="FLOAT")
    songs.append(tmp_path / "song.wav")
    labels = [music.target_names[music.target[rows][0]] for rows in is_one]
    assert model.predict(songs).tolist() == [*labels, labels[1]]
    probabilities = model.predict_proba(songs)
    for rows, of_song in zip(is_one, probabilities[:2], strict=True):
        of_excerpts = model.estimator_.predict_proba(music.data[rows])
        assert of_song == pytest.approx(of_excerpts.mean(axis=0), abs=1e-6)
    assert np.array_equal(probabilities[1], probabilities[2])
    [course] = model.predict_excerpts(songs[:1])
    assert len(course.labels) == is_one[0].sum()


def test_excerpts_are_songs_of_one_excerpt(music):
    model = load_demo_model()
    expected = model.estimator_.predict_proba(music.data[:5])
    assert np.array_equal(model.predict_proba(music.data[:5]), expected)


LOOK = """
import sys
from skgenre.datasets import load_demo_model

load_demo_model().predict([[0.0]])
print(*sys.modules)
"""


def test_neither_tensorflow_nor_keras_is_loaded():
    assert not {"tensorflow", "keras", "scikeras"} & set(run_python("-c", LOOK).split())


def test_it_has_learned_the_music_that_comes_along(music):
    labels = music.target_names[music.target]
    found = load_demo_model().predict(music.data)
    assert all((found[labels == genre] == genre).mean() > 0.9 for genre in music.target_names)


def test_its_songs_are_those_of_the_music(music):
    assert count_demo_songs() == len(music.song_names)
    labels = music.target_names[
        [music.target[music.groups == song][0] for song in range(len(music.song_names))]
    ]
    model = load_demo_model()
    shares = [(labels == genre).mean() for genre in model.classes_]
    assert model.class_prior_ == pytest.approx(shares)


@pytest.mark.slow
def test_the_script_trains_it_again(music, tmp_path):
    # The other tests do without TensorFlow.
    from skgenre.datasets._build_demo_model import main

    main([str(tmp_path / "again.onnx")])
    shipped, again = load_demo_model(), load_onnx(tmp_path / "again.onnx")
    same = shipped.predict(music.data) == again.predict(music.data)
    difference = np.abs(shipped.predict_proba(music.data) - again.predict_proba(music.data))
    print(f"labels: {same.mean():.2%} the same; probabilities: {difference.mean():.2g} apart")
    assert same.mean() >= SHARE_OF_SAME_LABELS
    assert difference.mean() <= MEAN_DIFFERENCE
    assert again.song_settings == shipped.estimator_.song_settings
    assert (tmp_path / "again.onnx").stat().st_size < 1e6


def test_its_notice_names_what_it_was_trained_on():
    notice = (DATA / "demo_model.LICENSE.txt").read_text(encoding="ascii")
    for source in ("wesnoth", "nexuiz", "muldjord", "sectoid"):
        assert f"{source}.npz" in notice
        text = (DATA / f"{source}.LICENSE.txt").read_text(encoding="ascii")
        license = text.split("SPDX-License-Identifier: ")[1].split("\n")[0]
        assert license in notice
    assert "no recording" in notice
