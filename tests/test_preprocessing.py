"""Amplitude scaling: known answers, parts that add up, and inputs at the edge of arithmetic."""

import pickle
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, StandardScaler
from sklearn.utils import get_tags
from sklearn.utils._param_validation import InvalidParameterError

from skgenre import WaveformScaler

# Both rows have mean 12. Around it lie 7 and 1, and 49 and 7: standard deviations 5 and 35, root
# mean squares 13 and 37, all whole (5, 12, 13 and 12, 35, 37 are Pythagorean). Together the rows
# have variance (25 + 1225) / 2 = 625 and mean square 625 + 144 = 769.
X = np.array([[19.0, 5.0, 13.0, 11.0], [61.0, -37.0, 19.0, 5.0]])

SCALES = ["rms", "std", "peak", None]
DTYPES = [np.float32, np.float64]

ONE_SCALER = [
    ("rms", True, 12, 25),
    ("rms", False, 0, np.sqrt(769)),
    ("std", True, 12, 25),
    ("std", False, 0, 25),
    ("peak", True, 12, 49),
    ("peak", False, 0, 61),
    (None, True, 12, 1),
    (None, False, 0, 1),
]
EACH_EXCERPT = [
    ("rms", True, 12, (5, 35)),
    ("rms", False, 0, (13, 37)),
    ("std", True, 12, (5, 35)),
    ("std", False, 0, (5, 35)),
    ("peak", True, 12, (7, 49)),
    ("peak", False, 0, (19, 61)),
    (None, True, 12, (1, 1)),
    (None, False, 0, (1, 1)),
]

every_scale = pytest.mark.parametrize("scale", SCALES)
every_dtype = pytest.mark.parametrize("dtype", DTYPES)
centred_or_not = pytest.mark.parametrize("center", [True, False])
both_forms = pytest.mark.parametrize("per_excerpt", [False, True])


def noise(n_samples=6, n_timesteps=20, dtype=np.float64, seed=0):
    """Return noise of unequal loudness around unequal means."""
    rng = np.random.default_rng(seed)
    loudness, mean = rng.uniform(0.1, 2, (n_samples, 1)), rng.uniform(-1, 1, (n_samples, 1))
    return (mean + loudness * rng.standard_normal((n_samples, n_timesteps))).astype(dtype)


def amplitude(X, scale, axis=None):
    """Measure what `scale` makes 1, straight from its definition."""
    X = X.astype(np.float64)
    if scale == "rms":
        return np.sqrt((X**2).mean(axis=axis))
    return X.std(axis=axis) if scale == "std" else np.abs(X).max(axis=axis)


def learned(scaler):
    return scaler.mean_, scaler.scale_, scaler.n_samples_seen_


# --- known answers


@every_dtype
@pytest.mark.parametrize(("scale", "center", "mean", "size"), ONE_SCALER)
def test_one_mean_and_one_scale_for_the_data_set(scale, center, mean, size, dtype):
    scaler = WaveformScaler(scale=scale, center=center).fit(X.astype(dtype))
    assert scaler.mean_ == pytest.approx(mean)
    assert scaler.scale_ == pytest.approx(size)
    assert isinstance(scaler.mean_, float)
    assert isinstance(scaler.scale_, float)
    assert scaler.n_samples_seen_ == 2
    assert scaler.n_features_in_ == 4
    assert_allclose(scaler.transform(X.astype(dtype)), (X - mean) / size, rtol=1e-6)


@every_dtype
@pytest.mark.parametrize(("scale", "center", "mean", "sizes"), EACH_EXCERPT)
def test_a_mean_and_a_scale_for_each_excerpt(scale, center, mean, sizes, dtype):
    scaler = WaveformScaler(scale=scale, center=center, per_excerpt=True).fit(X.astype(dtype))
    assert not hasattr(scaler, "mean_")
    assert not hasattr(scaler, "scale_")
    assert scaler.n_samples_seen_ == 2
    assert scaler.n_features_in_ == 4
    expected = (X - mean) / np.reshape(sizes, (2, 1))
    assert_allclose(scaler.transform(X.astype(dtype)), expected, rtol=1e-6)


