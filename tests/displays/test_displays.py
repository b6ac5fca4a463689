"""Pictures: what their lines, bars and colours say is what the estimators say."""

import sys

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skgenre import (
    CNNGenreClassifier,
    FilterbankGenreClassifier,
    MLPGenreClassifier,
    SongClassifier,
    WaveformScaler,
)
from skgenre._readable_numbers import as_percent
from skgenre.displays import (
    ExcerptDisplay,
    FilterResponseDisplay,
    SaliencyDisplay,
    SongTimelineDisplay,
    TrainingCurveDisplay,
)
from skgenre.inspection import filter_responses, saliency


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def pipe(excerpts):
    network = CNNGenreClassifier(epochs=4, validation_fraction=0.25, random_state=0)
    return make_pipeline(WaveformScaler(), network).fit(*excerpts)


@pytest.fixture(scope="module")
def songs(three_classes):
    """A classifier of songs at 20 Hz, with excerpts of 3 s."""
    X, y = three_classes
    labels = np.array(["classical", "electronic", "rock"])[y]
    network = CNNGenreClassifier(epochs=2, random_state=0)
    return SongClassifier(make_pipeline(WaveformScaler(), network), sample_rate=20).fit(X, labels)


@pytest.fixture
def song():
    return np.random.default_rng(0).normal(size=20 * 30)


# --- training


def test_training_curves_are_the_history(pipe):
    display = TrainingCurveDisplay.from_estimator(pipe)
    history = pipe[-1].history_
    names = ("loss", "accuracy")
    assert display.figure_ is display.axes_[0].figure
    for axes, name, line in zip(display.axes_, names, display.training_lines_, strict=True):
        assert name in axes.get_ylabel().lower()
        assert axes.get_xlabel() == "Epoch"
        np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3, 4])
        np.testing.assert_array_equal(line.get_ydata(), history[name])
    for name, line in zip(names, display.validation_lines_, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), history[f"val_{name}"])


def test_the_epoch_of_the_lowest_validation_loss_is_marked(pipe):
    display = TrainingCurveDisplay.from_estimator(pipe)
    assert display.best_epoch == 1 + np.argmin(pipe[-1].history_["val_loss"])
    assert [line.get_xdata()[0] for line in display.best_epoch_lines_] == [display.best_epoch] * 2


def test_the_marked_epoch_is_the_one_that_early_stopping_kept(excerpts):
    X, y = excerpts
    settings = {"epochs": 30, "patience": 1, "early_stopping": True, "learning_rate": 0.01}
    network = CNNGenreClassifier(validation_fraction=0.3, random_state=3, **settings).fit(X, y)
    assert TrainingCurveDisplay.from_estimator(network).best_epoch == network.n_iter_ - 1


def test_without_validation_data_no_epoch_is_marked(songs):
    display = TrainingCurveDisplay.from_estimator(songs)
    assert display.best_epoch is None
    assert display.best_epoch_lines_ == display.validation_lines_ == []


def test_epochs_without_validation_data_leave_a_gap(excerpts):
    X, y = excerpts
    network = CNNGenreClassifier(epochs=2, warm_start=True, random_state=0).fit(X, y)
    network.fit(X, y, X_val=X, y_val=y)
    display = TrainingCurveDisplay.from_estimator(network)
    np.testing.assert_array_equal(
        np.isnan(display.validation_lines_[0].get_ydata()), [True, True, False, False]
    )
    assert display.best_epoch in (3, 4)


def test_a_network_without_training_has_no_curve(excerpts):
    with pytest.raises(ValueError, match="not trained"):
        TrainingCurveDisplay.from_estimator(CNNGenreClassifier().initialize(*excerpts))


# --- filters


