"""Tables of predictions, as CSV or Parquet files."""

import csv
import io
import os
from abc import ABC, abstractmethod
from array import array
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from skgenre._extras import import_extra
from skgenre._files.atomic import replacing
from skgenre._files.untrusted import check_regular, check_size, one_error

MAX_BYTES = 2**31
# A Parquet file can name one long text in millions of rows: rows are decoded in blocks, and only
# where their texts are short.
ROWS_PER_BLOCK = 2**12
MAX_TEXT_BYTES = 2**14


class Predictions(NamedTuple):
    """What is known of some songs."""

    files: list  # n_songs paths
    probabilities: np.ndarray  # (n_songs, n_classes)


def make_tables(path, classes):
    """Make a writer and reader of tables, of the format that a file's suffix names.

    Parameters
    ----------
    path : str or path-like
        The file.
    classes : array-like of shape (n_classes,)
        Labels.

    Returns
    -------
    tables : CSVTables or ParquetTables
        It can be pickled.

    Raises
    ------
    ValueError
        If the name ends in neither .csv nor .parquet, or if a class has the name of a column.
    ModuleNotFoundError
        If it ends in .parquet and pyarrow is not installed.
    """
    kinds = {".csv": CSVTables, ".parquet": ParquetTables}
    suffix = Path(path).suffix
    if suffix not in kinds:
        raise ValueError(f"path must end in .csv or .parquet, got {str(path)!r}.")
    return kinds[suffix](np.asarray(classes))


class _Tables(ABC):
    """What tables of all formats have in common: the columns file, label, and one per class.

    A format gives three methods: how a table is put into a file, how it is taken from one, and
    which exceptions speak of a damaged file.
    """

    @abstractmethod
    def _dump(self, file, files, labels, probabilities): ...

    @abstractmethod
    def _load(self, file): ...

    @abstractmethod
    def _refused(self): ...

    def __init__(self, classes):
        self._classes, self._names = classes, [str(label) for label in classes.tolist()]
        self._columns = ["file", "label", *self._names]
        if len(set(self._columns)) < len(self._columns):
            raise ValueError(
                "Each class has a column of its name, beside those called 'file' and 'label'; the "
                f"classes are {self._names}."
            )

        _check_encodable(self._names)

    @property
    def n_classes(self):
        """Number of classes."""
        return len(self._names)

    def write(self, path, predictions):
        """Write a file, whole or not at all."""
        probabilities = np.asarray(predictions.probabilities, np.float64)
        labels = self._classes[probabilities.argmax(axis=1)].tolist()
        with replacing(path) as file:
            self._dump(file, predictions.files, labels, probabilities)

    def read(self, path):
        """Read a file that may come from anywhere; what is wrong with it is one `ValueError`."""
        with one_error("read predictions from", path, self._refused()):
            check_regular(path)
            with open(path, "rb") as file:
                check_size(file, MAX_BYTES)
                files, labels, probabilities = self._load(file)
            self._check_labels(files, labels, probabilities)
            return Predictions(files, probabilities)

    def _check_columns(self, found, expected):
        if found != expected:
            raise ValueError(f"its columns are {found}, those of the classifier {expected}.")

    def _check_labels(self, files, labels, probabilities):
        for file, label, likeliest in zip(files, labels, probabilities.argmax(axis=1), strict=True):
            if str(label) != self._names[likeliest]:
                raise ValueError(
                    f"it labels {file!r} {label!r}, where {self._names[likeliest]!r} is likeliest."
                )


def _check_encodable(names):
    """Refuse names of classes that are not UTF-8, before hours of work."""
    for name in names:
        try:
            name.encode()
        except UnicodeEncodeError as error:
            raise ValueError(f"The class {name!r} cannot be written: it is not UTF-8.") from error


class CSVTables(_Tables):
    """Comma-separated values in UTF-8, as RFC 4180 has them."""

    # With the line ends of the default dialect, names that contain "\r" are quoted.

    def _dump(self, file, files, labels, probabilities):
        with _as_text(file) as text:
            writer = csv.writer(text)
            writer.writerow(self._columns)
            for song, label, shares in zip(files, labels, probabilities.tolist(), strict=True):
                writer.writerow([song, label, *shares])

    def _load(self, file):
        _check_last_line(file)
        files, labels, shares = [], [], array("d")
        with _as_text(file) as text:
            rows = csv.reader(text, strict=True)
            self._check_columns(next(rows, []), self._columns)
            for row in rows:
                if len(row) != len(self._columns):
                    raise ValueError(f"the row before line {rows.line_num + 1} is not whole.")
                files.append(row[0])
                labels.append(row[1])
                shares.extend(map(float, row[2:]))
        return files, labels, np.array(shares).reshape(-1, self.n_classes)

    def _refused(self):
        return ValueError, OSError, csv.Error


class ParquetTables(_Tables):
    """Parquet files, by way of pyarrow."""

    def __init__(self, classes):
        super().__init__(classes)
        # Fails before hours of work, not after them.
        self._schema()

    def _schema(self):
        pyarrow = _import("pyarrow")
        types = [pyarrow.string(), pyarrow.array(self._classes.tolist()).type]
        types += [pyarrow.float64()] * self.n_classes
        return pyarrow.schema(zip(self._columns, types, strict=True))

    def _dump(self, file, files, labels, probabilities):
        columns = [files, labels, *probabilities.T]
        table = _import("pyarrow").table(columns, schema=self._schema())
        _import("pyarrow.parquet").write_table(table, file, write_page_checksum=True)

    def _load(self, file):
        parquet = _import("pyarrow.parquet")
        self._check_columns(_types(parquet.read_schema(file)), _types(self._schema()))
        file.seek(0)
        # Equal texts are decoded once.
        found = parquet.ParquetFile(
            file, read_dictionary=["file", "label"], page_checksum_verification=True
        )
        files, labels, shares = [], [], [np.empty((0, self.n_classes))]
        for block in found.iter_batches(ROWS_PER_BLOCK):
            block_files, block_labels, *columns = map(_values, block)
            files += block_files
            labels += block_labels
            shares.append(np.array(columns).T)
            if len(files) * len(self._columns) * shares[0].itemsize > MAX_BYTES:
                raise ValueError(f"it has more than {len(files)} rows.")
        return files, labels, np.concatenate(shares)

    def _refused(self):
        return ValueError, OSError, _import("pyarrow").ArrowException


def _check_last_line(file):
    """Find a file cut short within its last number, which is a number even so."""
    file.seek(max(file.seek(0, os.SEEK_END) - 1, 0))
    if file.read() != b"\n":
        raise ValueError("its last line does not end.")
    file.seek(0)


@contextmanager
def _as_text(file):
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        yield text
    finally:
        # It would close the file that it does not own.
        text.detach()


def _import(name):
    return import_extra(name, "dask")


def _types(schema):
    return {field.name: str(field.type) for field in schema}


def _values(column):
    """Take the values of a block's column."""
    pyarrow, compute = _import("pyarrow"), _import("pyarrow.compute")
    if column.null_count:
        raise ValueError("it has empty cells.")
    if pyarrow.types.is_dictionary(column.type):
        longest = compute.max(compute.binary_length(column.dictionary)).as_py() or 0
        if longest > MAX_TEXT_BYTES:
            raise ValueError(f"it has a text of {longest} bytes.")
    return column.to_pylist()
