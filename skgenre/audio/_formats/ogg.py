"""The pages of Ogg files: streams that were joined, and what was cut short."""

import struct
from typing import NamedTuple

_HEADER = struct.Struct("<4sBBq3IB")
_FIRST_PAGE, _LAST_PAGE = 2, 4
_BYTES_PER_SEARCH = 2**16
_MAX_LINKS = 10_000
_MAX_STREAMS_AT_ONCE = 1000
_MAX_MENDED = 100


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
        The pieces of each link, which is a stream or several that are played at once. Pages wrongly
        marked as the last get the mark removed, because libsndfile stops reading there.

    Raises
    ------
    ValueError
        If the last page of a stream is missing or cut short, or if there are a great many streams
        or pages wrongly marked as the last.
    """
    links = _Links()
    for page in _pages(file, start, size):
        links.add(page)
    links.check_end()
    mended = sorted(links.mended)
    return [_pieces(file, places, mended) for places in links.places]


def _pieces(file, places, mended):
    """Return the pieces of a link, with the mark removed from pages that are to be mended."""
    pieces, start = [], places.start
    for page in mended:
        if page.place in places:
            pieces += [range(start, page.place), _unmarked(file, page)]
            start = page.end
    return [*pieces, range(start, places.stop)]


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


class _Links:
    """The streams of a file, page by page, and the pages that are wrongly marked as the last."""

    def __init__(self):
        self.places = []
        self.mended = []
        self._final = None
        self._is_beginning = False
        # The last page with sound of each stream, by its serial number.
        self._last = {}

    def add(self, page):
        is_first = bool(page.flags & _FIRST_PAGE)
        # Streams that are played at once begin together.
        if not self.places or (is_first and not self._is_beginning):
            self._begin(page)
        self._is_beginning = self._is_beginning and is_first
        self._final = page
        self.places[-1] = range(self.places[-1].start, page.end)
        # An empty page at the end is no sound that one marked as the last would hide.
        if not page.is_empty:
            self._add_sound(page)

    def check_end(self):
        """Refuse what does not end with a last page."""
        if not (self._final and self._final.flags & _LAST_PAGE):
            raise ValueError("its last page is missing.")

    def _begin(self, page):
        if self.places:
            self.check_end()
        self.places.append(range(page.place, page.end))
        self._is_beginning, self._last = True, {}
        if len(self.places) > _MAX_LINKS:
            raise ValueError(f"it has more than {_MAX_LINKS} streams, one after the other.")

    def _add_sound(self, page):
        previous = self._last.get(page.serial)
        if previous and previous.flags & _LAST_PAGE:
            self.mended.append(previous)
        self._last[page.serial] = page
        if len(self.mended) > _MAX_MENDED:
            raise ValueError(f"more than {_MAX_MENDED} pages are marked as its last.")
        if len(self._last) > _MAX_STREAMS_AT_ONCE:
            raise ValueError(f"it has more than {_MAX_STREAMS_AT_ONCE} streams at once.")


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
