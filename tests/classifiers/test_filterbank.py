"""The classifier on a filterbank: what it has beyond the contract that all classifiers share."""

from itertools import pairwise

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.pipeline import make_pipeline

import skgenre._arrays.memory_maps
from skgenre import (
    FilterbankGenreClassifier,
    SongClassifier,
    WaveformScaler,
    export_onnx,
    load,
    load_onnx,
    save,
)
from skgenre._keras.layers import (
    AttentiveMoments,
    LogFilterbank,
    Moments,
    RandomLevel,
    Standardization,
)
from skgenre._spectra import band_edges, mel_bands
from skgenre.datasets import make_genre_excerpts
from skgenre.inspection import saliency
from skgenre.networks import build_filterbank
from skgenre.networks._filterbank import frame_sizes


def small(**params):
    settings = {"epochs": 2, "filters": 6, "kernel_sizes": 3, "n_bands": 8, "dense_units": 8}
    return FilterbankGenreClassifier(**{**settings, "random_state": 0, **params})


@pytest.fixture(scope="module")
def music():
    return make_genre_excerpts(90, n_timesteps=300, random_state=0)


def tone(frequency, sample_rate, n_timesteps):
    return np.sin(2 * np.pi * frequency * np.arange(n_timesteps) / sample_rate).astype(np.float32)


# --- what it hears


@pytest.mark.parametrize("sample_rate", [400, 8000, 22050])
@pytest.mark.parametrize("share", [0.1, 0.35, 0.8])
def test_a_tone_is_in_the_band_around_its_frequency(sample_rate, share):
    window, hop = frame_sizes(sample_rate)
    layer = LogFilterbank(sample_rate, window, hop, 40)
    frequency = share * sample_rate / 2
    bands = layer(tone(frequency, sample_rate, 3 * sample_rate)[np.newaxis]).numpy()[0]
    loudest = np.unique(bands.argmax(axis=1))
    edges = band_edges(sample_rate, 40)
    resolution = 2 * sample_rate / window
    assert (edges[loudest] - resolution < frequency).all()
    assert (frequency < edges[loudest + 2] + resolution).all()


def test_ten_times_the_amplitude_is_a_hundred_times_the_power():
    layer = LogFilterbank(400, 128, 64, 16)
    quiet, loud = (layer(amplitude * tone(60, 400, 1200)[np.newaxis]) for amplitude in (0.01, 0.1))
    assert_allclose(np.max(loud) - np.max(quiet), np.log(100), rtol=1e-4)


def test_a_constant_offset_is_not_heard():
    layer = LogFilterbank(400, 128, 64, 16)
    sound = tone(60, 400, 1200)[np.newaxis]
    assert_allclose(layer(sound + 0.5), layer(sound), atol=1e-3)


@pytest.mark.parametrize(("sample_rate", "window"), [(400, 128), (400, 3), (22050, 512), (9, 1)])
def test_each_band_hears_something(sample_rate, window):
    assert mel_bands(sample_rate, window, 40).any(axis=0).all()


@pytest.mark.parametrize(
    ("sample_rate", "expected"),
    [(400, (128, 32)), (2000, (256, 64)), (8000, (512, 256)), (22050, (1024, 512))],
)
def test_frames_grow_with_the_rate(sample_rate, expected):
    assert frame_sizes(sample_rate) == expected


@pytest.mark.parametrize(("window", "hop"), [(None, None), (1, None), (7, 3), (500, None)])
def test_frames_of_any_size(music, window, hop):
    classifier = small(window=window, hop=hop).fit(*music)
    assert np.isfinite(classifier.predict_proba(music[0])).all()


def test_what_it_was_adapted_to_is_standardised():
    X = np.random.default_rng(0).normal(3, 5, size=(50, 7, 4)).astype(np.float32)
    X[..., 2] = 1.5
    scale, offset = Standardization.adapted(X)
    standardised = (X * scale + offset).reshape(-1, 4)
    assert_allclose(standardised.mean(axis=0), 0, atol=1e-4)
    assert_allclose(standardised.std(axis=0), [1, 1, 0, 1], atol=1e-4)


@pytest.mark.parametrize("n_timesteps", [1, 2, 127, 128, 129])
def test_any_number_of_time_steps(n_timesteps):
    X = np.random.default_rng(0).normal(size=(20, n_timesteps))
    classifier = small().fit(X, np.arange(20) % 3)
    assert np.isfinite(classifier.predict_proba(X)).all()
    assert np.isfinite(classifier.history_["loss"]).all()