def test_filters_are_drawn_from_low_to_high_frequencies(pipe):
    display = FilterResponseDisplay.from_estimator(pipe)
    found = filter_responses(pipe)
    assert sorted(display.order_) == list(range(32))
    energies = found.magnitudes[display.order_] ** 2
    centres = energies @ found.frequencies / energies.sum(axis=1)
    assert (np.diff(centres) >= 0).all()
    for row, wave in enumerate(display.waves_):
        kernel = found.kernels[display.order_[row]]
        assert np.corrcoef(wave.get_ydata(), kernel)[0, 1] == pytest.approx(1, abs=1e-5)
        assert abs(wave.get_ydata() - row).max() == pytest.approx(0.5)
    assert display.waves_[0].get_xdata()[1] == pytest.approx(1000 / 400)


def test_responses_are_in_decibels_below_the_peak(pipe):
    display = FilterResponseDisplay.from_estimator(pipe)
    found = filter_responses(pipe)
    decibels = display.responses_.get_array().reshape(32, -1)
    np.testing.assert_array_equal(decibels.max(axis=1), np.zeros(32))
    assert decibels.min() >= -30 - 1e-4
    half = 20 * np.log10(
        found.magnitudes[display.order_[5], 77] / found.magnitudes.max(axis=1)[display.order_[5]]
    )
    assert decibels[5, 77] == pytest.approx(max(half, -30), abs=1e-3)
    assert display.axes_[1].get_xlabel() == "Frequency (Hz)"
    assert display.axes_[0].get_xlabel() == "Time (ms)"


def test_the_frequency_axis_follows_the_sample_rate(pipe, songs):
    display = FilterResponseDisplay.from_estimator(pipe, sample_rate=8000)
    assert display.frequencies[-1] == display.axes_[1].get_xlim()[1] == 4000
    assert FilterResponseDisplay.from_estimator(songs).frequencies[-1] == 10


def test_a_single_filter_fills_its_picture(excerpts):
    network = CNNGenreClassifier(filters=1, random_state=0).initialize(*excerpts)
    display = FilterResponseDisplay.from_estimator(network)
    heights = display.responses_.get_coordinates()[..., 1]
    assert (heights.min(), heights.max()) == (-0.5, 0.5)


def test_a_filter_that_has_gone_silent_is_drawn_as_silence():
    kernels = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, -1.0]])
    magnitudes = np.abs(np.fft.rfft(kernels, 8))
    display = FilterResponseDisplay(
        kernels=kernels, frequencies=np.arange(5.0), magnitudes=magnitudes, sample_rate=8
    ).plot()
    decibels = display.responses_.get_array().reshape(2, 5)
    assert (decibels[list(display.order_).index(0)] == -30).all()
    assert decibels[list(display.order_).index(1)].max() == 0


def test_a_perceptron_has_no_filters(excerpts):
    with pytest.raises(ValueError, match="no convolution"):
        FilterResponseDisplay.from_estimator(MLPGenreClassifier().initialize(*excerpts))


def test_filters_of_bands_are_no_waves(excerpts):
    with pytest.raises(ValueError, match="hear bands"):
        FilterResponseDisplay.from_estimator(FilterbankGenreClassifier().initialize(*excerpts))


# --- saliency


def test_windows_add_up_what_their_moments_say(pipe, excerpts):
    excerpt = excerpts[0][3]
    display = SaliencyDisplay.from_estimator(pipe, excerpt, sample_rate=20, window_seconds=0.5)
    [expected] = saliency(pipe, excerpt[None])
    np.testing.assert_array_equal(display.saliency, expected)
    np.testing.assert_allclose(
        display.windows_.get_array().ravel(), expected.reshape(6, 10).sum(axis=1), rtol=1e-5
    )
    np.testing.assert_array_equal(display.wave_.get_ydata(), excerpt)
    assert display.wave_.get_xdata()[20] == pytest.approx(1.0)
    assert display.ax_.get_xlabel() == "Time (s)"
    assert display.ax_.get_xlim() == pytest.approx((0, 3))
    assert "500 ms" in display.colorbar_.ax.get_ylabel()


def test_colours_are_as_strong_for_as_against(pipe, excerpts):
    low, high = SaliencyDisplay.from_estimator(pipe, excerpts[0][3]).windows_.get_clim()
    assert low == -high < 0


