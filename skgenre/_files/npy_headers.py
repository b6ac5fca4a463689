"""Arrays in numpy's npy format, of unknown origin: their headers."""

import io
import math
import re
import struct
from typing import NamedTuple

import numpy as np
from numpy.lib import format as npy

_MAX_HEADER_BYTES = 512
_HEADER_LENGTH = {(1, 0): struct.Struct("<H"), (2, 0): struct.Struct("<I")}
_HEADER = re.compile(
    r"\{'descr': (.+), 'fortran_order': (True|False), "
    r"'shape': \(((?:\d{1,18}L?(?:, \d{1,18}L?)*,?)?)\), \} *\n?",
    re.ASCII,
)


class NpyHeader(NamedTuple):
    """What an array declares to be, and where its values begin."""

    dtype: np.dtype
    is_fortran: bool
    shape: tuple[int, ...]
    n_bytes: int

    def values_bytes(self):
        """Count the bytes that its values take."""
        return math.prod(self.shape) * self.dtype.itemsize

    def check_size(self, name, n_bytes):
        """Refuse an array that takes more or fewer bytes than are there; returns their number."""
        expected = self.n_bytes + self.values_bytes()
        if n_bytes != expected:
            raise ValueError(
                f"{name} of shape {self.shape} and dtype {self.dtype} takes {expected} bytes, but "
                f"has {n_bytes}."
            )
        return expected


def read_npy_header(stream, name, dtypes, expected):
    """Read the header of an array.

    It is matched, not parsed by numpy, which divides by zero, and so ends the process, on the
    dtype 'm8[s/0]'.

    Parameters
    ----------
    stream : binary file
        At the beginning of the array.
    name : str
        What errors call it.
    dtypes : re.Pattern
        Matches the dtypes that may be there, as they are written in a header.
    expected : str
        These dtypes in words.

    Returns
    -------
    header : NpyHeader
        What the header says.

    Raises
    ------
    ValueError
        If it is no header of a plain array of such a dtype.
    """
    beginning = io.BytesIO(stream.read(_MAX_HEADER_BYTES))
    version = npy.read_magic(beginning)
    if version not in _HEADER_LENGTH:
        raise ValueError(f"{name} has the npy format version {version}, expected 1.0 or 2.0.")
    length = _HEADER_LENGTH[version]
    (n_bytes,) = length.unpack(beginning.read(length.size))
    header = beginning.read(n_bytes).decode("latin1")
    fields = _HEADER.fullmatch(header)
    if fields is None or len(header) < n_bytes:
        raise ValueError(
            f"{name} must have the npy header of a plain array, of at most {_MAX_HEADER_BYTES} "
            f"bytes, got {header[:100]!a}."
        )
    descr, order, shape = fields.groups()
    if not dtypes.fullmatch(descr):
        raise ValueError(f"{name} must hold {expected}, got {descr}.")
    return NpyHeader(
        np.dtype(descr.strip("'")),
        order == "True",
        tuple(map(int, re.findall(r"\d+", shape))),
        beginning.tell(),
    )