@pytest.mark.parametrize("sound", [0, 1, 1e-30, 1e6])
def test_silence_and_other_constants_are_excerpts(music, sound):
    X, y = np.vstack([music[0], np.full((1, 300), sound, np.float32)]), [*music[1], 0]
    probabilities = small().fit(X, y).predict_proba(X)
    assert np.isfinite(probabilities).all()


def test_the_largest_amplitudes_have_a_power(music):
    X = music[0] * np.float32(1e38) / np.abs(music[0]).max()
    assert np.isfinite(small().fit(*music).predict_proba(X)).all()


# --- training


def test_it_learns():
    X, y = make_genre_excerpts(300, n_classes=3, n_timesteps=400, random_state=0)
    classifier = FilterbankGenreClassifier(random_state=0).fit(X[:200], y[:200])
    assert classifier.score(X[200:], y[200:]) > 0.9


def test_a_seed_decides_every_bit_whatever_was_fitted_before(music):
    first = small().fit(*music)
    small(random_state=1, dropout=0.5).fit(*music)
    assert_array_equal(small().fit(*music)._weights, first._weights)
    assert (small(random_state=1).fit(*music)._weights != first._weights).any()


@pytest.mark.parametrize(
    ("name", "layers"), [("dropout", {"dropout_1", "dropout_2"}), ("level_noise", {"level"})]
)
def test_noise_takes_part_in_training_alone(music, name, layers):
    noisy, calm = (small(**{name: amount}).fit(*music) for amount in (0.5, 0))
    assert noisy.history_["loss"] != calm.history_["loss"]
    assert_array_equal(noisy.predict_proba(music[0]), noisy.predict_proba(music[0]))
    assert layers <= {layer.name for layer in noisy.model_.layers}
    assert not layers & {layer.name for layer in calm.model_.layers}


@pytest.mark.parametrize("noise", [{"dropout": 0.5}, {"level_noise": 0.5}], ids=str)
def test_noise_is_another_at_each_step(music, noise):
    # One excerpt a step, twice the same: without noise both steps would see the same loss.
    X, y = np.repeat(music[0][:2], 2, axis=0), np.array([0, 0, 1, 1])

    class Losses(keras.callbacks.Callback):
        seen = []

        def on_train_batch_end(self, batch, logs=None):
            self.seen.append(logs["loss"] * (batch + 1) - sum(self.seen))

    settings = {"optimizer": "sgd", "learning_rate": 1e-30, "batch_size": 1, "epochs": 1}
    settings |= {"dropout": 0, "level_noise": 0}
    small(**{**settings, **noise}, callbacks=[Losses]).fit(X, y)
    assert len(np.unique(np.round(Losses.seen, 5))) == 4


def test_a_random_level_is_the_same_in_all_bands_and_frames_of_an_excerpt():
    X = np.random.default_rng(0).normal(size=(2000, 5, 3)).astype(np.float32)
    layer = RandomLevel(0.4, seed=0)
    assert_array_equal(layer(X), X)
    added = layer(X, training=True).numpy() - X
    assert_allclose(added, np.broadcast_to(added[:, :1, :1], X.shape), atol=1e-6)
    assert added.std() == pytest.approx(0.4, rel=0.1)
    assert added.mean() == pytest.approx(0, abs=0.05)


def test_attention_counts_some_frames_more():
    X = np.random.default_rng(0).normal(size=(4, 9, 3)).astype(np.float32)
    layer = AttentiveMoments()
    layer.build(X.shape)
    layer.set_weights([np.zeros((3, 1))])
    assert_allclose(layer(X), Moments()(X), atol=1e-6)
    layer.set_weights([np.array([[100], [0], [0]])])
    found = layer(X).numpy()
    loudest = X[np.arange(4), X[..., 0].argmax(axis=1)]
    assert_allclose(found[:, :3], loudest, atol=1e-2)
    assert_allclose(found[:, 3:], 0, atol=1e-1)


def test_the_front_end_stays_as_it_was_adapted(music):
    classifier = small().initialize(*music)
    before = classifier.model_.get_layer("bands").get_weights()
    trained = small(warm_start=True).fit(*music).fit(*music)
    for array, later in zip(before, trained.model_.get_layer("bands").get_weights(), strict=True):
        assert_array_equal(array, later)


