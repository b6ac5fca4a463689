"""Sound files of chunks (WAV, AIFF, CAF, Wave64) and AU: where their samples are."""

import struct
from typing import NamedTuple


class _Layout(NamedTuple):
    """How a file of chunks is laid out."""

    first: int
    header: struct.Struct
    samples: bytes
    n_header_bytes_in_size: int = 0
    # What lies between the header of the samples' chunk and the samples.
    n_prefix_bytes: int = 0
    alignment: int = 2


_RIFF = _Layout(12, struct.Struct("<4sI"), b"data")
# WAV, the same with big-endian numbers, the same beyond 4 GiB, AIFF, Wave64 and CAF.
_LAYOUTS = {
    b"RIFF": _RIFF,
    b"RIFX": _RIFF._replace(header=struct.Struct(">4sI")),
    b"RF64": _RIFF,
    b"FORM": _Layout(12, struct.Struct(">4sI"), b"SSND", n_prefix_bytes=8),
    b"riff": _Layout(40, struct.Struct("<4s12xQ"), b"data", 24, alignment=8),
    b"caff": _Layout(8, struct.Struct(">4sQ"), b"data", n_prefix_bytes=4, alignment=1),
}
_AU_HEADERS = {b".snd": struct.Struct(">4x2I"), b"dns.": struct.Struct("<4x2I")}
# WAVE_FORMAT_MPEG and WAVE_FORMAT_MPEGLAYER3.
_MPEG_ENCODINGS = (b"\x50\x00", b"\x55\x00")
CHUNK_MARKS = (*_LAYOUTS, *_AU_HEADERS)


class Samples(NamedTuple):
    """Where a file's samples are, by its own account, and where their size is recorded."""

    start: int
    n_bytes: int
    size_place: int
    size_format: str
    # How many of the bytes are no samples.
    n_other: int = 0
    # Whether chunks follow, in the place of samples.
    is_empty: bool = False
    # Whether they are frames of MPEG audio.
    is_mpeg: bool = False


def chunk_pieces(samples, size):
    """Find the pieces of a file of chunks that a decoder is to read.

    Parameters
    ----------
    samples : Samples or None
        Where the file says its samples are.
    size : int
        How many bytes it has.

    Returns
    -------
    list of range or bytes
        The file. A size that was not known when the file was written is replaced by the one that
        is there.

    Raises
    ------
    ValueError
        If the samples are cut short, which libsndfile reads without complaint.
    """
    if samples is None:
        return [range(size)]
    n_there = size - samples.start
    if n_there < 0:
        raise ValueError(f"it ends {-n_there} bytes before its samples begin.")
    if _is_unknown(samples, n_there):
        return _with_size(samples, n_there, size)
    if samples.n_bytes > n_there:
        n_missing = samples.n_bytes - n_there
        raise ValueError(f"it ends {n_missing} bytes before the length that it declares.")
    return [range(size)]


def find_samples(file, size):
    """Find where the samples of a file of chunks are, by its own account.

    Parameters
    ----------
    file : file object
        Open for reading bytes.
    size : int
        How many it has.

    Returns
    -------
    Samples or None
        None where it has none, or is of another kind.
    """
    file.seek(0)
    head = file.read(12)
    kind = head[:4]
    if kind == b"FORM" and head[8:] in (b"8SVX", b"16SV"):
        return _find_chunk(file, size, _LAYOUTS[kind]._replace(samples=b"BODY", n_prefix_bytes=0))
    if kind in _LAYOUTS:
        return _find_chunk(file, size, _LAYOUTS[kind])
    if kind in _AU_HEADERS and len(head) == 12:
        start, n_bytes = _AU_HEADERS[kind].unpack(head)
        return Samples(start, n_bytes, 8, _AU_HEADERS[kind].format[0] + "I")
    return None


def _find_chunk(file, size, layout):
    """Go from chunk to chunk until that of the samples."""
    ds64, encoding = None, None
    for place, name, n_bytes in _chunks(file, size, layout, layout.first):
        if name == b"ds64":
            file.seek(place + 16)
            ds64 = Samples(0, int.from_bytes(file.read(8), "little"), place + 16, "<Q")
        elif name == b"fmt ":
            encoding = file.read(2)
        elif name == layout.samples:
            start = place + layout.header.size
            order, number = layout.header.format[0], layout.header.format[-1]
            samples = Samples(
                start - layout.n_header_bytes_in_size,
                n_bytes,
                start - struct.calcsize(number),
                order + number,
                layout.n_header_bytes_in_size + layout.n_prefix_bytes,
                _is_chain(file, size, layout, start + layout.n_prefix_bytes),
                encoding in _MPEG_ENCODINGS,
            )
            if ds64 and n_bytes == 2**32 - 1:
                return ds64._replace(start=start)
            return samples
    return None


def _chunks(file, size, layout, place):
    while place + layout.header.size <= size:
        file.seek(place)
        name, n_bytes = layout.header.unpack(file.read(layout.header.size))
        yield place, name, n_bytes
        # No chunk is shorter than its header.
        n_bytes = max(n_bytes - layout.n_header_bytes_in_size, 0)
        place += layout.header.size + n_bytes + -n_bytes % layout.alignment


def _is_chain(file, size, layout, place):
    """Return whether chunks follow from a place to the end of the file."""
    end = place
    for start, name, n_bytes in _chunks(file, size, layout, place):
        if not name.isascii() or not name.decode().isprintable():
            return False
        end = start + layout.header.size + max(n_bytes - layout.n_header_bytes_in_size, 0)
    return place < end and size <= end <= size + layout.alignment


def _is_unknown(samples, n_there):
    """Return whether the size is one of those that programs write before they know it."""
    n_bytes = samples.n_bytes
    if n_bytes <= samples.n_other:
        return n_there > samples.n_other and not samples.is_empty
    return n_bytes > n_there and (
        n_bytes in (2**32 - 1, 2**63 - 1, 2**64 - 1, 0x7F000000, 0x7F000008)
        or abs(n_bytes - 2**31) <= 2**12
    )


def _with_size(samples, n_bytes, size):
    width = struct.calcsize(samples.size_format)
    if n_bytes >= 2 ** (8 * width):
        raise ValueError(f"it does not say how long it is, and has {n_bytes} bytes of samples.")
    place = samples.size_place
    declared = struct.pack(samples.size_format, n_bytes)
    return [range(place), declared, range(place + width, size)]
