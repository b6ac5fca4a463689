"""The lesson's file: round trips, and what `save_excerpts_npz` refuses."""

import numpy as np
import pytest

from skgenre.datasets import _excerpts_npz, _npz_header, load_excerpts_npz, save_excerpts_npz

RNG = np.random.default_rng(0)
X_TRAIN = RNG.standard_normal((8, 6)).astype(np.float32)
X_TEST = RNG.standard_normal((4, 6)).astype(np.float32)
Y_TRAIN = np.array([1, 0, 1, 1, 0, 0, 1, 0])
Y_TEST = np.array([1, 1, 0, 0])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "excerpts.npz"


def test_round_trip(path):
    assert save_excerpts_npz(path, X_TRAIN, Y_TRAIN, X_TEST, Y_TEST) is None
    data = load_excerpts_npz(path)
    assert np.array_equal(data.X_train, X_TRAIN[[1, 4, 5, 7, 0, 2, 3, 6]])
    assert np.array_equal(data.X_test, X_TEST[[2, 3, 0, 1]])
    assert data.y_train.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert data.y_test.tolist() == [0, 0, 1, 1]
    assert data.X_train.dtype == data.X_test.dtype == np.float32
    assert data.y_train.dtype == data.y_test.dtype == np.int64
    assert data.target_names.tolist() == ["classical", "rock"]


def test_saving_what_was_loaded_changes_nothing(path, tmp_path):
    save_excerpts_npz(path, X_TRAIN, Y_TRAIN, X_TEST, Y_TEST)
    data = load_excerpts_npz(path)
    again = tmp_path / "again.npz"
    save_excerpts_npz(again, data.X_train, data.y_train, data.X_test, data.y_test)
    assert again.read_bytes() == path.read_bytes()


def test_numpy_reads_what_was_saved(path):
    save_excerpts_npz(path, X_TRAIN, Y_TRAIN, X_TEST, Y_TEST)
    with np.load(path, allow_pickle=False) as arrays:
        assert sorted(arrays) == ["test", "train"]
        assert arrays["train"].shape == (8, 6)
        assert arrays["train"].dtype == np.float32


def test_labels_may_be_strings_and_excerpts_lists(path):
    names = np.array(["a", "b"])
    save_excerpts_npz(path, X_TRAIN.tolist(), names[Y_TRAIN], X_TEST.tolist(), names[Y_TEST])
    assert np.array_equal(load_excerpts_npz(path).X_test, X_TEST[[2, 3, 0, 1]])