def test_the_last_window_may_be_shorter(pipe, excerpts):
    excerpt = excerpts[0][3]
    display = SaliencyDisplay.from_estimator(pipe, excerpt, sample_rate=20, window_seconds=0.7)
    sums = display.windows_.get_array().ravel()
    assert len(sums) == 5
    assert sums.sum() == pytest.approx(display.saliency.sum(), rel=1e-4)
    assert sums[-1] == pytest.approx(display.saliency[56:].sum(), rel=1e-4)


def test_the_title_names_the_class(pipe, songs, excerpts, three_classes):
    excerpt = excerpts[0][3]
    [predicted] = pipe.predict(excerpt[None])
    assert f"“{predicted}”" in SaliencyDisplay.from_estimator(pipe, excerpt).ax_.get_title()
    display = SaliencyDisplay.from_estimator(
        songs, three_classes[0][0], target="rock", method="integrated_gradients", n_steps=4
    )
    assert "“rock”" in display.ax_.get_title()
    assert display.sample_rate == 20
    [expected] = saliency(
        songs, three_classes[0][:1], target="rock", method="integrated_gradients", n_steps=4
    )
    np.testing.assert_array_equal(display.saliency, expected)


def test_a_row_of_a_data_frame_keeps_its_names(excerpts):
    X, y = excerpts
    frame = pd.DataFrame(X, columns=[f"t{step}" for step in range(X.shape[1])])
    network = CNNGenreClassifier(epochs=1, random_state=0).fit(frame, y)
    display = SaliencyDisplay.from_estimator(network, frame.iloc[3])
    np.testing.assert_array_equal(display.saliency, saliency(network, frame[3:4])[0])


def test_silence_is_drawn_too(pipe):
    display = SaliencyDisplay.from_estimator(pipe, np.zeros(60))
    assert not display.windows_.get_array().any()


def test_bad_windows_and_excerpts_are_refused(pipe, excerpts):
    X, _ = excerpts
    with pytest.raises(ValueError, match=r"window_seconds=0.001 is less than one sample at 400 Hz"):
        SaliencyDisplay.from_estimator(pipe, X[0], window_seconds=0.001)
    with pytest.raises(
        ValueError, match=r"excerpt must be of shape \(n_timesteps,\), got \(2, 60\)"
    ):
        SaliencyDisplay.from_estimator(pipe, X[:2])


# --- songs


def steps(display):
    """Left, bottom, right and top of each excerpt's step, by class: (n_classes, n_excerpts, 4)."""
    return np.array(
        [[path.get_extents().extents for path in area.get_paths()] for area in display.areas_]
    )


def test_steps_are_the_probabilities_of_excerpts(songs, song):
    display = SongTimelineDisplay.from_estimator(songs, song)
    [course] = songs.predict_excerpts([song])
    left, bottom, _, top = np.moveaxis(steps(display), -1, 0)
    np.testing.assert_allclose((top - bottom).T, course.probabilities, atol=1e-6)
    np.testing.assert_allclose(top[-1], 1, atol=1e-5)
    np.testing.assert_allclose(left[0], course.seconds)
    assert display.ax_.get_xlim() == (0, 30)
    assert "(s)" in display.ax_.get_xlabel()


def test_the_legend_tells_of_the_whole_song(songs, song):
    display = SongTimelineDisplay.from_estimator(songs, song)
    [shares] = songs.predict_proba([song])
    texts = [text.get_text() for text in display.legend_.get_texts()]
    expected = [
        f"{label}: {as_percent(share)}" for label, share in zip(songs.classes_, shares, strict=True)
    ]
    assert texts == expected[::-1]


def test_without_an_answer_for_the_song_the_legend_has_labels_alone():
    display = SongTimelineDisplay(
        seconds=np.array([0.0, 3.0]),
        probabilities=np.array([[0.2, 0.8], [0.6, 0.4]]),
        classes=np.array(["classical", "rock"]),
        excerpt_seconds=3.0,
    ).plot()
    assert [text.get_text() for text in display.legend_.get_texts()] == ["rock", "classical"]
    assert display.legend_.get_title().get_text() == ""