@pytest.mark.parametrize("sign", [1, -1])
@both_forms
def test_the_peak_may_lie_on_either_side_of_zero(per_excerpt, sign):
    lopsided = sign * np.array([[4.0, -1.0, -3.0, 0.0]])
    scaled = WaveformScaler(scale="peak", per_excerpt=per_excerpt).fit_transform(lopsided)
    assert_array_equal(scaled, lopsided / 4)


def test_defaults_make_the_root_mean_square_of_the_data_set_1():
    scaled = WaveformScaler().fit_transform(noise())
    assert scaled.mean() == pytest.approx(0, abs=1e-12)
    assert amplitude(scaled, "rms") == pytest.approx(1)
    assert np.ptp(amplitude(scaled, "rms", axis=1)) > 0.5


def test_other_excerpts_are_scaled_by_the_training_set():
    scaler = WaveformScaler().fit(X)
    assert_allclose(scaler.transform([[12, 37, -13, 62]]), [[0, 1, -1, 2]])


def test_fit_ignores_y_and_returns_the_scaler():
    scaler = WaveformScaler()
    assert scaler.fit(X, ["rock", "classical"]) is scaler
    assert scaler.partial_fit(X, ["rock", "classical"]) is scaler
    assert_array_equal(scaler.transform(X), WaveformScaler().fit(X).transform(X))


@centred_or_not
@every_scale
@both_forms
def test_the_shape_of_a_wave_is_kept(per_excerpt, scale, center):
    waves = noise(n_samples=8, n_timesteps=200)
    scaler = WaveformScaler(scale=scale, center=center, per_excerpt=per_excerpt)
    for wave, scaled in zip(waves, scaler.fit_transform(waves), strict=True):
        assert np.corrcoef(wave, scaled)[0, 1] == pytest.approx(1, abs=1e-12)


def test_scaling_column_by_column_would_not_keep_it():
    waves = noise(n_samples=8, n_timesteps=200)
    for wave, scaled in zip(waves, StandardScaler().fit_transform(waves), strict=True):
        assert np.corrcoef(wave, scaled)[0, 1] < 0.99


# --- parts


