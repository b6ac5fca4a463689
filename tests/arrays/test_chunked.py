"""Excerpts in arrays of dask, Zarr and HDF5, which are read piece by piece."""

from collections import Counter

import dask.array as da
import h5py
import numpy as np
import pytest
import zarr
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.pipeline import make_pipeline

import skgenre
from skgenre import WaveformScaler
from skgenre._arrays import chunked as _chunked_arrays
from skgenre._arrays.chunked import ChunkedExcerpts
from skgenre._engine import feeding
from tests.helpers.small_networks import small_cnn

KINDS = ["dask", "dask, chunks in both directions", "zarr", "hdf5", "hdf5 without chunks"]


@pytest.fixture(params=KINDS)
def chunked(request, excerpts, tmp_path):
    """The excerpts in a chunked array of each kind, and their labels."""
    X, y = excerpts
    if request.param.startswith("dask"):
        columns = 25 if "both" in request.param else -1
        yield da.from_array(X, chunks=(17, columns)), y
    elif request.param == "zarr":
        yield zarr.create_array(tmp_path / "excerpts.zarr", data=X, chunks=(19, 30)), y
    else:
        chunks = (16, 60) if request.param == "hdf5" else None
        with h5py.File(tmp_path / "excerpts.h5", "w") as file:
            yield file.create_dataset("excerpts", data=X, chunks=chunks), y


def well_trained():
    return small_cnn(epochs=6, learning_rate=0.01)


@pytest.fixture
def small_pieces(monkeypatch):
    """Pieces of a few rows, of which a part is kept, for sets that are too large for memory."""
    row = 60 * 4 / 2**20
    monkeypatch.setattr(_chunked_arrays, "READ_MIB", 8 * row)
    monkeypatch.setattr(_chunked_arrays, "KEPT_MIB", 40 * row)
    monkeypatch.setattr(feeding, "RESIDENT_MIB", 0)


def test_what_fits_into_memory_trains_and_predicts_like_an_array(excerpts, chunked):
    X, y = excerpts
    ours, usual = small_cnn().fit(*chunked), small_cnn().fit(X, y)
    assert_array_equal(ours.predict_proba(chunked[0]), usual.predict_proba(X))
    assert ours.history_ == usual.history_
    assert_array_equal(ours.partial_fit(*chunked).predict(X), usual.partial_fit(X, y).predict(X))


def test_a_larger_set_is_learned_from_some_pieces_at_a_time(chunked, excerpts, small_pieces):
    X, y = excerpts
    fitted = well_trained().fit(*chunked)
    assert fitted.score(chunked[0], y) > 0.9
    again = well_trained().fit(*chunked)
    assert_array_equal(again.predict_proba(X), fitted.predict_proba(chunked[0]))


def test_kept_pieces_give_what_is_read(chunked, excerpts, small_pieces):
    X, _ = excerpts
    pieces, rng = ChunkedExcerpts(chunked[0]), np.random.default_rng(0)
    assert_array_equal(np.concatenate(list(pieces.blocks())), X)
    for _ in range(20):
        rows = rng.integers(0, len(X), 30)
        assert_array_equal(pieces[rows], X[rows])
    assert_array_equal(pieces[5:50:3], X[5:50:3])
    assert_array_equal(np.asarray(pieces), X)


@pytest.mark.usefixtures("small_pieces")
def test_each_piece_is_read_once_an_epoch(excerpts, monkeypatch):
    X, y = excerpts
    read = []

    class Counted:
        """A chunked array that notes which rows are read."""

        chunks, shape, dtype, ndim = (10, 60), X.shape, X.dtype, 2

        def __getitem__(self, rows):
            read.append((int(rows.start), int(rows.stop)))
            return X[rows]

    small_cnn(epochs=3).fit(Counted(), y)
    pieces = {(first, first + 10) for first in range(0, 120, 10)}
    # Once to be checked, three times to be trained on; what was kept is not read again.
    assert set(read) == pieces
    assert max(Counter(read).values()) <= 4
    assert len(read) > 24