def test_labels_are_drawn_as_they_are():
    labels = np.array(["_hidden", r"$\no maths$"])
    display = SongTimelineDisplay(
        seconds=np.array([0.0]),
        probabilities=np.array([[0.2, 0.8]]),
        classes=labels,
        excerpt_seconds=3.0,
    ).plot()
    texts = [text.get_text() for text in display.legend_.get_texts()]
    assert texts == [r"\$\no maths\$", "_hidden"]
    display.figure_.canvas.draw()
    waves = ExcerptDisplay.from_excerpts(np.ones((2, 5)), labels)
    waves.figure_.canvas.draw()


def test_more_classes_than_colours_are_told_apart():
    n_classes = 20
    display = SongTimelineDisplay(
        seconds=np.array([0.0]),
        probabilities=np.full((1, n_classes), 1 / n_classes),
        classes=np.arange(n_classes),
        excerpt_seconds=3.0,
    ).plot()
    looks = {(tuple(area.get_facecolor()[0]), area.get_hatch()) for area in display.areas_}
    assert len(looks) == n_classes


def test_what_was_not_heard_stays_empty_and_what_overlaps_is_not_drawn_twice(songs, song):
    by_hop = {"max_excerpts": (None, 2), "hop_seconds": (1.5, None)}
    widths = []
    for hop, most in zip(by_hop["hop_seconds"], by_hop["max_excerpts"], strict=True):
        songs.set_params(hop_seconds=hop, max_excerpts=most)
        display = SongTimelineDisplay.from_estimator(songs, song)
        left, _, right, _ = steps(display)[0].T
        widths.append(right - left)
    songs.set_params(hop_seconds=None, max_excerpts=None)
    np.testing.assert_allclose(widths[0], [1.5] * (len(widths[0]) - 1) + [3])
    assert len(widths[0]) > 15
    np.testing.assert_allclose(widths[1], [3, 3])


def test_a_search_for_song_classifiers_draws_its_best(three_classes, song):
    X, y = three_classes
    inner = SongClassifier(CNNGenreClassifier(epochs=1, random_state=0), sample_rate=20)
    search = GridSearchCV(inner, {"aggregate": ["vote"]}, cv=2).fit(list(X), y)
    display = SongTimelineDisplay.from_estimator(search, song)
    np.testing.assert_allclose(display.song_probabilities, search.predict_proba([song])[0])


def test_a_frozen_classifier_has_the_same_course(songs, song):
    display = SongTimelineDisplay.from_estimator(FrozenEstimator(songs), song)
    expected = SongTimelineDisplay.from_estimator(songs, song)
    np.testing.assert_array_equal(display.probabilities, expected.probabilities)


def test_a_timeline_needs_a_song_and_a_classifier_of_songs(songs, pipe, song):
    with pytest.raises(TypeError, match="must be a fitted SongClassifier"):
        SongTimelineDisplay.from_estimator(pipe, song)
    with pytest.raises(NotFittedError):
        SongTimelineDisplay.from_estimator(SongClassifier(), song)
    with pytest.raises(ValueError, match=r"no such song\.ogg"):
        SongTimelineDisplay.from_estimator(songs, "no such song.ogg")


@pytest.mark.filterwarnings("ignore::skgenre.songs.UnreadableSongWarning")
def test_a_song_that_was_skipped_has_no_timeline(songs):
    songs.set_params(on_error="skip")
    with pytest.raises(ValueError, match=r"'no such song\.ogg' could not be read"):
        SongTimelineDisplay.from_estimator(songs, "no such song.ogg")
    songs.set_params(on_error="raise")


# --- excerpts


def test_excerpts_stand_in_the_row_of_their_label(excerpts):
    X, y = excerpts
    display = ExcerptDisplay.from_excerpts(X, y, n_per_class=4, sample_rate=20, random_state=0)
    assert display.axes_.shape == (2, 4)
    assert [row[0].get_title(loc="left") for row in display.axes_] == list(np.unique(y))
    for wave, label in zip(display.waves_, np.repeat(np.unique(y), 4), strict=True):
        [place] = np.flatnonzero((wave.get_ydata() == X).all(axis=1))
        assert y[place] == label
    assert display.waves_[0].get_xdata()[20] == 1.0
    assert {axes.get_xlabel() for axes in display.axes_[-1]} == {"Time (s)"}