@centred_or_not
@every_scale
@every_dtype
@pytest.mark.parametrize("n_samples", [3000, 2 * 1024 + 1, 1024, 8])
def test_parts_of_unequal_size_add_up(n_samples, dtype, scale, center):
    # Sums are taken in blocks of 1024 rows: here blocks are cut short, are full, and run over.
    waves = noise(n_samples, 10, dtype)
    parts = np.split(waves, [1, 3, n_samples // 2])
    whole = WaveformScaler(scale=scale, center=center).fit(waves)
    in_parts = WaveformScaler(scale=scale, center=center)
    for part in parts:
        in_parts.partial_fit(part)
    assert learned(in_parts) == pytest.approx(learned(whole), rel=1e-6)
    exact = waves.astype(np.float64)
    mean = exact.mean() if center else 0
    size = 1 if scale is None else amplitude(exact - mean, scale)
    assert learned(whole) == pytest.approx((mean, size, n_samples), rel=1e-6)


@every_scale
def test_parts_may_be_of_either_float_type(scale):
    waves = noise(50, 10)
    scaler = WaveformScaler(scale=scale).partial_fit(waves[:20].astype(np.float32))
    scaler.partial_fit(waves[20:])
    expected = learned(WaveformScaler(scale=scale).fit(waves))
    assert learned(scaler) == pytest.approx(expected, rel=1e-6)


@centred_or_not
@every_scale
def test_sums_of_float32_are_taken_in_float64(scale, center):
    waves = noise(300, 1200, np.float32)
    scaler = WaveformScaler(scale=scale, center=center)
    expected = learned(scaler.fit(waves.astype(np.float64)))
    assert learned(scaler.fit(waves)) == pytest.approx(expected, rel=1e-12)


def test_a_part_per_excerpt_only_counts():
    scaler = WaveformScaler(per_excerpt=True)
    scaler.partial_fit(X).partial_fit(1000 * X)
    assert scaler.n_samples_seen_ == 4
    assert_array_equal(scaler.transform(X), WaveformScaler(per_excerpt=True).fit_transform(X))


@pytest.mark.parametrize("bad", [[[1.0, np.nan, 0.0, 0.0]], [[1.0, 2.0]], np.empty((0, 4))])
def test_a_part_that_is_refused_changes_nothing(bad):
    scaler = WaveformScaler().partial_fit(X)
    with pytest.raises(ValueError, match=r"X|Found array"):
        scaler.partial_fit(bad)
    assert learned(scaler) == learned(WaveformScaler().fit(X))
    assert learned(scaler.partial_fit(X)) == pytest.approx((12, 25, 4))


def test_a_new_fit_forgets_the_former_one():
    scaler = WaveformScaler().fit(pd.DataFrame(1000 * noise(9, 3), columns=list("abc")))
    scaler.fit(X)
    assert vars(scaler).keys() == vars(WaveformScaler().fit(X)).keys()
    assert learned(scaler) == learned(WaveformScaler().fit(X))
    assert scaler.n_features_in_ == 4
    scaler.set_params(per_excerpt=True).fit(X)
    assert not hasattr(scaler, "mean_")
    assert not hasattr(scaler, "scale_")


# --- the way back


@centred_or_not
@every_scale
@every_dtype
def test_inverse_transform_undoes_transform(dtype, scale, center):
    waves = noise(dtype=dtype)
    scaler = WaveformScaler(scale=scale, center=center).fit(waves)
    there_and_back = scaler.inverse_transform(scaler.transform(waves))
    assert there_and_back.dtype == dtype
    few_roundings = 8 * np.finfo(dtype).eps * np.abs(waves).max()
    assert_allclose(there_and_back, waves, rtol=0, atol=few_roundings)


def test_inverse_transform_of_known_values():
    assert_allclose(WaveformScaler().fit(X).inverse_transform([[0, 1, -1, 2]]), [[12, 37, -13, 62]])


def test_no_inverse_where_each_excerpt_had_its_own_scale():
    scaler = WaveformScaler(per_excerpt=True).fit(X)
    assert not hasattr(scaler, "inverse_transform")
    with pytest.raises(AttributeError, match="inverse_transform") as error:
        scaler.inverse_transform(X)
    assert str(error.value.__cause__) == (
        "inverse_transform needs per_excerpt=False: an excerpt's own mean and scale are not kept."
    )
    assert hasattr(WaveformScaler(), "inverse_transform")


# --- number types and memory


@both_forms
@pytest.mark.parametrize(
    ("given_dtype", "dtype"),
    [
        (np.float32, np.float32),
        (np.float64, np.float64),
        (np.float16, np.float64),
        (np.int16, np.float64),
        (np.int64, np.float64),
        (np.uint8, np.float64),
        (bool, np.float64),
    ],
)
def test_float32_and_float64_are_kept_and_the_rest_becomes_float64(given_dtype, dtype, per_excerpt):
    waves = np.array([[0, 1, 0, 1], [1, 1, 1, 0]], given_dtype)
    scaled = WaveformScaler(per_excerpt=per_excerpt).fit_transform(waves)
    assert scaled.dtype == dtype
    expected = WaveformScaler(per_excerpt=per_excerpt).fit_transform(waves.astype(np.float64))
    assert_allclose(scaled, expected, rtol=1e-6)


@every_dtype
def test_the_type_of_transform_is_its_own_not_that_of_fit(dtype):
    scaler = WaveformScaler().fit(X)
    assert scaler.transform(X.astype(dtype)).dtype == dtype
    assert scaler.inverse_transform(X.astype(dtype)).dtype == dtype


def test_its_tags_say_which_types_are_kept():
    tags = get_tags(WaveformScaler()).transformer_tags
    assert set(tags.preserves_dtype) == {"float32", "float64"}


@both_forms
def test_lists_will_do(per_excerpt):
    scaler = WaveformScaler(per_excerpt=per_excerpt)
    assert_array_equal(scaler.fit_transform(X.tolist()), scaler.fit_transform(X))


@every_dtype
@both_forms
def test_copies_leave_the_input_as_it_was(per_excerpt, dtype):
    waves = noise(dtype=dtype)
    before = waves.tobytes()
    scaler = WaveformScaler(per_excerpt=per_excerpt).fit(waves)
    results = [scaler.transform(waves)]
    if not per_excerpt:
        results.append(scaler.inverse_transform(waves))
    assert waves.tobytes() == before
    assert not any(np.shares_memory(result, waves) for result in results)


@every_dtype
@both_forms
def test_without_copies_the_input_is_scaled_in_place(per_excerpt, dtype):
    waves = noise(dtype=dtype)
    before = waves.copy()
    scaler = WaveformScaler(per_excerpt=per_excerpt, copy=False).fit(waves)
    assert_array_equal(waves, before)
    scaled = scaler.transform(waves)
    assert np.shares_memory(scaled, waves)
    assert_array_equal(scaled, waves)
    assert_array_equal(scaled, WaveformScaler(per_excerpt=per_excerpt).fit_transform(before))


def test_without_copies_the_way_back_is_in_place_too():
    waves = noise()
    before = waves.copy()
    scaler = WaveformScaler(copy=False).fit(waves)
    assert np.shares_memory(scaler.inverse_transform(scaler.transform(waves)), waves)
    assert_allclose(waves, before, rtol=1e-12)


def test_fit_copies_a_block_of_the_training_set_at_most():
    waves = noise(16 * 1024, 100, np.float32)
    waves.setflags(write=False)
    tracemalloc.start()
    WaveformScaler(copy=False).fit(waves)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # A sixteenth of them in float64, and what sums make of that.
    assert peak < waves.nbytes / 2


@both_forms
def test_integers_cannot_be_scaled_in_place(per_excerpt):
    waves = np.array([[0, 3, 0, -3], [0, 1, 2, 1]])
    before = waves.copy()
    scaled = WaveformScaler(per_excerpt=per_excerpt, copy=False).fit_transform(waves)
    assert_array_equal(waves, before)
    assert scaled.dtype == np.float64


@pytest.mark.parametrize("copy", [True, False])
@both_forms
def test_read_only_input(per_excerpt, copy):
    waves = noise()
    expected = WaveformScaler(per_excerpt=per_excerpt).fit_transform(waves)
    before = waves.tobytes()
    waves.setflags(write=False)
    scaler = WaveformScaler(per_excerpt=per_excerpt, copy=copy).fit(waves)
    assert_array_equal(scaler.transform(waves), expected)
    if not per_excerpt:
        assert_allclose(scaler.inverse_transform(waves), waves * scaler.scale_ + scaler.mean_)
    assert waves.tobytes() == before


@pytest.mark.parametrize("layout", [np.asfortranarray, lambda X: np.repeat(X, 2, axis=1)[:, ::2]])
@both_forms
def test_any_memory_layout(per_excerpt, layout):
    waves = noise()
    scaler = WaveformScaler(per_excerpt=per_excerpt)
    expected = scaler.fit_transform(waves)
    assert_allclose(scaler.fit_transform(layout(waves)), expected, rtol=1e-12)


# --- silence, constants, extremes


@every_dtype
@centred_or_not
@every_scale
@both_forms
def test_silence_stays_silence(per_excerpt, scale, center, dtype):
    silence = np.zeros((3, 50), dtype)
    scaler = WaveformScaler(scale=scale, center=center, per_excerpt=per_excerpt).fit(silence)
    assert_array_equal(scaler.transform(silence), silence)
    if not per_excerpt:
        assert learned(scaler) == (0, 1, 3)


@every_dtype
@every_scale
@both_forms
@pytest.mark.parametrize("n_timesteps", [1, 7, 1199, 1200])
@pytest.mark.parametrize("level", [0.1, -1 / 3, 12345.678, 1e-30])
def test_constants_become_zeros_not_amplified_rounding(
    level, n_timesteps, per_excerpt, scale, dtype
):
    constant = np.full((3, n_timesteps), level, dtype)
    scaler = WaveformScaler(scale=scale, per_excerpt=per_excerpt).fit(constant)
    # The mean of float64 samples is itself rounded, by about one unit in the last place.
    rounding = 0 if dtype == np.float32 else 2 * np.finfo(dtype).eps * abs(level)
    assert np.abs(scaler.transform(constant)).max() <= rounding
    if not per_excerpt:
        assert scaler.scale_ == 1


@every_dtype
@pytest.mark.parametrize(("scale", "level"), [("rms", 1), ("peak", 1), ("std", 0.1), (None, 0.1)])
@both_forms
def test_a_constant_that_keeps_its_mean_has_loudness_but_no_deviation(
    per_excerpt, scale, level, dtype
):
    constant = np.full((3, 1200), 0.1, dtype)
    scaler = WaveformScaler(scale=scale, center=False, per_excerpt=per_excerpt)
    assert_allclose(scaler.fit_transform(constant), level, rtol=1e-6)


@every_dtype
@pytest.mark.parametrize("scale", ["rms", "std", "peak"])
def test_silent_and_constant_excerpts_among_loud_ones(scale, dtype):
    waves = noise(5, 1200, dtype)
    waves[1], waves[3] = 0, 0.1
    scaled = WaveformScaler(scale=scale, per_excerpt=True).fit_transform(waves)
    assert_allclose(scaled[[1, 3]], 0, atol=2 * np.finfo(dtype).eps * 0.1)
    assert_allclose(amplitude(scaled[[0, 2, 4]], scale, axis=1), 1, rtol=1e-6)


def test_faint_sound_is_not_silence():
    # The faintest that 16-bit recordings hold: one step up, one step down.
    faint = np.resize(np.array([1, -1], np.float32) / 2**15, (2, 1200))
    assert_array_equal(WaveformScaler(per_excerpt=True).fit_transform(faint), faint * 2**15)
    assert_array_equal(WaveformScaler().fit_transform(faint), faint * 2**15)


@pytest.mark.parametrize("loudness", [1e30, 1e-30])
@every_dtype
@centred_or_not
@pytest.mark.parametrize("scale", ["rms", "std", "peak"])
@both_forms
def test_extreme_loudness_is_scaled_like_any_other(per_excerpt, scale, center, dtype, loudness):
    waves = noise()
    scaler = WaveformScaler(scale=scale, center=center, per_excerpt=per_excerpt)
    expected = scaler.fit_transform(waves)
    scaled = scaler.fit_transform((waves * loudness).astype(dtype))
    assert_allclose(scaled, expected, rtol=1e-5, atol=1e-6)


@every_dtype
@centred_or_not
@every_scale
@both_forms
def test_subnormal_samples_give_finite_ones(per_excerpt, scale, center, dtype):
    smallest = np.finfo(dtype).smallest_subnormal
    subnormal = smallest * np.array([[0, 1, -1, 0], [1000, 0, 7, -1000], [3, 3, 3, 3]], dtype)
    scaler = WaveformScaler(scale=scale, center=center, per_excerpt=per_excerpt)
    scaled = scaler.fit_transform(subnormal)
    assert np.isfinite(scaled).all()
    assert np.abs(scaled).max() <= 1


@every_dtype
@centred_or_not
@every_scale
@both_forms
@pytest.mark.parametrize("shape", [(1, 1200), (5, 1), (1, 1)])
def test_one_excerpt_and_one_time_step(shape, per_excerpt, scale, center, dtype):
    waves = noise(*shape, dtype)
    scaler = WaveformScaler(scale=scale, center=center, per_excerpt=per_excerpt)
    scaled = scaler.fit_transform(waves)
    exact, axis = waves.astype(np.float64), 1 if per_excerpt else None
    mean = exact.mean(axis=axis, keepdims=True) if center else 0
    size = np.broadcast_to(1 if scale is None else amplitude(exact - mean, scale, axis), len(waves))
    size = np.where(size == 0, 1, size)[:, np.newaxis]
    assert_allclose(scaled, (exact - mean) / size, rtol=1e-5, atol=1e-6)


# --- names and frames


def test_feature_names_out():
    names = WaveformScaler().fit(X).get_feature_names_out()
    assert names.tolist() == ["x0", "x1", "x2", "x3"]
    columns = ["a", "b", "c", "d"]
    scaler = WaveformScaler().fit(pd.DataFrame(X, columns=columns))
    assert scaler.feature_names_in_.tolist() == columns
    assert scaler.get_feature_names_out().tolist() == columns


@both_forms
def test_data_frames_in_and_out(per_excerpt):
    frame = pd.DataFrame(X.astype(np.float32), columns=list("abcd"), index=["rock", "classical"])
    before = frame.copy()
    scaler = WaveformScaler(per_excerpt=per_excerpt)
    expected = pd.DataFrame(scaler.fit_transform(frame), frame.index, frame.columns)
    pd.testing.assert_frame_equal(
        scaler.set_output(transform="pandas").fit_transform(frame), expected
    )
    pd.testing.assert_frame_equal(frame, before)
    with config_context(transform_output="pandas"):
        scaled = WaveformScaler(per_excerpt=per_excerpt).fit_transform(frame)
    pd.testing.assert_frame_equal(scaled, expected)


def test_pandas_out_of_an_array():
    scaled = WaveformScaler().set_output(transform="pandas").fit_transform(X)
    assert scaled.columns.tolist() == ["x0", "x1", "x2", "x3"]
    assert_allclose(scaled.to_numpy(), (X - 12) / 25)


def test_other_column_names_are_refused():
    scaler = WaveformScaler().fit(pd.DataFrame(X, columns=list("abcd")))
    with pytest.raises(ValueError, match="feature names"):
        scaler.transform(pd.DataFrame(X, columns=list("dcba")))


# --- refusals


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("scale", "loud"),
        ("scale", "RMS"),
        ("scale", 2.0),
        ("scale", False),
        ("center", "yes"),
        ("center", None),
        ("per_excerpt", 1.5),
        ("copy", "no"),
    ],
)
@pytest.mark.parametrize("method", ["fit", "partial_fit", "fit_transform"])
def test_wrong_parameters_are_named(method, name, value):
    scaler = WaveformScaler(**{name: value})
    with pytest.raises(InvalidParameterError, match=rf"'{name}' parameter .* Got {value!r}"):
        getattr(scaler, method)(X)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ([[1.0, np.nan, 0.0, 0.0]], "NaN"),
        ([[1.0, np.inf, 0.0, 0.0]], "infinity"),
        ([[1.0, -np.inf, 0.0, 0.0]], "infinity"),
        ([1.0, 2.0, 3.0, 4.0], "Expected 2D array, got 1D array"),
        (np.zeros((2, 4, 1)), "dim 3"),
        (np.zeros((0, 4)), "0 sample"),
        (np.zeros((2, 0)), "0 feature"),
        ([["a", "b", "c", "d"]], "could not convert|dtype='numeric'"),
    ],
)
@both_forms
def test_what_is_no_excerpts_is_refused(per_excerpt, bad, message):
    scaler = WaveformScaler(per_excerpt=per_excerpt)
    with pytest.raises(ValueError, match=message):
        scaler.fit(bad)
    scaler.fit(X)
    for name in ["partial_fit", "transform"] + ["inverse_transform"] * (not per_excerpt):
        with pytest.raises(ValueError, match=message):
            getattr(scaler, name)(bad)


