"""Check an npz file of unknown origin before its arrays are read.

All sizes that the file declares are compared, and bounded, while only a few kilobytes of it have
been read: the zip directory first, then the npy header of each member.
"""

import re
import zipfile
from typing import NamedTuple

from skgenre._files.npy_headers import NpyHeader, read_npy_header
from skgenre._files.zip_archives import check_member

MAX_TOTAL_BYTES = 2**30
"""The two arrays together may take 1 GiB, about twenty times the lesson's file."""

MAX_DIRECTORY_BYTES = 2**14
# Even where most excerpts are silent, sound does not shrink as far as a file made to fill memory.
_MAX_BYTES_OF_FEW = 2**24
_MAX_GROWTH = 100
_FLOAT = re.compile(r"'[<>=|]f[248]'")


class Member(NamedTuple):
    """One array of an archive: where it is and what it declares to hold."""

    info: zipfile.ZipInfo
    header: NpyHeader


def find_members(archive, names):
    """Return the checked members of an archive, in the order of `names`."""
    infos = [_find_info(archive, name) for name in names]
    for info in infos:
        check_member(archive, info)
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


def _read_member(archive, info):
    with archive.open(info) as stream:
        header = read_npy_header(stream, info.filename, _FLOAT, "float16, float32 or float64")
    shape = header.shape
    if len(shape) != 2:
        raise ValueError(f"{info.filename} must have 2 dimensions, got the shape {shape}.")
    if min(shape) < 1:
        raise ValueError(f"{info.filename} must have rows and columns, got the shape {shape}.")
    header.check_size(info.filename, info.file_size)
    return Member(info, header)