def test_the_seed_decides_which_excerpts_are_shown(excerpts):
    X, y = excerpts
    first, again, other = (
        np.concatenate(ExcerptDisplay.from_excerpts(X, y, random_state=seed).excerpts)
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_rare_class_leaves_places_empty(excerpts):
    X, _ = excerpts
    display = ExcerptDisplay.from_excerpts(X[:5], ["a", "b", "b", "b", "b"], n_per_class=3)
    assert [axes.axison for axes in display.axes_.ravel()] == [True, False, False, True, True, True]


def test_excerpts_without_labels_stand_in_one_row(excerpts):
    display = ExcerptDisplay.from_excerpts(excerpts[0], n_per_class=5)
    assert display.axes_.shape == (1, 5)
    assert display.axes_[0, 0].get_title(loc="left") == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y": ["a"]}, "inconsistent numbers of samples"),
        ({"n_per_class": 0}, "'n_per_class' parameter"),
        ({"sample_rate": 0}, "'sample_rate' parameter"),
        ({"random_state": "x"}, "'random_state' parameter"),
    ],
)
def test_bad_arguments_are_named(excerpts, arguments, message):
    with pytest.raises(ValueError, match=message):
        ExcerptDisplay.from_excerpts(excerpts[0], **arguments)


# --- what all share


@pytest.fixture
def draw(pipe, songs, song, excerpts):
    X, y = excerpts
    return {
        "training": lambda ax: TrainingCurveDisplay.from_estimator(pipe, ax=ax),
        "filters": lambda ax: FilterResponseDisplay.from_estimator(pipe, ax=ax),
        "saliency": lambda ax: SaliencyDisplay.from_estimator(pipe, X[0], ax=ax),
        "song": lambda ax: SongTimelineDisplay.from_estimator(songs, song, ax=ax),
        "excerpts": lambda ax: ExcerptDisplay.from_excerpts(X, y, n_per_class=1, ax=ax),
    }


@pytest.mark.parametrize(
    ("name", "n_axes"),
    [("training", 2), ("filters", 2), ("saliency", 1), ("song", 1), ("excerpts", 2)],
)
def test_axes_are_used_if_they_are_given_and_fit(draw, name, n_axes):
    figure, axes = plt.subplots(1, n_axes, squeeze=False)
    given = axes[0] if n_axes > 1 else axes[0, 0]
    display = draw[name](given)
    used = np.atleast_1d(getattr(display, "axes_", getattr(display, "ax_", None))).ravel()
    assert list(used) == list(axes[0])
    assert display.figure_ is figure
    assert plt.get_fignums() == [figure.number]
    with pytest.raises(ValueError, match=rf"ax must be None or hold {n_axes} axes.*got 3"):
        draw[name](plt.subplots(1, 3)[1])
    assert display.plot() is display
    assert display.figure_ is not figure


@pytest.mark.parametrize("name", ["training", "filters", "saliency", "song", "excerpts"])
def test_every_picture_can_be_drawn_to_a_file(draw, name, tmp_path):
    draw[name](None).figure_.savefig(tmp_path / "picture.png")
    assert plt.imread(tmp_path / "picture.png").std() > 0


def test_without_matplotlib_the_error_says_what_to_install(draw, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'skgenre\[plot\]'"):
        draw["excerpts"](None)


@pytest.mark.parametrize(
    "draw_unfitted",
    [
        TrainingCurveDisplay.from_estimator,
        FilterResponseDisplay.from_estimator,
        lambda estimator: SaliencyDisplay.from_estimator(estimator, np.zeros(60)),
    ],
)
def test_only_fitted_classifiers_are_drawn(draw_unfitted):
    with pytest.raises(NotFittedError):
        draw_unfitted(make_pipeline(WaveformScaler(), CNNGenreClassifier()))