@pytest.mark.parametrize("width", [3, 5])
@both_forms
def test_excerpts_of_another_length_are_refused(per_excerpt, width):
    scaler = WaveformScaler(per_excerpt=per_excerpt).fit(X)
    for name in ["partial_fit", "transform"] + ["inverse_transform"] * (not per_excerpt):
        with pytest.raises(ValueError, match=f"X has {width} features.* expecting 4"):
            getattr(scaler, name)(np.ones((2, width)))


@both_forms
def test_nothing_works_before_fit(per_excerpt):
    scaler = WaveformScaler(per_excerpt=per_excerpt)
    with pytest.raises(NotFittedError):
        scaler.transform(X)
    with pytest.raises(NotFittedError):
        scaler.get_feature_names_out()
    if not per_excerpt:
        with pytest.raises(NotFittedError):
            scaler.inverse_transform(X)


# --- life among other estimators


@both_forms
def test_clone_keeps_parameters_and_forgets_the_fit(per_excerpt):
    parameters = {"scale": "peak", "center": False, "per_excerpt": per_excerpt, "copy": False}
    scaler = WaveformScaler(**parameters).fit(X)
    copied = clone(scaler)
    assert copied.get_params() == parameters
    with pytest.raises(NotFittedError):
        copied.transform(X)