def test_what_does_not_fit_into_memory_goes_into_a_file(music, monkeypatch):
    expected = small().fit(*music)
    monkeypatch.setattr(skgenre._arrays.memory_maps, "MEMORY_MIB", 0)
    assert_array_equal(small().fit(*music)._weights, expected._weights)


def test_memory_maps_and_chunked_arrays_train_alike(music, tmp_path):
    dask_array = pytest.importorskip("dask.array")
    X, y = music
    np.save(tmp_path / "X.npy", X)
    expected = small().fit(X, y)._weights
    for stored in (
        np.load(tmp_path / "X.npy", mmap_mode="r"),
        dask_array.from_array(X, chunks=(30, -1)),
    ):
        assert_array_equal(small().fit(stored, y)._weights, expected)


def test_validation_data_and_early_stopping(music):
    X, y = music
    classifier = small(early_stopping=True, epochs=30, patience=1, learning_rate=0.1)
    classifier.fit(X[:60], y[:60], X_val=X[60:], y_val=y[60:])
    best = min(classifier.history_["val_loss"])
    smoothed = keras.losses.BinaryCrossentropy(label_smoothing=0.1)
    probabilities = classifier.predict_proba(X[60:])[:, 1:]
    assert_allclose(smoothed(y[60:, np.newaxis], probabilities), best, rtol=1e-5)


def test_the_rate_rises_and_falls_in_fit_and_stays_in_partial_fit(music):
    X, y = music
    classifier = small(epochs=4, batch_size=9, optimizer="sgd", weight_decay=0, dropout=0)
    start = small(dropout=0).initialize(X, y)._weights

    class Weights(keras.callbacks.Callback):
        seen = []

        def on_epoch_end(self, epoch, logs=None):
            self.seen.append(np.concatenate([w.ravel() for w in self.model.get_weights()]))

    classifier.set_params(callbacks=[Weights]).fit(X, y)
    seen = [start[-len(Weights.seen[0]) :], *Weights.seen]
    steps = [np.abs(after - before).mean() for before, after in pairwise(seen)]
    assert steps[0] > steps[2] > steps[3]
    Weights.seen.clear()
    classifier.partial_fit(X, y).partial_fit(X, y)
    assert np.abs(Weights.seen[1] - Weights.seen[0]).mean() > 2 * steps[3]


# Keras' own.
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")
def test_callbacks_may_set_a_rate_of_which_steps_have_their_share(music):
    def constant(epoch, rate):
        return 1e-30

    classifier = small(
        callbacks=[keras.callbacks.LearningRateScheduler(constant)], optimizer="sgd", weight_decay=0
    )
    fitted = classifier.fit(*music)
    assert_allclose(fitted._weights, small().initialize(*music)._weights, atol=1e-12)
    assert fitted.history_["learning_rate"] == pytest.approx([1e-30] * 2)


@pytest.mark.parametrize("optimizer", ["sgd", keras.optimizers.Adam(0.01), keras.optimizers.Lamb])
def test_other_optimizers(music, optimizer):
    assert np.isfinite(small(optimizer=optimizer).fit(*music).history_["loss"]).all()


def test_weight_decay_and_label_smoothing_count(music):
    weights = [
        small(**params).fit(*music)._weights
        for params in ({}, {"weight_decay": 0.5}, {"label_smoothing": 0.3})
    ]
    assert (weights[0] != weights[1]).any()
    assert (weights[0] != weights[2]).any()
    routed = small(optimizer__weight_decay=0.5).fit(*music)._weights
    assert_array_equal(routed, weights[1])


def test_crossentropy_is_that_of_the_number_of_classes(music):
    X, y = music
    settings = {"label_smoothing": 0}
    binary = small(loss="binary_crossentropy").fit(X, y)
    assert_array_equal(small(**settings).fit(X, y)._weights, binary._weights)
    y = np.arange(len(X)) % 3
    categorical = small(loss="categorical_crossentropy").fit(X, y)
    assert_array_equal(small(**settings).fit(X, y)._weights, categorical._weights)


# --- elsewhere


