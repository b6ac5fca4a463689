"""What a classifier listens to, in numbers: planted cues and tones in, known answers out."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skgenre import (
    CNNGenreClassifier,
    FilterbankGenreClassifier,
    MLPGenreClassifier,
    SongClassifier,
    WaveformScaler,
)
from skgenre.classifiers._base import log_odds_gradients
from skgenre.inspection import filter_responses, saliency

RATE, BURST_SECONDS = 400, 0.2
METHODS = ["gradient_x_input", "integrated_gradients"]


def noise_with_a_burst(n_excerpts, seed):
    """One second of noise; somewhere in it a short tone, whose pitch decides the label."""
    rng = np.random.default_rng(seed)
    seconds = np.arange(RATE) / RATE
    labels = np.tile(["low", "high"], n_excerpts // 2)
    pitches = np.where(labels == "low", 30, 90)
    starts = rng.uniform(0.1, 0.7, n_excerpts)
    burst = (seconds >= starts[:, None]) & (seconds < starts[:, None] + BURST_SECONDS)
    tones = np.sin(2 * np.pi * pitches[:, None] * seconds)
    return rng.normal(0, 0.05, (n_excerpts, RATE)) + burst * tones, labels, burst


@pytest.fixture(scope="module")
def listener():
    X, y, _ = noise_with_a_burst(200, seed=0)
    classifier = CNNGenreClassifier(epochs=5, random_state=0)
    return make_pipeline(WaveformScaler(center=True), classifier).fit(X, y)


@pytest.fixture(scope="module")
def undecided(three_classes):
    """A classifier whose probabilities are far from 0 and 1."""
    X, y = three_classes
    return CNNGenreClassifier(random_state=0).initialize(X, y)


def log_odds(estimator, X, column):
    share = estimator.predict_proba(X).astype(float)[:, column]
    return np.log(share / (1 - share))


# --- saliency


@pytest.mark.parametrize("method", METHODS)
def test_a_planted_cue_is_found(listener, method):
    X, y, burst = noise_with_a_burst(20, seed=1)
    assert (listener.predict(X) == y).all()
    found = saliency(listener, X, method=method)
    inside = (found * burst).sum(axis=1) / found.sum(axis=1)
    assert (found.sum(axis=1) > 0).all()
    # The bursts take a fifth of the time, and all but a little of what speaks for the class.
    assert np.median(inside) > 0.8


@pytest.mark.parametrize("column", [0, 1, 2])
def test_integrated_gradients_sum_to_the_difference_from_silence(undecided, three_classes, column):
    X = three_classes[0][:10]
    label = undecided.classes_[column]
    found = saliency(undecided, X, target=label, method="integrated_gradients", n_steps=200)
    difference = log_odds(undecided, X, column) - log_odds(undecided, 0 * X, column)
    np.testing.assert_allclose(found.sum(axis=1), difference, rtol=0.01, atol=1e-4)


def test_integrated_gradients_of_two_classes(excerpts):
    X, y = excerpts
    classifier = CNNGenreClassifier(random_state=0).initialize(X, y)
    for column, label in enumerate(classifier.classes_):
        found = saliency(classifier, X[:5], target=label, method=METHODS[1], n_steps=200)
        difference = log_odds(classifier, X[:5], column) - log_odds(classifier, 0 * X[:5], column)
        np.testing.assert_allclose(found.sum(axis=1), difference, rtol=0.01, atol=1e-4)


def test_gradient_x_input_is_the_slope_of_the_log_odds(undecided, three_classes):
    X = three_classes[0][:10]
    found = saliency(undecided, X, target=undecided.classes_[2])
    step = 1e-2
    louder, softer = log_odds(undecided, X * (1 + step), 2), log_odds(undecided, X * (1 - step), 2)
    np.testing.assert_allclose(
        found.sum(axis=1), (louder - softer) / (2 * step), rtol=0.05, atol=1e-3
    )


def test_saliency_stays_finite_where_probabilities_round_to_0_and_1(listener):
    X, _, _ = noise_with_a_burst(4, seed=2)
    louder = 100 * X
    assert set(np.unique(listener.predict_proba(louder))) == {0, 1}
    for label in listener.classes_:
        found = saliency(listener, louder, target=label)
        assert np.isfinite(found).all()
        assert found.any()


def test_silence_says_nothing_even_behind_a_scaler_that_shifts_it(listener):
    assert listener[0].transform(np.zeros((1, RATE))).any()
    assert not saliency(listener, np.zeros((2, RATE))).any()


def test_two_classes_mirror_each_other(listener):
    X, _, _ = noise_with_a_burst(4, seed=3)
    low, high = (saliency(listener, X, target=label) for label in ("low", "high"))
    np.testing.assert_allclose(low, -high, rtol=1e-5, atol=1e-7)


def test_the_predicted_class_is_the_default(undecided, three_classes):
    X = three_classes[0][:30]
    found = saliency(undecided, X)
    np.testing.assert_array_equal(found, saliency(undecided, X, target=undecided.predict(X)))


def test_an_excerpt_does_not_depend_on_the_others(undecided, three_classes):
    X, y = three_classes
    together = saliency(undecided, X, target=y)
    alone = np.concatenate(
        [
            saliency(undecided, row[None], target=label)
            for row, label in zip(X[:30], y[:30], strict=True)
        ]
    )
    np.testing.assert_array_equal(together[:30], alone)


def test_a_search_a_pipeline_and_a_song_classifier_show_their_classifier(excerpts):
    X, y = excerpts
    scaler = WaveformScaler().fit(X)
    network = CNNGenreClassifier(epochs=1, random_state=0)
    expected = saliency(network.fit(scaler.transform(X), y), scaler.transform(X[:4]))
    pipe = make_pipeline(WaveformScaler(), CNNGenreClassifier(epochs=1, random_state=0))
    search = GridSearchCV(pipe, {"cnngenreclassifier__dense_units": [64]}, cv=2).fit(X, y)
    np.testing.assert_array_equal(saliency(search, X[:4]), expected)
    songs = SongClassifier(
        make_pipeline(WaveformScaler(), CNNGenreClassifier(epochs=1, random_state=0)),
        sample_rate=20,
    ).fit(X, y)
    np.testing.assert_array_equal(saliency(songs, X[:4]), expected)


def test_a_data_frame_keeps_its_names(excerpts):
    X, y = excerpts
    frame = pd.DataFrame(X, columns=[f"t{step}" for step in range(X.shape[1])])
    pipe = make_pipeline(WaveformScaler(), CNNGenreClassifier(epochs=1, random_state=0))
    pipe.fit(frame, y)
    found = saliency(pipe, frame[:4])
    np.testing.assert_array_equal(found, saliency(pipe[-1], pipe[0].transform(frame[:4])))


def test_scalers_that_give_data_frames_are_no_trouble(excerpts):
    X, y = excerpts
    pipe = make_pipeline(WaveformScaler(), CNNGenreClassifier(epochs=1, random_state=0))
    plain = saliency(pipe.fit(X, y), X[:4])
    pipe.set_output(transform="pandas").fit(X, y)
    np.testing.assert_array_equal(saliency(pipe, X[:4]), plain)


def test_pipelines_of_one_step_and_frozen_classifiers_are_looked_into(excerpts):
    X, y = excerpts
    network = CNNGenreClassifier(epochs=1, random_state=0).fit(X, y)
    expected = saliency(network, X[:4])
    alone = make_pipeline(CNNGenreClassifier(epochs=1, random_state=0)).fit(X, y)
    np.testing.assert_array_equal(saliency(alone, X[:4]), expected)
    np.testing.assert_array_equal(saliency(FrozenEstimator(network), X[:4]), expected)


@pytest.mark.parametrize("around", [lambda inner: inner, make_pipeline])
def test_a_fit_in_another_thread_does_not_change_what_is_inspected(excerpts, monkeypatch, around):
    X, y = excerpts
    classifier = MLPGenreClassifier(epochs=1, random_state=0).fit(X, y)
    expected = saliency(classifier, X)

    def refit_first(*arguments):
        classifier.fit(X[:, :30], np.arange(len(X)) % 3)
        return log_odds_gradients(*arguments)

    monkeypatch.setattr("skgenre.inspection._saliency.log_odds_gradients", refit_first)
    np.testing.assert_array_equal(saliency(around(classifier), X), expected)


def test_many_excerpts_are_taken_block_by_block(undecided, three_classes):
    X = np.tile(three_classes[0], (7, 1))
    found = saliency(undecided, X, target=1)
    np.testing.assert_array_equal(found[-90:], saliency(undecided, X[:90], target=1))


def test_steps_that_change_the_number_of_time_steps_are_refused(excerpts):
    X, y = excerpts
    pipe = make_pipeline(FunctionTransformer(lambda X: X[:, ::2]), CNNGenreClassifier(epochs=1))
    with pytest.raises(ValueError, match="time steps from 60 to 30"):
        saliency(pipe.fit(X, y), X)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"target": "jazz"}, r"target has labels.*\['jazz'\].*known are \[0, 1, 2\]"),
        ({"target": [0, 1]}, "inconsistent numbers of samples"),
        ({"method": "gradient"}, "'method' parameter.*Got 'gradient'"),
        ({"n_steps": 0}, "'n_steps' parameter"),
    ],
)
def test_bad_arguments_are_named(undecided, three_classes, arguments, message):
    with pytest.raises(ValueError, match=message):
        saliency(undecided, three_classes[0][:3], **arguments)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros((2, 59)), "59 features"),
        (np.full((2, 60), np.nan), "NaN"),
        (np.zeros(60), "2D array"),
    ],
)
def test_bad_excerpts_are_refused(undecided, X, message):
    with pytest.raises(ValueError, match=message):
        saliency(undecided, X)


@pytest.mark.parametrize("inspect", [lambda found: saliency(found, [[0.0]]), filter_responses])
def test_only_fitted_classifiers_of_this_package_are_inspected(inspect):
    for unfitted in (CNNGenreClassifier(), GridSearchCV(CNNGenreClassifier(), {})):
        with pytest.raises(NotFittedError):
            inspect(unfitted)
    other = DummyClassifier().fit([[0.0]], [0])
    for stranger in (other, make_pipeline(FunctionTransformer(), other)):
        with pytest.raises(TypeError, match=r"must be or hold a fitted .*CNNGenreClassifier"):
            inspect(stranger)


# --- filters


def test_a_tone_comes_out_as_loud_as_the_response_says(listener):
    responses = filter_responses(listener)
    seconds = np.arange(4 * RATE) / RATE
    for number in (20, 100, 400):
        frequency = responses.frequencies[number]
        tone = np.cos(2 * np.pi * frequency * seconds)
        for kernel, magnitudes in zip(responses.kernels, responses.magnitudes, strict=True):
            heard = np.convolve(tone, kernel, mode="valid")
            assert heard.std() * np.sqrt(2) == pytest.approx(magnitudes[number], rel=0.02, abs=1e-3)


def test_responses_are_those_of_the_first_layer(listener):
    responses = filter_responses(listener)
    kernels = listener[-1].model_.layers[1].get_weights()[0]
    np.testing.assert_array_equal(responses.kernels, kernels[:, 0].T)
    assert responses.magnitudes.shape == (32, len(responses.frequencies))
    loudest = responses.magnitudes.argmax(axis=1)
    np.testing.assert_array_equal(responses.peak_frequencies, responses.frequencies[loudest])


def test_frequencies_are_in_hertz(undecided, excerpts):
    assert filter_responses(undecided).frequencies[-1] == RATE / 2
    assert filter_responses(undecided, sample_rate=8000).frequencies[-1] == 4000
    X, y = excerpts
    songs = SongClassifier(CNNGenreClassifier(epochs=1), sample_rate=20).fit(X, y)
    assert filter_responses(songs).frequencies[-1] == 10
    assert filter_responses(songs).sample_rate == 20


def test_a_kernel_longer_than_the_usual_transform_is_taken_whole():
    rng = np.random.default_rng(0)
    classifier = CNNGenreClassifier(filters=2, kernel_sizes=1500, strides=4, random_state=0)
    responses = filter_responses(classifier.initialize(rng.normal(size=(2, 50)), [0, 1]))
    assert responses.kernels.shape == (2, 1500)
    gain = np.abs(responses.kernels.sum(axis=1))
    np.testing.assert_allclose(responses.magnitudes[:, 0], gain, rtol=1e-4, atol=1e-4)


def test_a_perceptron_has_no_filters(excerpts):
    with pytest.raises(ValueError, match="MLPGenreClassifier has no convolution"):
        filter_responses(MLPGenreClassifier().initialize(*excerpts))


@pytest.mark.parametrize("sample_rate", [400, 8000])
def test_filters_of_bands_respond_to_the_bands_that_they_weigh(sample_rate):
    X = np.random.default_rng(0).standard_normal((20, sample_rate)).astype(np.float32)
    classifier = FilterbankGenreClassifier(sample_rate=sample_rate, n_bands=10, random_state=0)
    classifier.initialize(X, np.arange(20) % 2)
    [kernel] = [array for array in classifier.model_.get_weights() if array.ndim == 3]
    responses = filter_responses(classifier)
    assert responses.sample_rate == sample_rate
    assert responses.kernels.shape == (32, 5, 10)
    strength = np.sqrt(sum(kernel[frame, 7, 3] ** 2 for frame in range(5)))
    np.testing.assert_allclose(responses.magnitudes[3, 7], strength, rtol=1e-6)
    # Bands are evenly spaced in mel.
    mel = 2595 * np.log10(1 + responses.frequencies / 700)
    np.testing.assert_allclose(np.diff(mel), mel[0], rtol=1e-6)
    loudest = responses.magnitudes.argmax(axis=1)
    np.testing.assert_array_equal(responses.peak_frequencies, responses.frequencies[loudest])


@pytest.mark.parametrize(("rate", "error"), [(0, ValueError), (-400, ValueError), ("x", TypeError)])
def test_bad_rates_are_refused(undecided, rate, error):
    with pytest.raises(error, match="sample_rate"):
        filter_responses(undecided, sample_rate=rate)