@given(
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=20),
    kept=st.integers(1, 60),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_row_is_visited_once_and_few_pieces_are_in_use(sizes, kept, seed):
    n_rows = sum(sizes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_chunked_arrays, "READ_MIB", 0)
        patch.setattr(_chunked_arrays, "KEPT_MIB", kept * 4 / 2**20)
        pieces = ChunkedExcerpts(da.zeros((n_rows, 1), chunks=(tuple(sizes), 1), dtype="f4"))
        rows = np.arange(n_rows)[np.random.default_rng(seed).random(n_rows) < 0.8]
        order = pieces.shuffled(rows, np.random.default_rng(seed))
        again = pieces.shuffled(rows, np.random.default_rng(seed))
    assert_array_equal(np.sort(order), np.arange(len(rows)))
    assert_array_equal(order, again)
    piece_of_row = np.repeat(np.arange(len(sizes)), sizes)
    visited = piece_of_row[rows[order]]
    for first in range(len(visited)):
        # From the first visit of a piece to the last one of it.
        stretch = visited[first : np.flatnonzero(visited == visited[first])[-1] + 1]
        assert sum(sizes[piece] for piece in set(stretch.tolist())) < kept + max(sizes)


def test_where_all_pieces_are_kept_the_shuffle_is_full():
    pieces = ChunkedExcerpts(da.zeros((2000, 4), chunks=(10, 4), dtype="f4"))
    order = pieces.shuffled(np.arange(2000), np.random.default_rng(0))
    assert abs(np.corrcoef(order, np.arange(2000))[0, 1]) < 0.1
    assert (np.abs(np.diff(order)) < 10).mean() < 0.03


def test_validation_data_and_held_out_parts_may_be_chunked(chunked, excerpts, small_pieces):
    X, y = excerpts
    given = small_cnn().fit(X, y, X_val=chunked[0], y_val=y)
    assert len(given.history_["val_loss"]) == 2
    songs = np.arange(120) // 4
    held_out = small_cnn(validation_fraction=0.25).fit(*chunked, groups=songs)
    assert len(held_out.history_["val_loss"]) == 2


def test_rows_of_weight_zero_are_left_out(chunked, excerpts, small_pieces):
    X, y = excerpts
    weights = np.arange(120) % 3.0
    weighted = well_trained().fit(*chunked, sample_weight=weights)
    assert weighted.score(X, y) > 0.9


# --- a scaler in front


@pytest.mark.parametrize("params", [{}, {"scale": "peak"}, {"per_excerpt": True}, {"copy": False}])
def test_a_scaler_learns_from_pieces_and_scales_them_when_they_are_asked_for(
    chunked, excerpts, params, small_pieces
):
    X, _ = excerpts
    before = X.copy()
    ours, usual = WaveformScaler(**params).fit(chunked[0]), WaveformScaler(**params).fit(before)
    if not params.get("per_excerpt"):
        assert_allclose([ours.mean_, ours.scale_], [usual.mean_, usual.scale_], rtol=1e-6)
    scaled = ours.transform(chunked[0])
    assert isinstance(scaled, da.Array)
    assert scaled.dtype == np.float32
    assert_allclose(scaled.compute(), usual.transform(X.copy()), rtol=1e-5, atol=1e-6)
    assert_array_equal(chunked[0][:], X)


def test_scaling_is_undone_piece_by_piece(chunked, excerpts):
    scaler = WaveformScaler().fit(chunked[0])
    again = scaler.inverse_transform(scaler.transform(chunked[0]))
    assert_allclose(again.compute(), excerpts[0], atol=1e-6)


def test_a_scaled_array_keeps_to_the_scaler_as_it_was(excerpts):
    X, _ = excerpts
    scaler = WaveformScaler().fit(X)
    expected = scaler.transform(X)
    scaled = scaler.transform(da.from_array(X, chunks=(50, -1)))
    scaler.fit(100 * X)
    assert_array_equal(scaled.compute(), expected)