def test_settings_that_do_not_go_together_are_named(music):
    with pytest.raises(ValueError, match="filters, kernel_sizes must be of equal length"):
        small(filters=(4, 4), kernel_sizes=(3, 3, 3)).fit(*music)
    with pytest.raises(ValueError, match="filters and kernel_sizes must be of equal length"):
        build_filterbank(1200, filters=(4, 4), kernel_sizes=(3,))
    with pytest.raises(ValueError, match="must describe at least one layer"):
        build_filterbank(1200, filters=(), kernel_sizes=())
    with pytest.raises(ValueError, match="The network cannot change between calls"):
        small(warm_start=True).fit(*music).set_params(hop=30).fit(*music)
    with pytest.raises(ValueError, match="'dropout' parameter"):
        small(dropout=1.0).fit(*music)
    with pytest.raises(ValueError, match="'level_noise' parameter"):
        small(level_noise=-0.1).fit(*music)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"window": 10**6, "hop": 1, "n_bands": 100}, "would take 100,000,000 numbers, more than"),
        ({"window": 10**7}, "choose a smaller `window`"),
        ({"n_bands": 10**12}, "n_bands must be an integer from 1 to 50,000,000"),
    ],
)
def test_frames_beyond_memory_are_refused_before_they_are_made(music, params, message):
    with pytest.raises(ValueError, match=message):
        small(**params).fit(*music)


@pytest.mark.parametrize("name", ["sample_rate", "window", "hop", "n_bands"])
@pytest.mark.parametrize("value", [0, -1, "many", 10**400, [8]])
def test_states_with_impossible_frames_are_refused(music, name, value):
    state = small().initialize(*music).__getstate__()
    state["_fitted_settings"] = {**state["_fitted_settings"], name: value}
    with pytest.raises(ValueError, match=f"{name} must be an integer from 1 to 50,000,000, got"):
        FilterbankGenreClassifier().__setstate__(state)


def test_songs_are_read_at_the_rate_that_it_expects(music):
    songs = SongClassifier(make_pipeline(WaveformScaler(), small()), sample_rate=800)
    with pytest.raises(
        ValueError, match="sample_rate=800, but its FilterbankGenreClassifier has sample_rate=400"
    ):
        songs.fit(list(music[0]), music[1])


def test_its_rate_is_written_into_the_onnx_model(music, tmp_path):
    fitted = make_pipeline(WaveformScaler(), small(sample_rate=800)).fit(*music)
    export_onnx(fitted, tmp_path / "model.onnx", music[0])
    assert load_onnx(tmp_path / "model.onnx").sample_rate == 800
    with pytest.raises(ValueError, match="but the classifier takes excerpts at 800 Hz"):
        export_onnx(fitted, tmp_path / "model.onnx", music[0], sample_rate=400)


@pytest.mark.parametrize("method", ["gradient_x_input", "integrated_gradients"])
def test_moments_that_speak_for_a_class_add_up(music, method):
    X, y = music
    fitted = FilterbankGenreClassifier(epochs=3, random_state=0).fit(X, y)
    found = saliency(fitted, X[:5], target=1, method=method)
    assert np.isfinite(found).all()
    assert found.any()


@pytest.mark.parametrize(
    "params", [{}, {"dropout": 0, "level_noise": 0}, {"window": 50, "hop": 7}, {"n_bands": 30}]
)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_it_is_saved_and_exported_whole(tmp_path, params, n_classes):
    X, y = make_genre_excerpts(40, n_classes=n_classes, n_timesteps=200, random_state=0)
    fitted = make_pipeline(WaveformScaler(), small(**params)).fit(X, y)
    expected = fitted.predict_proba(X)
    save(fitted, tmp_path / "model.skops")
    assert_array_equal(load(tmp_path / "model.skops").predict_proba(X), expected)
    export_onnx(fitted, tmp_path / "model.onnx", X)
    assert_allclose(load_onnx(tmp_path / "model.onnx").predict_proba(X), expected, atol=1e-5)


@pytest.mark.parametrize("sample_rate", [8000, 22050])
def test_it_is_exported_at_other_rates(tmp_path, sample_rate):
    X = np.random.default_rng(0).normal(size=(12, sample_rate)).astype(np.float32)
    X *= np.logspace(-5, 0, 12, dtype=np.float32)[:, np.newaxis]
    fitted = FilterbankGenreClassifier(sample_rate=sample_rate, epochs=1, random_state=0)
    fitted.fit(X, np.arange(12) % 3)
    export_onnx(fitted, tmp_path / "model.onnx", X)
    found = load_onnx(tmp_path / "model.onnx").predict_proba(X)
    assert_allclose(found, fitted.predict_proba(X), atol=1e-5)


# Keras' own.
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")
def test_its_network_is_a_keras_model_that_keras_saves(music, tmp_path):
    fitted = small().fit(*music)
    fitted.model_.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    expected = fitted.predict_proba(music[0])[:, 1:]
    assert_allclose(loaded.predict(music[0], verbose=0), expected, atol=1e-6)
