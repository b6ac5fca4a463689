"""Check an npz file of unknown origin before its arrays are read.

All sizes that the file declares are compared, and bounded, while only a few kilobytes of it have
been read: the zip directory first, then the npy header of each member.
"""

import io
import math
import os
import re
import struct
import zipfile
from typing import NamedTuple

import numpy as np
from numpy.lib import format as npy

MAX_TOTAL_BYTES = 2**30
"""The two arrays together may take 1 GiB, about twenty times the lesson's file."""

_MAX_DIRECTORY_BYTES = 2**14
_MAX_HEADER_BYTES = 512
_MAX_DEFLATE_RATIO = 1032
# Even where most excerpts are silent, sound does not shrink as far as a file made to fill memory.
_MAX_BYTES_OF_FEW = 2**24
_MAX_GROWTH = 100
_END_OF_DIRECTORY = struct.Struct("<4s4H2LH")
_ZIP64_LOCATOR_BYTES = 20
_ENCRYPTED = 0x1
_HEADER_LENGTH = {(1, 0): struct.Struct("<H"), (2, 0): struct.Struct("<I")}
_HEADER = re.compile(
    r"\{'descr': (.+), 'fortran_order': (True|False), "
    r"'shape': \(((?:\d{1,18}L?(?:, \d{1,18}L?)*,?)?)\), \} *\n?",
    re.ASCII,
)
_FLOAT = re.compile(r"'[<>=|]f[248]'")


class Member(NamedTuple):
    """One array of an archive: where it is and what it declares to hold."""

    info: zipfile.ZipInfo
    shape: tuple[int, ...]
    is_fortran: bool
    dtype: np.dtype
    header_bytes: int


def open_archive(file):
    """Open a zip archive whose directory is small enough to be read whole.

    zipfile builds an object for every entry of the directory, so that a large one costs far more
    memory than the file has bytes. numpy writes neither an archive comment nor, below 2 GiB, a
    zip64 directory: without these the last 22 bytes tell where the directory is.
    """
    n_bytes = file.seek(0, os.SEEK_END)
    file.seek(max(0, n_bytes - _END_OF_DIRECTORY.size - _ZIP64_LOCATOR_BYTES))
    tail = file.read()
    if len(tail) < _END_OF_DIRECTORY.size:
        raise ValueError(f"it is not a zip archive: it has only {n_bytes} bytes.")
    signature, *_, directory_bytes, directory_start, comment_bytes = _END_OF_DIRECTORY.unpack(
        tail[-_END_OF_DIRECTORY.size :]
    )
    if signature != b"PK\5\6" or comment_bytes or tail.startswith(b"PK\6\7"):
        raise ValueError("it is not a zip archive as numpy.savez writes it, or it is truncated.")
    if directory_bytes > _MAX_DIRECTORY_BYTES:
        raise ValueError(
            f"its zip directory takes {directory_bytes} bytes, more than {_MAX_DIRECTORY_BYTES}."
        )
    if directory_start + directory_bytes + _END_OF_DIRECTORY.size != n_bytes:
        raise ValueError("its zip directory is not where the end of the file says.")
    return zipfile.ZipFile(file)


def find_members(archive, names):
    """Return the checked members of an archive, in the order of `names`."""
    infos = [_find_info(archive, name) for name in names]
    for info in infos:
        _check_storage(info)
        _check_place(info, archive.start_dir)
    declared_bytes = sum(info.file_size for info in infos)
    if declared_bytes > MAX_TOTAL_BYTES:
        raise ValueError(
            f"its arrays declare {declared_bytes} bytes, more than {MAX_TOTAL_BYTES} in total."
        )
    stored_bytes = sum(info.compress_size for info in infos)
    if declared_bytes > max(_MAX_BYTES_OF_FEW, _MAX_GROWTH * stored_bytes):
        raise ValueError(
            f"its arrays declare {declared_bytes} bytes, more than {_MAX_GROWTH} times the "
            f"{stored_bytes} bytes that they take in the file."
        )
    return [_read_member(archive, info) for info in infos]


def _find_info(archive, name):
    found = [info for info in archive.infolist() if info.filename == f"{name}.npy"]
    if len(found) != 1:
        raise ValueError(f"it must hold exactly one array named {name!r}, got {len(found)}.")
    return found[0]


def _check_storage(info):
    if info.flag_bits & _ENCRYPTED:
        raise ValueError(f"{info.filename} is encrypted.")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(
            f"{info.filename} must be stored or deflated, got zip compression method "
            f"{info.compress_type}."
        )
    largest = info.compress_size
    if info.compress_type == zipfile.ZIP_DEFLATED:
        largest *= _MAX_DEFLATE_RATIO
    if info.file_size > largest:
        raise ValueError(
            f"{info.filename} declares {info.file_size} bytes, but {info.compress_size} bytes in "
            f"the archive can hold at most {largest}."
        )


def _check_place(info, directory_start):
    if not 0 <= info.header_offset <= directory_start - info.compress_size:
        raise ValueError(
            f"{info.filename} should take {info.compress_size} bytes from byte "
            f"{info.header_offset} on, but the zip directory begins at byte {directory_start}."
        )


def _read_member(archive, info):
    with archive.open(info) as stream:
        beginning = io.BytesIO(stream.read(_MAX_HEADER_BYTES))
    descr, order, shape = _read_header(beginning, info.filename)
    if not _FLOAT.fullmatch(descr):
        raise ValueError(f"{info.filename} must hold float16, float32 or float64, got {descr}.")
    dtype, shape = np.dtype(descr.strip("'")), tuple(map(int, re.findall(r"\d+", shape)))
    if len(shape) != 2:
        raise ValueError(f"{info.filename} must have 2 dimensions, got the shape {shape}.")
    if min(shape) < 1:
        raise ValueError(f"{info.filename} must have rows and columns, got the shape {shape}.")
    expected = beginning.tell() + math.prod(shape) * dtype.itemsize
    if info.file_size != expected:
        raise ValueError(
            f"{info.filename} of shape {shape} and dtype {dtype} takes {expected} bytes, but the "
            f"zip directory declares {info.file_size}."
        )
    return Member(info, shape, order == "True", dtype, beginning.tell())


def _read_header(beginning, filename):
    """Return the fields of an npy header as they are written there.

    They are matched, not parsed by numpy, which divides by zero, and so ends the process, on the
    dtype 'm8[s/0]'.
    """
    version = npy.read_magic(beginning)
    if version not in _HEADER_LENGTH:
        raise ValueError(f"{filename} has the npy format version {version}, expected 1.0 or 2.0.")
    length = _HEADER_LENGTH[version]
    (n_bytes,) = length.unpack(beginning.read(length.size))
    header = beginning.read(n_bytes).decode("latin1")
    fields = _HEADER.fullmatch(header)
    if fields is None or len(header) < n_bytes:
        raise ValueError(
            f"{filename} must have the npy header of a plain array, of at most "
            f"{_MAX_HEADER_BYTES} bytes, got {header[:100]!a}."
        )
    return fields.groups()
