"""Sound files from anywhere: checked against what they declare, decoded block by block."""

import os
import struct
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from skgenre._extras import import_extra
from skgenre._foreign_files import one_error

# Decoded at a time, over all channels.
SAMPLES_PER_BLOCK = 2**18
# What the headers of a stream say whose length was not known when they were written.
_SIZES_OF_STREAMS = (2**32 - 1, 2**63 - 1, 2**64 - 1)
_OGG_PAGE_BYTES = 27 + 255 + 255 * 255
_OGG_LAST_PAGE = 4


class _Chunks(NamedTuple):
    """How a file of chunks is laid out."""

    first: int
    header: struct.Struct
    samples: bytes
    n_header_bytes_in_size: int = 0
    alignment: int = 2


# WAV, the same with big-endian numbers, the same beyond 4 GiB, AIFF, and Wave64.
_CHUNKS = {
    b"RIFF": _Chunks(12, struct.Struct("<4sI"), b"data"),
    b"RIFX": _Chunks(12, struct.Struct(">4sI"), b"data"),
    b"RF64": _Chunks(12, struct.Struct("<4sI"), b"data"),
    b"FORM": _Chunks(12, struct.Struct(">4sI"), b"SSND"),
    b"riff": _Chunks(40, struct.Struct("<4s12xQ"), b"data", 24, 8),
}
_AU_HEADERS = {b".snd": struct.Struct(">4x2I"), b"dns.": struct.Struct("<4x2I")}


@contextmanager
def open_sound(path):
    """Open a sound file; all that is wrong with it becomes one `ValueError`.

    Parameters
    ----------
    path : str or path-like
        The file.

    Yields
    ------
    sound : soundfile.SoundFile
        The open file.

    Raises
    ------
    ValueError
        With the path and the reason, also for a `ValueError` of the block that reads the file.
    """
    soundfile = import_extra("soundfile", "audio")
    refused = (ValueError, OSError, soundfile.LibsndfileError)
    with one_error("read audio from", path, refused):
        _check_file(Path(path))
        # soundfile would encode a name as UTF-8, which not every name is.
        with soundfile.SoundFile(os.fsencode(path)) as sound:
            yield sound


def read_blocks(sound, n_frames):
    """Decode the next frames of an open file.

    Parameters
    ----------
    sound : soundfile.SoundFile
        The file.
    n_frames : int
        How many frames it is to have from here on.

    Yields
    ------
    block : ndarray of shape (n_block_frames, n_channels), float32
        Amplitudes, full scale is 1.

    Raises
    ------
    ValueError
        If the file ends before.
    """
    # Otherwise soundfile seeks to where it is after each block, which breaks libsndfile's decoding
    # of MP3.
    sound.seekable = lambda: False
    frames_per_block = SAMPLES_PER_BLOCK // sound.channels
    n_left = n_frames
    while n_left:
        block = sound.read(min(n_left, frames_per_block), dtype="float32", always_2d=True)
        if not len(block):
            # Of some sound Ogg files several pages are marked as the last: libsndfile counts to
            # the last of them and decodes to the first. `_check_ogg` has looked for a cut.
            if sound.format == "OGG":
                return
            raise ValueError(f"it ends {n_left} frames before the length that it declares.")
        n_left -= len(block)
        yield block


def _check_file(path):
    if not path.is_file():
        # Opening a pipe would wait for somebody to write to it.
        raise ValueError("it is not a file." if path.exists() else "there is no such file.")
    if path.suffix.lower() == ".raw":
        raise ValueError("a raw file does not say what it holds.")
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if not size:
            raise ValueError("it is empty.")
        file.seek(0)
        head = file.read(12)
        kind = head[:4]
        if kind in _CHUNKS:
            _check_chunks(file, size, _CHUNKS[kind])
        elif kind in _AU_HEADERS and len(head) == 12:
            start, n_bytes = _AU_HEADERS[kind].unpack(head)
            _check_samples(start, n_bytes, size)
        elif kind == b"OggS":
            _check_ogg(file, size)


def _check_chunks(file, size, layout):
    """Find the samples of a WAV, AIFF or Wave64 file, from chunk to chunk."""
    place, n_bytes_of_rf64 = layout.first, 0
    while place + layout.header.size <= size:
        file.seek(place)
        name, n_bytes = layout.header.unpack(file.read(layout.header.size))
        if name == b"ds64":
            n_bytes_of_rf64 = int.from_bytes(file.read(16)[8:], "little")
        elif name == layout.samples:
            if n_bytes == 2**32 - 1:
                n_bytes = n_bytes_of_rf64
            start = place + layout.header.size - layout.n_header_bytes_in_size
            return _check_samples(start, n_bytes, size)
        # No chunk is shorter than its header.
        n_bytes = max(n_bytes - layout.n_header_bytes_in_size, 0)
        place += layout.header.size + n_bytes + -n_bytes % layout.alignment


def _check_samples(start, n_bytes, size):
    """Find samples cut short, which libsndfile reads without complaint."""
    n_missing = start + n_bytes - size
    if n_missing > 0 and n_bytes not in _SIZES_OF_STREAMS:
        raise ValueError(f"it ends {n_missing} bytes before the length that it declares.")


def _check_ogg(file, size):
    """Find an Ogg file cut short: its last page is not marked as such, or is not whole."""
    file.seek(-min(size, _OGG_PAGE_BYTES), os.SEEK_END)
    tail = file.read()
    page = tail[tail.rfind(b"OggS") :]
    if len(page) < 27 or not page[5] & _OGG_LAST_PAGE:
        raise ValueError("its last page is missing.")
    n_segments = page[26]
    n_bytes = 27 + n_segments + sum(page[27 : 27 + n_segments])
    if len(page) < n_bytes:
        raise ValueError(f"it ends {n_bytes - len(page)} bytes before its last page does.")
