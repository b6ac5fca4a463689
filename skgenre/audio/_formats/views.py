"""Parts of a file as a file of their own."""

import io
import os
from bisect import bisect_right
from itertools import accumulate

_N_ZEROS = 128


class FileView(io.RawIOBase):
    """Read pieces of a file, end to end, as if they were a file.

    Decoders call it back from C, where an exception would be lost: it is kept in `failure`.

    Parameters
    ----------
    file : file object
        Open for reading bytes.
    pieces : list of range or bytes
        Places in the file, or bytes to read instead.
    n_seeming_bytes : int, default=0
        How long the file seems to be, where that is more; its last 128 bytes, where libmpg123 looks
        for a tag, are zeros then.

    Attributes
    ----------
    failure : OSError or None
        Why the file could not be read.
    """

    def __init__(self, file, pieces, n_seeming_bytes=0):
        self.failure = None
        self._file = file
        self._pieces = pieces
        self._starts = list(accumulate(map(len, pieces), initial=0))
        self._place = 0
        self._size = max(self._starts[-1], n_seeming_bytes)

    def tell(self):
        return self._place

    def seek(self, offset, whence=os.SEEK_SET):
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(origin + offset, 0)
        return self._place

    def readinto(self, buffer):
        buffer = memoryview(buffer).cast("B")
        n_read = 0
        while n_read < len(buffer) and (part := self._read_part(len(buffer) - n_read)):
            buffer[n_read : n_read + len(part)] = part
            n_read += len(part)
        return n_read

    def _read_part(self, n_bytes):
        """Read from one piece."""
        if self._place >= self._starts[-1]:
            return self._read_behind(n_bytes)
        number = bisect_right(self._starts, self._place) - 1
        rest = self._pieces[number][self._place - self._starts[number] :][:n_bytes]
        part = self._read_range(rest) if isinstance(rest, range) else rest
        self._place += len(part)
        return part

    def _read_behind(self, n_bytes):
        if self._place < self._size - _N_ZEROS:
            return b""
        n_read = min(n_bytes, max(self._size - self._place, 0))
        self._place += n_read
        return bytes(n_read)

    def _read_range(self, places):
        try:
            self._file.seek(places.start)
            return self._file.read(len(places))
        except OSError as error:
            self.failure = error
            return b""
