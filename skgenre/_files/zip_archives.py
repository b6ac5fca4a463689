"""Zip archives of unknown origin: what they declare is checked before any of it is read."""

import os
import struct
import zipfile
import zlib

# What reading a damaged archive raises.
DAMAGED = (
    ValueError,
    RuntimeError,  # what zipfile does not support
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
)

_MAX_DEFLATE_RATIO = 1032
_END_OF_DIRECTORY = struct.Struct("<4s4H2LH")
_ZIP64_LOCATOR_BYTES = 20
_ENCRYPTED = 0x1


def open_archive(file, max_directory_bytes):
    """Open a zip archive whose directory is small enough to be read whole.

    zipfile builds an object for every entry of the directory, so that a large one costs far more
    memory than the file has bytes. Neither numpy nor skops writes an archive comment or, below
    2 GiB, a zip64 directory: without these the last 22 bytes tell where the directory is.
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
        raise ValueError(
            "it is not a zip archive, it is truncated, or it has a comment or a zip64 directory."
        )
    if directory_bytes > max_directory_bytes:
        raise ValueError(
            f"its zip directory takes {directory_bytes} bytes, more than {max_directory_bytes}."
        )
    if directory_start + directory_bytes + _END_OF_DIRECTORY.size != n_bytes:
        raise ValueError("its zip directory is not where the end of the file says.")
    return zipfile.ZipFile(file)


def check_member(archive, info):
    """Refuse a member that is encrypted, packed in a rare way, or cannot hold what it declares."""
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
    if not 0 <= info.header_offset <= archive.start_dir - info.compress_size:
        raise ValueError(
            f"{info.filename} should take {info.compress_size} bytes from byte "
            f"{info.header_offset} on, but the zip directory begins at byte {archive.start_dir}."
        )
