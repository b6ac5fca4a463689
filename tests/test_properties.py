"""What holds for any excerpts; the networks are tiny and few, as each has to be compiled."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.testing import assert_allclose, assert_array_equal

from skgenre import CNNGenreClassifier, MLPGenreClassifier, WaveformScaler
from skgenre.datasets import load_excerpts_npz, save_excerpts_npz

N_EXCERPTS, N_TIMESTEPS = 12, 8

amount = pytest.mark.parametrize("max_examples", [10, pytest.param(1000, marks=pytest.mark.slow)])
seeds = st.integers(0, 2**31 - 1)
amplitudes = st.floats(-1, 1, width=32)
excerpts_of_a_kind = arrays(np.float32, (N_EXCERPTS, N_TIMESTEPS), elements=amplitudes)
# Whole multiples of 1/64 within 100: what varies at all varies by far more than float32 rounds.
waves = arrays(
    np.int64, array_shapes(min_dims=2, max_dims=2, max_side=30), elements=st.integers(-6400, 6400)
).map(lambda X: X / 64)
gains = st.floats(-6, 6).map(lambda exponent: 10**exponent)


def codes(n_classes):
    """Class numbers of the excerpts, all of which occur."""
    rest = arrays(np.int64, N_EXCERPTS - n_classes, elements=st.integers(0, n_classes - 1))
    return rest.map(lambda drawn: np.concatenate([np.arange(n_classes), drawn]))


def often(max_examples):
    """Have a property tried on so many examples, the same ones each time."""
    return settings(max_examples=max_examples, deadline=None, derandomize=True)


def tiny_cnn(seed):
    return CNNGenreClassifier(
        filters=4, kernel_sizes=3, strides=2, dense_units=4, epochs=1, random_state=seed
    )


def tiny_mlp(seed, learning_rate):
    return MLPGenreClassifier(
        hidden_units=4, learning_rate=learning_rate, batch_size=5, epochs=2, random_state=seed
    )


# --- scaling


@amount
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scale", ["rms", "std", "peak"])
def test_neither_gain_nor_shift_of_a_data_set_matters(dtype, scale, max_examples):
    @often(max_examples)
    @given(waves, gains, st.sampled_from([1, -1]), st.floats(-100, 100))
    def holds(X, gain, sign, shift):
        scaler = WaveformScaler(scale=scale)
        scaled = scaler.fit_transform((sign * gain * (X + shift)).astype(dtype))
        expected = sign * scaler.fit_transform(X)
        # Silence is not divided, so that its rounding grows with the gain.
        divisor = X.std() if X.std() > 0 else 1 / gain
        rounding = 4 * np.finfo(dtype).eps * np.abs(X + shift).max() / divisor
        assert (np.abs(scaled - expected) <= rounding + 1e-6 * np.abs(expected)).all()

    holds()


@amount
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_inverse_transform_undoes_transform(dtype, max_examples):
    scales = st.sampled_from(["rms", "std", "peak", None])

    @often(max_examples)
    @given(waves, waves, gains, scales, st.booleans())
    def holds(X_fit, X, gain, scale, center):
        X_fit, X = ((gain * each).astype(dtype).reshape(-1, 1) for each in (X_fit, X))
        scaler = WaveformScaler(scale=scale, center=center).fit(X_fit)
        largest = max(np.abs(X).max(), np.abs(X_fit).max())
        error = np.abs(scaler.inverse_transform(scaler.transform(X)) - X)
        assert error.max() <= 4 * np.finfo(dtype).eps * largest

    holds()


# --- classification


@amount
def test_a_pickled_classifier_predicts_the_same_bits(max_examples):
    @often(max_examples)
    @given(excerpts_of_a_kind, codes(2), seeds, excerpts_of_a_kind)
    def holds(X, y, seed, X_new):
        fitted = tiny_cnn(seed).fit(X, y)
        again = pickle.loads(pickle.dumps(fitted))
        assert_array_equal(again.predict_proba(X_new), fitted.predict_proba(X_new))
        assert_array_equal(again.predict(X_new), fitted.predict(X_new))

    holds()


# A network starts from random weights for the first class, the second and so on, hence names that
# sort otherwise make for another network. numpy strips zeros off the ends of strings.
names = st.one_of(
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=3, max_size=3, unique=True),
    st.lists(
        st.text(st.characters(exclude_characters="\0"), max_size=5),
        min_size=3,
        max_size=3,
        unique=True,
    ),
)


@amount
@pytest.mark.parametrize("n_classes", [2, 3])
def test_names_that_sort_alike_only_rename_the_predictions(n_classes, max_examples):
    @often(max_examples)
    @given(excerpts_of_a_kind, codes(n_classes), names, seeds)
    def holds(X, y, names, seed):
        names = np.array(sorted(names))[:n_classes]
        numbered, named = tiny_cnn(seed).fit(X, y), tiny_cnn(seed).fit(X, names[y])
        assert_array_equal(named.classes_, names)
        assert_array_equal(named.predict_proba(X), numbered.predict_proba(X))
        assert_array_equal(named.predict(X), names[numbered.predict(X)])

    holds()


@amount
@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_power_of_two_common_to_all_weights_changes_no_bit(n_classes, max_examples):
    sample_weights = arrays(np.float32, N_EXCERPTS, elements=st.floats(0.125, 8, width=32))
    powers = st.integers(-100, 100).map(lambda exponent: 2.0**exponent)

    @often(max_examples)
    @given(excerpts_of_a_kind, codes(n_classes), sample_weights, powers, seeds)
    def holds(X, y, sample_weight, power, seed):
        plain = tiny_mlp(seed, 0.1).fit(X, y, sample_weight=sample_weight)
        heavy = tiny_mlp(seed, 0.1).fit(X, y, sample_weight=np.float32(power) * sample_weight)
        # Making a Keras model for each example would take most of the time.
        assert_array_equal(heavy._weights, plain._weights)
        assert heavy.history_ == plain.history_

    holds()


@amount
def test_no_bit_of_a_prediction_depends_on_the_other_rows(max_examples):
    X = np.random.default_rng(0).uniform(-1, 1, (60, N_TIMESTEPS)).astype(np.float32)
    fitted = tiny_cnn(seed=0).fit(X, np.arange(60) % 2)
    in_order = fitted.predict_proba(X)

    # A single row is computed by itself, which may round otherwise.
    @often(max_examples)
    @given(st.lists(st.integers(0, 59), min_size=2, max_size=120))
    def holds(rows):
        assert_array_equal(fitted.predict_proba(X[rows]), in_order[rows])

    holds()


@amount
def test_a_single_row_is_predicted_alike_but_for_rounding(max_examples):
    @often(max_examples)
    @given(excerpts_of_a_kind, codes(3), seeds)
    def holds(X, y, seed):
        fitted = tiny_cnn(seed).fit(X, y)
        alone = np.vstack([fitted.predict_proba(X[row : row + 1]) for row in range(3)])
        assert_allclose(alone, fitted.predict_proba(X)[:3], atol=1e-6)

    holds()


# --- files


finite = st.floats(width=32, allow_nan=False, allow_infinity=False)


@st.composite
def halves(draw):
    """Excerpts for training or testing, and two classes of equal size in any order."""
    n_of_each = draw(st.integers(1, 5))
    X = draw(arrays(np.float32, (2 * n_of_each, N_TIMESTEPS), elements=finite))
    return X, np.array(draw(st.permutations([0, 1] * n_of_each)))


@amount
def test_excerpts_come_back_from_a_file_as_they_were(tmp_path, max_examples):
    path = tmp_path / "excerpts.npz"

    @often(max_examples)
    @given(halves(), halves())
    def holds(train, test):
        save_excerpts_npz(path, *train, *test)
        data = load_excerpts_npz(path)
        for (X, y), found, labels in [
            (train, data.X_train, data.y_train),
            (test, data.X_test, data.y_test),
        ]:
            order = np.argsort(y, kind="stable")
            assert found.tobytes() == X[order].tobytes()
            assert_array_equal(labels, y[order])

    holds()