@both_forms
def test_pickle_keeps_the_fit(per_excerpt):
    waves = noise()
    scaler = WaveformScaler(per_excerpt=per_excerpt).fit(waves)
    loaded = pickle.loads(pickle.dumps(scaler))
    assert_array_equal(loaded.transform(waves), scaler.transform(waves))
    loaded.partial_fit(2 * waves)
    scaler.partial_fit(2 * waves)
    assert_array_equal(loaded.transform(waves), scaler.transform(waves))


def test_pipelines():
    pipe = make_pipeline(WaveformScaler(), MaxAbsScaler())
    scaled = pipe.fit_transform(X)
    assert_allclose(scaled, MaxAbsScaler().fit_transform(X - 12))
    assert_allclose(pipe.inverse_transform(scaled), X)
    assert pipe.get_feature_names_out().tolist() == ["x0", "x1", "x2", "x3"]
    frame = pd.DataFrame(X, columns=list("abcd"))
    assert pipe.fit(frame).get_feature_names_out().tolist() == list("abcd")
    scaled = pipe.set_output(transform="pandas").fit_transform(frame)
    assert scaled.columns.tolist() == list("abcd")


# --- properties

# Whole multiples of 1/64 within 100: what varies at all varies by far more than float32 rounds.
waves = arrays(
    np.int64, array_shapes(min_dims=2, max_dims=2, max_side=30), elements=st.integers(-6400, 6400)
).map(lambda X: X / 64)
powers_of_ten = st.floats(-6, 6).map(lambda exponent: 10**exponent)
amount = pytest.mark.parametrize("max_examples", [50, pytest.param(1000, marks=pytest.mark.slow)])


