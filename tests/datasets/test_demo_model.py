"""The model that comes with the package: what it was trained on, its size, its licence."""

from importlib import resources

import numpy as np
import pytest

from skgenre.datasets import load_demo_model, load_genre_excerpts
from skgenre.datasets._demo_model import count_demo_songs
from skgenre.onnx_runtime import load_onnx

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
    model = load_demo_model()
    assert repr(model) == repr(loaded)
    assert model.classes_.tolist() == sorted(music.target_names)
    assert (model.sample_rate, model.n_features_in_) == (music.sample_rate, music.data.shape[1])
    assert np.array_equal(model.predict_proba(music.data[:9]), loaded.predict_proba(music.data[:9]))


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
    assert again.song_settings == shipped.song_settings
    assert (tmp_path / "again.onnx").stat().st_size < 1e6


def test_its_notice_names_what_it_was_trained_on():
    notice = (DATA / "demo_model.LICENSE.txt").read_text(encoding="ascii")
    for source in ("wesnoth", "nexuiz", "muldjord", "sectoid"):
        assert f"{source}.npz" in notice
        text = (DATA / f"{source}.LICENSE.txt").read_text(encoding="ascii")
        license = text.split("SPDX-License-Identifier: ")[1].split("\n")[0]
        assert license in notice
    assert "no recording" in notice
