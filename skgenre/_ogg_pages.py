"""The pages of Ogg files: streams that were joined, and what was cut short."""

import struct
from typing import NamedTuple

_HEADER = struct.Struct("<4sBBq3IB")
_FIRST_PAGE, _LAST_PAGE = 2, 4
_BYTES_PER_SEARCH = 2**16
_MAX_LINKS = 10_000
_MAX_MENDED = 200


class _Page(NamedTuple):
    place: int
    end: int
    flags: int
    serial: int
    is_empty: bool


def ogg_links(file, start, size):
    """Find the streams of an Ogg file that follow each other.

    Parameters
    ----------
    file : file object
        Open for reading bytes.
    start, size : int
        Where its first page is, and where it ends.

    Returns
    -------
    list of list of range or bytes
        The pieces of each stream. Pages that are marked as the last and are not get another mark,
        for libsndfile does not read beyond.

    Raises
    ------
    ValueError
        If the last page of a stream is missing or cut short.
    """
    links, link = [], None
    for page in _pages(file, start, size):
        # Streams that are played at once begin together.
        if link is None or (page.flags & _FIRST_PAGE and not link.is_beginning):
            link = _Link(page.place)
            links.append(link)
            if len(links) > _MAX_LINKS:
                raise ValueError(f"it has more than {_MAX_LINKS} streams, one after the other.")
        link.add(page)
    if not links:
        raise ValueError("its last page is missing.")
    return [link.pieces(file) for link in links]


def _pages(file, place, size):
    """Go from page to page; what lies between them is passed over."""
    while (place := _find_page(file, place)) is not None:
        file.seek(place)
        header = file.read(_HEADER.size)
        if len(header) < _HEADER.size:
            return
        _, _, flags, _, serial, _, _, n_segments = _HEADER.unpack(header)
        segments = file.read(n_segments)
        end = place + _HEADER.size + n_segments + sum(segments)
        if end > size and len(segments) == n_segments:
            raise ValueError(f"it ends {end - size} bytes before its last page does.")
        if len(segments) < n_segments:
            return
        _check_whole(file, place, end)
        yield _Page(place, end, flags, serial, not n_segments)
        place = end


def _check_whole(file, place, end):
    """Refuse a page within which another one begins: it was cut, and a file was joined to it."""
    file.seek(end)
    if file.read(4) in (b"OggS", b""):
        return
    file.seek(place + _HEADER.size)
    if b"OggS" in file.read(end - place - _HEADER.size + 3):
        raise ValueError("a page of it is cut short.")


def _find_page(file, place):
    while True:
        file.seek(place)
        if file.read(4) == b"OggS":
            return place
        file.seek(place)
        block = file.read(_BYTES_PER_SEARCH)
        found = block.find(b"OggS")
        if found >= 0:
            return place + found
        if len(block) < _BYTES_PER_SEARCH:
            return None
        # The mark of a page may lie across two blocks.
        place += len(block) - 3


class _Link:
    """One of the streams."""

    def __init__(self, start):
        self.is_beginning = True
        self._start = start
        self._end = None
        self._last = {}
        self._marked_as_last = []

    def add(self, page):
        self.is_beginning = self.is_beginning and bool(page.flags & _FIRST_PAGE)
        self._end = page
        # An empty page at the end is no sound that one marked as the last would hide.
        if not page.is_empty:
            self._last[page.serial] = page
            if page.flags & _LAST_PAGE:
                self._marked_as_last.append(page)

    def pieces(self, file):
        """Return where the pages are."""
        if not self._end.flags & _LAST_PAGE:
            raise ValueError("its last page is missing.")
        place, pieces = self._start, []
        for page in self._marked_as_last:
            if page is not self._last[page.serial]:
                if len(pieces) > _MAX_MENDED:
                    raise ValueError(f"more than {_MAX_MENDED // 2} pages are marked as its last.")
                pieces += [range(place, page.place), _unmarked(file, page)]
                place = page.end
        return [*pieces, range(place, self._end.end)]


def _unmarked(file, page):
    """Return a page that is not marked as the last."""
    file.seek(page.place)
    content = bytearray(file.read(page.end - page.place))
    content[5] &= ~_LAST_PAGE
    content[22:26] = bytes(4)
    content[22:26] = struct.pack("<I", _checksum(content))
    return bytes(content)


def _checksums_of_bytes():
    table = []
    for byte in range(256):
        register = byte << 24
        for _ in range(8):
            register = register << 1 ^ (0x104C11DB7 if register >> 31 else 0)
        table.append(register)
    return table


_CHECKSUMS = _checksums_of_bytes()


def _checksum(page):
    """CRC-32 with the polynomial 0x04c11db7, nothing reflected or inverted (RFC 3533)."""
    register = 0
    for byte in page:
        register = (register << 8 & 0xFFFFFFFF) ^ _CHECKSUMS[register >> 24 ^ byte]
    return register