@amount
@every_dtype
def test_neither_gain_nor_shift_matters_for_each_excerpt(dtype, max_examples):
    @settings(max_examples=max_examples, deadline=None)
    @given(waves, powers_of_ten, st.sampled_from([1, -1]), st.floats(-100, 100))
    def holds(X, gain, sign, shift):
        scaler = WaveformScaler(per_excerpt=True)
        scaled = scaler.fit_transform((sign * gain * (X + shift)).astype(dtype))
        size = X.std(axis=1, keepdims=True)
        # A silent excerpt is not divided, so that its rounding grows with the gain.
        divisor = np.where(size == 0, 1 / gain, size)
        rounding = 4 * np.finfo(dtype).eps * np.abs(X + shift).max(axis=1, keepdims=True) / divisor
        expected = sign * scaler.fit_transform(X)
        assert (np.abs(scaled - expected) <= rounding + 1e-6 * np.abs(expected)).all()

    holds()


@amount
@every_dtype
@pytest.mark.parametrize("scale", ["rms", "std", "peak"])
def test_the_amplitude_becomes_1_unless_silent(scale, dtype, max_examples):
    @settings(max_examples=max_examples, deadline=None)
    @given(waves, powers_of_ten, st.booleans(), st.booleans())
    def holds(X, gain, center, per_excerpt):
        scaler = WaveformScaler(scale=scale, center=center, per_excerpt=per_excerpt)
        scaled = scaler.fit_transform((gain * X).astype(dtype))
        axis = 1 if per_excerpt else None
        size = amplitude(X - X.mean(axis=axis, keepdims=True) * center, scale, axis)
        rounding = 4 * np.finfo(dtype).eps * np.abs(X).max(axis=axis)
        error = np.abs(amplitude(scaled, scale, axis) - (size > 0))
        assert (error <= rounding / np.where(size == 0, 1 / gain, size) + 1e-6 * (size > 0)).all()

    holds()


