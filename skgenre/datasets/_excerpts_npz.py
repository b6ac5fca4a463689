"""Read and write the lesson's file: excerpts of two classes, in halves."""

import os

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_array, check_consistent_length, column_or_1d

from skgenre._bunches import HalvedExcerpts
from skgenre._files.atomic import replacing
from skgenre._files.untrusted import one_error
from skgenre._files.zip_archives import DAMAGED, open_archive
from skgenre._sklearn.typed import validate_params
from skgenre._types import PathLike
from skgenre.datasets._npz_header import MAX_DIRECTORY_BYTES, MAX_TOTAL_BYTES, find_members

_CHUNK_BYTES = 2**20


@validate_params(
    {"path": [str, os.PathLike], "target_names": "no_validation"},
    prefer_skip_nested_validation=True,
)
def load_excerpts_npz(
    path: PathLike, *, target_names: ArrayLike = ("classical", "rock")
) -> HalvedExcerpts:
    """Load excerpts of two genres from an npz file laid out in halves.

    The file holds the arrays `train` and `test`, one excerpt a row. In each, the first half of the
    rows belongs to class 0 and the second half to class 1.

    The file may come from anywhere: nothing in it is unpickled, and the sizes that it declares are
    checked against each other and against a bound of 1 GiB before memory is taken for its arrays.

    Parameters
    ----------
    path : str or path-like
        The npz file, compressed or not. Its arrays are float16, float32 or float64.
    target_names : tuple of two str, default=("classical", "rock")
        Names of class 0 and class 1.

    Returns
    -------
    :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with the following attributes.

        X_train : ndarray of shape (n_train, n_timesteps), dtype float32
            The rows of `train`.
        y_train : ndarray of shape (n_train,), dtype int64
            Their classes, 0 or 1.
        X_test : ndarray of shape (n_test, n_timesteps), dtype float32
            The rows of `test`.
        y_test : ndarray of shape (n_test,), dtype int64
            Their classes, 0 or 1.
        target_names : ndarray of shape (2,), dtype str
            Names of the classes.

    Raises
    ------
    FileNotFoundError
        If there is no file at `path`.
    ValueError
        If the file is not such an archive, is damaged, encrypted or too large; if an array is
        missing or there twice, is not of a floating dtype, does not have two dimensions, has an
        odd number of rows or values that are not finite; if the arrays differ in width; or if
        `target_names` are not two different names.

    See Also
    --------
    save_excerpts_npz : Write such a file.
    load_genre_excerpts : Real music that comes with the package.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skgenre.datasets import load_excerpts_npz, make_genre_excerpts, save_excerpts_npz
    >>> X_train, y_train = make_genre_excerpts(20, random_state=0)
    >>> X_test, y_test = make_genre_excerpts(10, random_state=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "excerpts.npz"
    ...     save_excerpts_npz(path, X_train, y_train, X_test, y_test)
    ...     data = load_excerpts_npz(path)
    >>> data.X_train.shape, data.X_test.shape
    ((20, 1200), (10, 1200))
    >>> data.y_test
    array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
    """
    target_names = _check_target_names(target_names)
    with (
        one_error("load excerpts from", path, DAMAGED),
        open(path, "rb") as file,
        open_archive(file, MAX_DIRECTORY_BYTES) as archive,
    ):
        X_train, X_test = _read_halves(archive)
    return HalvedExcerpts(
        X_train=X_train,
        y_train=_label_halves(X_train),
        X_test=X_test,
        y_test=_label_halves(X_test),
        target_names=target_names,
    )