def test_numbers_that_are_no_float32_are_scaled_in_float64(excerpts):
    numbers = (100 * excerpts[0]).astype(np.int16)
    chunks = da.from_array(numbers, chunks=(50, -1))
    scaled = WaveformScaler().fit(chunks).transform(chunks)
    assert scaled.dtype == np.float64
    assert_allclose(scaled.compute(), WaveformScaler().fit(numbers).transform(numbers))


def test_a_pipeline_takes_chunked_arrays_all_the_way(chunked, excerpts, small_pieces):
    X, _ = excerpts
    pipe = make_pipeline(WaveformScaler(), well_trained()).fit(*chunked)
    assert pipe.score(*chunked) > 0.9
    assert_allclose(pipe.predict_proba(chunked[0]), pipe.predict_proba(X), atol=1e-6)


# --- what is refused


def chunks_of(array):
    return da.from_array(np.asarray(array), chunks=50)


@pytest.mark.parametrize("estimator", [small_cnn(), WaveformScaler()])
@pytest.mark.parametrize(
    ("X", "message"),
    [
        (chunks_of(np.zeros(120)), "Expected 2D array, got 1D"),
        (chunks_of(np.zeros((120, 0))), r"shape \(120, 0\)"),
        (chunks_of(np.zeros((120, 3), str)), "Unable to convert array of"),
        (chunks_of(np.full((120, 3), np.nan)), "contains NaN"),
        (chunks_of(np.zeros((120, 3)))[chunks_of(np.ones(120) > 0)], "compute_chunk_sizes"),
        (da.zeros((120, 10**8), chunks=(120, 10**8)), "chunk of 120 rows.*1024 MiB: rechunk"),
    ],
)
def test_arrays_that_are_no_excerpts_are_refused(estimator, X, message):
    with pytest.raises(ValueError, match=message):
        estimator.fit(X, np.arange(120) % 2)


def test_another_length_is_refused_before_anything_is_read(excerpts):
    X, y = excerpts
    fitted = small_cnn().fit(X, y)
    other = da.zeros((10, 59), chunks=5)
    for call in (fitted.predict_proba, WaveformScaler().fit(X).transform):
        with pytest.raises(ValueError, match="59 features"):
            call(other)


def test_labels_that_are_missing_or_too_few_are_refused(excerpts):
    X, y = excerpts
    with pytest.raises(ValueError, match="target y is None"):
        small_cnn().fit(chunks_of(X), None)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        small_cnn().fit(chunks_of(X), y[:-1])


def test_a_bad_piece_in_the_middle_leaves_a_scaler_as_it_was(excerpts):
    X, _ = excerpts
    scaler = WaveformScaler().fit(X)
    mean, scale = scaler.mean_, scaler.scale_
    bad = X.copy()
    bad[100, 3] = np.inf
    with pytest.raises(ValueError, match="contains infinity"):
        scaler.partial_fit(chunks_of(bad))
    assert (scaler.mean_, scaler.scale_, scaler.n_samples_seen_) == (mean, scale, 120)
    scaler.partial_fit(X)
    assert scaler.n_samples_seen_ == 240


def test_labels_may_be_chunked_too(excerpts):
    X, y = excerpts
    labels = da.from_array(y, chunks=30)
    fitted = small_cnn().fit(chunks_of(X), labels)
    assert_array_equal(fitted.predict(X), small_cnn().fit(X, y).predict(X))


def test_a_classifier_that_learned_from_pieces_is_saved_without_them(excerpts, tmp_path):
    X, y = excerpts
    fitted = small_cnn().fit(chunks_of(X), y)
    skgenre.save(fitted, tmp_path / "genres.skops")
    loaded = skgenre.load(tmp_path / "genres.skops")
    assert_array_equal(loaded.predict_proba(X), fitted.predict_proba(X))