@amount
@every_dtype
def test_the_order_of_parts_does_not_matter(dtype, max_examples):
    @settings(max_examples=max_examples, deadline=None)
    @given(waves, powers_of_ten, st.sampled_from(SCALES), st.booleans(), st.data())
    def holds(X, gain, scale, center, data):
        X = (gain * X).astype(dtype)
        cuts = sorted(data.draw(st.sets(st.integers(1, len(X)))) - {len(X)})
        scaler = WaveformScaler(scale=scale, center=center)
        for part in data.draw(st.permutations(np.split(X, cuts))):
            scaler.partial_fit(part)
        expected = learned(WaveformScaler(scale=scale, center=center).fit(X))
        assert learned(scaler) == pytest.approx(expected, rel=1e-6, abs=1e-9 * gain)

    holds()


@pytest.mark.parametrize(("name", "value"), [("scale", "loud"), ("center", None)])
def test_a_new_fit_validates_parameters_again(name, value):
    scaler = WaveformScaler().fit([[0.0, 1.0]]).set_params(**{name: value})
    with pytest.raises(InvalidParameterError, match=f"'{name}' parameter"):
        scaler.fit([[0.0, 1.0]])


def test_a_scaler_of_each_excerpt_has_not_learned_the_data_sets_scale():
    scaler = WaveformScaler(per_excerpt=True).fit([[0.0, 1.0]]).set_params(per_excerpt=False)
    with pytest.raises(NotFittedError):
        scaler.transform([[0.0, 1.0]])
    with pytest.raises(NotFittedError):
        scaler.inverse_transform([[0.0, 1.0]])