@validate_params(
    {
        "path": [str, os.PathLike],
        "X_train": ["array-like"],
        "y_train": ["array-like"],
        "X_test": ["array-like"],
        "y_test": ["array-like"],
    },
    prefer_skip_nested_validation=True,
)
def save_excerpts_npz(
    path: PathLike, X_train: ArrayLike, y_train: ArrayLike, X_test: ArrayLike, y_test: ArrayLike
) -> None:
    """Save excerpts of two genres to an npz file laid out in halves.

    Rows are sorted by class; within a class they keep their order. A file at `path` is replaced
    once the new one is complete, and stays as it is if anything goes wrong.

    Parameters
    ----------
    path : str or path-like
        Where to write; nothing is appended to the name.
    X_train : array-like of shape (n_train, n_timesteps)
        Excerpts to train on, saved as float32.
    y_train : array-like of shape (n_train,)
        Their classes: two different values, each as often as the other. The smaller one becomes
        class 0.
    X_test : array-like of shape (n_test, n_timesteps)
        Excerpts to test on, saved as float32.
    y_test : array-like of shape (n_test,)
        Their classes: the same two values, each as often as the other.

    Raises
    ------
    ValueError
        If a part does not hold two classes of equal size, if the parts differ in classes or width,
        if a value is not finite as float32, or if the arrays take more than 1 GiB.
    OSError
        If the file cannot be written.

    See Also
    --------
    load_excerpts_npz : Read such a file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from skgenre.datasets import make_genre_excerpts, save_excerpts_npz
    >>> X, y = make_genre_excerpts(20, random_state=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "excerpts.npz"
    ...     save_excerpts_npz(path, X, y, X, y)
    ...     with np.load(path) as file:
    ...         print(file["train"].shape)
    (20, 1200)
    """
    train, train_classes = _sort_by_class(X_train, y_train, "train")
    test, test_classes = _sort_by_class(X_test, y_test, "test")
    if not np.array_equal(train_classes, test_classes):
        raise ValueError(
            f"y_train and y_test must hold the same classes, got {train_classes.tolist()} and "
            f"{test_classes.tolist()}."
        )
    _check_widths(train.shape, test.shape)
    if train.nbytes + test.nbytes > MAX_TOTAL_BYTES - 2**10:
        raise ValueError(f"The excerpts take more than {MAX_TOTAL_BYTES} bytes.")
    with replacing(path) as file:
        np.savez(file, train=train, test=test)


def _check_target_names(target_names):
    if not isinstance(target_names, (tuple, list, np.ndarray)) or len(target_names) != 2:
        raise ValueError(f"target_names must be a tuple of two names, got {target_names!r}.")
    if not all(isinstance(name, str) for name in target_names) or len(set(target_names)) != 2:
        raise ValueError(f"target_names must be two different strings, got {target_names!r}.")
    return np.array(target_names, dtype=str)


def _read_halves(archive):
    train, test = find_members(archive, ("train", "test"))
    _check_widths(train.header.shape, test.header.shape)
    for member in (train, test):
        if member.header.shape[0] % 2:
            raise ValueError(
                f"{member.info.filename} must hold an even number of excerpts, half of each "
                f"class, got {member.header.shape[0]}."
            )
    return _read_values(archive, train), _read_values(archive, test)


def _check_widths(train_shape, test_shape):
    if train_shape[1] != test_shape[1]:
        raise ValueError(
            f"train and test must have equally long excerpts, got {train_shape[1]} and "
            f"{test_shape[1]} timesteps."
        )


def _read_values(archive, member):
    header = member.header
    raw = np.empty(header.values_bytes(), dtype=np.uint8)
    with archive.open(member.info) as stream:
        stream.read(header.n_bytes)
        _fill(raw, stream)
    values = raw.view(header.dtype).reshape(header.shape, order="F" if header.is_fortran else "C")
    return _to_finite_float32(values, member.info.filename)


def _fill(raw, stream):
    n_read = 0
    while n_read < len(raw):
        n_new = stream.readinto(memoryview(raw)[n_read : n_read + _CHUNK_BYTES])
        if n_new == 0:
            raise ValueError(f"{stream.name} ends before the size that it declares.")
        n_read += n_new


def _to_finite_float32(values, name):
    with np.errstate(over="ignore", invalid="ignore"):
        values = np.ascontiguousarray(values, dtype=np.float32)
    if not np.isfinite(values).all():
        raise ValueError(f"{name} must be finite as float32, got NaN or infinity.")
    return values


def _label_halves(X):
    return np.repeat(np.array([0, 1], dtype=np.int64), len(X) // 2)


def _sort_by_class(X, y, name):
    X = check_array(X, dtype="numeric", ensure_all_finite=False, input_name=f"X_{name}")
    X = _to_finite_float32(X, f"X_{name}")
    y = column_or_1d(y)
    check_consistent_length(X, y)
    classes, counts = np.unique(y, return_counts=True)
    if len(classes) != 2 or counts[0] != counts[1]:
        found = dict(zip(classes.tolist(), counts.tolist(), strict=True))
        raise ValueError(
            f"y_{name} must hold two classes, each as often as the other, got the counts {found}."
        )
    return X[np.argsort(y, kind="stable")], classes