@pytest.mark.parametrize("name", ["excerpts", "excerpts.dat"])
def test_the_name_is_kept_as_given(tmp_path, name):
    save_excerpts_npz(str(tmp_path / name), X_TRAIN, Y_TRAIN, X_TEST, Y_TEST)
    assert [file.name for file in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("dtype", ["<f2", "<f4", "<f8", ">f2", ">f4", ">f8"])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_files_by_numpy_load(path, dtype, order, save):
    train, test = (np.asarray(X, dtype=dtype, order=order) for X in (X_TRAIN, X_TEST))
    save(path, train=train, test=test, comment=np.array("other arrays are ignored"))
    data = load_excerpts_npz(path)
    assert np.array_equal(data.X_train, train.astype(np.float32))
    assert np.array_equal(data.X_test, test.astype(np.float32))
    assert data.X_train.flags.c_contiguous
    assert data.X_train.dtype.isnative
    data.X_train[0] = 0


def test_target_names(path):
    save_excerpts_npz(path, X_TRAIN, Y_TRAIN, X_TEST, Y_TEST)
    data = load_excerpts_npz(path, target_names=["rock", "hip-hop"])
    assert data.target_names.tolist() == ["rock", "hip-hop"]


def test_target_names_of_a_data_frame_become_strings(path):
    save_excerpts_npz(path, X_TRAIN, Y_TRAIN, X_TEST, Y_TEST)
    data = load_excerpts_npz(path, target_names=np.array(["a", "b"], dtype=object))
    assert data.target_names.dtype.kind == "U"


@pytest.mark.parametrize("names", [("a",), ("a", "b", "c"), ("a", "a"), "ab", ("a", 1), None])
def test_wrong_target_names(path, names):
    save_excerpts_npz(path, X_TRAIN, Y_TRAIN, X_TEST, Y_TEST)
    with pytest.raises(ValueError, match="target_names must be"):
        load_excerpts_npz(path, target_names=names)


@pytest.mark.parametrize("path", [None, 3, b"excerpts.npz"])
def test_wrong_path(path):
    with pytest.raises(ValueError, match="'path' parameter of load_excerpts_npz"):
        load_excerpts_npz(path)


def test_missing_file(path):
    with pytest.raises(FileNotFoundError, match=r"excerpts\.npz"):
        load_excerpts_npz(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y_train": [0, 0, 0, 0, 0, 1, 1, 1]}, r"y_train .* got the counts \{0: 5, 1: 3\}"),
        ({"y_test": [0, 0, 0, 0]}, r"y_test .* got the counts \{0: 4\}"),
        ({"y_test": [0, 1, 2, 3]}, r"y_test .* got the counts \{0: 1, 1: 1, 2: 1, 3: 1\}"),
        ({"y_test": [1, 1, 2, 2]}, r"same classes, got \[0, 1\] and \[1, 2\]"),
        ({"y_test": [0, 1]}, "inconsistent numbers of samples"),
        ({"X_test": X_TEST[:, :5]}, "got 6 and 5 timesteps"),
        ({"X_test": X_TEST[0]}, "2D array"),
        ({"X_test": np.full((4, 6), np.nan)}, "X_test must be finite"),
        ({"X_train": np.full((8, 6), 1e300)}, "X_train must be finite as float32"),
        ({"X_test": [["a"] * 6] * 4}, "bytes/strings"),
    ],
)
def test_refused_excerpts_leave_the_file_untouched(path, changes, message):
    path.write_bytes(b"precious")
    arguments = {"X_train": X_TRAIN, "y_train": Y_TRAIN, "X_test": X_TEST, "y_test": Y_TEST}
    with pytest.raises(ValueError, match=message):
        save_excerpts_npz(path, **(arguments | changes))
    assert path.read_bytes() == b"precious"


def test_what_is_saved_is_never_too_large_to_load(path, monkeypatch):
    # 1 KiB is left for the headers.
    most = X_TRAIN.nbytes + X_TEST.nbytes + 2**10
    for module in (_excerpts_npz, _npz_header):
        monkeypatch.setattr(module, "MAX_TOTAL_BYTES", most)
    save_excerpts_npz(path, X_TRAIN, Y_TRAIN, X_TEST, Y_TEST)
    assert len(load_excerpts_npz(path).X_train) == len(X_TRAIN)
    monkeypatch.setattr(_excerpts_npz, "MAX_TOTAL_BYTES", most - 1)
    with pytest.raises(ValueError, match=rf"^The excerpts take more than {most - 1} bytes\.$"):
        save_excerpts_npz(path, X_TRAIN, Y_TRAIN, X_TEST, Y_TEST)


def test_arrays_of_many_megabytes_load(path):
    # More than may be stored as densely as silence is, and than is read at a time.
    train = np.random.default_rng(0).standard_normal((2, 2**21 + 1), dtype=np.float32)
    np.savez(path, train=train, test=train)
    data = load_excerpts_npz(path)
    assert np.array_equal(data.X_train, train)
    assert np.array_equal(data.X_test, train)


def test_arguments_are_left_unchanged(path):
    X, y = X_TRAIN.copy(), Y_TRAIN.copy()
    save_excerpts_npz(path, X, y, X_TEST, Y_TEST)
    assert np.array_equal(X, X_TRAIN)
    assert np.array_equal(y, Y_TRAIN)


def test_excerpts_beyond_the_bound_are_not_saved(path, monkeypatch):
    monkeypatch.setattr(_excerpts_npz, "MAX_TOTAL_BYTES", 1100)
    path.write_bytes(b"old")
    with pytest.raises(ValueError, match="The excerpts take more than 1100 bytes"):
        save_excerpts_npz(path, X_TRAIN, Y_TRAIN, X_TEST, Y_TEST)
    assert path.read_bytes() == b"old"