# --- amplitudes at the ends of floating point

FLOAT32 = np.finfo(np.float32)
WAVE = np.array([[0.0, 1.0, 0.0, -1.0], [0.5, 0.0, -0.5, 0.0]])
EXTREMES = {
    "silence": WAVE * 0,
    "constants": WAVE * 0 + 7,
    "1e30": WAVE * 1e30,
    "1e30 and 1e-30": WAVE * [[1e30], [1e-30]],
    "float32's largest": WAVE * FLOAT32.max,
    # Enough of both for a sum to meet inf - inf.
    "both ends of float32": np.repeat([[3e38], [-3e38]], 256, axis=1),
    "float32's smallest": WAVE * float(FLOAT32.smallest_subnormal),
    "float32's smallest normal": WAVE * float(FLOAT32.tiny),
    "one excerpt": WAVE[:1],
    "one time step": WAVE[:, 1:2],
}
SETTINGS = [
    {"scale": scale, "per_excerpt": per_excerpt}
    for scale in ("rms", "std", "peak", None)
    for per_excerpt in (False, True)
]


@pytest.mark.parametrize("params", SETTINGS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", EXTREMES)
def test_extreme_amplitudes_scale_to_finite_ones(name, dtype, params):
    X = EXTREMES[name].astype(dtype)
    scaled = WaveformScaler(**params).fit_transform(X)
    assert scaled.dtype == dtype
    assert np.isfinite(scaled).all()


@pytest.mark.parametrize("params", SETTINGS)
@pytest.mark.parametrize("factor", [1e140, 1e-200, 5e-324])
def test_extreme_amplitudes_of_float64(params, factor):
    assert np.isfinite(WaveformScaler(**params).fit_transform(WAVE * factor)).all()


@pytest.mark.parametrize("method", ["fit", "partial_fit", "transform", "inverse_transform"])
@pytest.mark.parametrize("sign", [1, -1])
def test_amplitudes_whose_squares_overflow_are_refused(method, sign):
    scaler = WaveformScaler().fit(WAVE)
    with pytest.raises(ValueError, match=r"X has an amplitude of 2e\+140; .* takes up to 1e\+140"):
        getattr(scaler, method)(WAVE + sign * 2e140)


def test_a_refused_part_is_not_learned():
    scaler = WaveformScaler().fit(WAVE)
    with pytest.raises(ValueError, match="amplitude"):
        scaler.partial_fit(WAVE * 1e200)
    assert_array_equal(scaler.transform(WAVE), WaveformScaler().fit_transform(WAVE))
    assert scaler.n_samples_seen_ == 2


@pytest.mark.parametrize(
    ("fitted_on", "X"),
    [
        (WAVE * 1e-30, WAVE * 1e30),
        (WAVE * 1e-60, WAVE),
        # float32 cannot hold that scale, not even to divide silence by it.
        (WAVE * 1e-60, WAVE * 0),
        (WAVE + 1e100, WAVE),
        (WAVE - FLOAT32.max / 2, WAVE * FLOAT32.max),
    ],
)
def test_scaled_amplitudes_beyond_the_dtype_are_refused(fitted_on, X):
    scaler = WaveformScaler().fit(fitted_on)
    with pytest.raises(ValueError, match=r"^X has .* scaled ones leave the range of float32\.$"):
        scaler.transform(X.astype(np.float32))


def test_amplitudes_beyond_the_dtype_are_refused_on_the_way_back():
    scaler = WaveformScaler().fit(WAVE * 1e30)
    with pytest.raises(ValueError, match="leave the range of float32"):
        scaler.inverse_transform((WAVE * 1e30).astype(np.float32))
