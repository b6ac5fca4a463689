"""MPEG audio files: what their headers declare against the frames that are there."""

from typing import NamedTuple

from skgenre.audio._formats.mpeg_frames import (
    MAX_FRAME_BYTES,
    find_frames,
    frame_at,
    group_frames,
    skip_whole_tags,
)

# What any decoder adds in front.
_DECODER_DELAY = 529
_ENCODERS_WITH_DELAY = (b"LAME", b"Lavf", b"Lavc")


# An ID3 tag with no more than padding, by which libsndfile recognizes MPEG audio without a name;
# a shorter one it passes over.
_EMPTY_TAG = b"ID3\x04" + bytes(5) + b"\x10" + bytes(16)


class FileHeader(NamedTuple):
    """Facts in the first frame of a file."""

    n_frames: int | None = None
    # Samples that the encoder added in front and at the end.
    delay: int = 0
    padding: int = 0


class MpegPart(NamedTuple):
    """Frames of one kind, ready for a decoder."""

    pieces: list
    n_skipped: int
    n_samples: int
    # libsndfile guesses the length from that of the file and of the first frame. With this many
    # bytes it never guesses too little.
    n_seeming_bytes: int


def find_mpeg_parts(file, start, size):
    """Find the parts of an MPEG audio file that have one rate and one number of channels.

    Joined files are one part where these agree. As FFmpeg does, the header of the first is obeyed
    and those of the others, which are silent frames, are decoded.

    Parameters
    ----------
    file : file object
        Open for reading bytes.
    start, size : int
        Where the tags or the sound begin, and where the file ends.

    Returns
    -------
    list of MpegPart
        In the order of time; empty where there is no frame.

    Raises
    ------
    ValueError
        If there are fewer frames than a header declares.
    """
    start = skip_whole_tags(file, start, size)
    counter = _SectionCounter(file, start, size)
    runs = list(group_frames(counter.count(find_frames(file, start, size))))
    counter.check_last()
    delay, padding = counter.first.delay, counter.first.padding
    if counter.n_sections > 1 or len(runs) > 1:
        padding = 0
    parts = []
    for number, (kind, n_frames, pieces) in enumerate(runs):
        n_samples = n_frames * kind.n_samples
        n_skipped = 0 if number else min(delay, n_samples - 1)
        n_samples = max(n_samples - n_skipped - padding, 1)
        parts.append(
            MpegPart(
                [_EMPTY_TAG, *_without_header(file, pieces)],
                n_skipped,
                n_samples,
                n_frames * MAX_FRAME_BYTES,
            )
        )
    return parts


def _without_header(file, pieces):
    """Empty the first frame if it is a header, which libmpg123 would obey and not decode."""
    frame = frame_at(file, pieces[0].start, pieces[0].stop)
    if not frame.is_header:
        return pieces
    file.seek(frame.place)
    silence = file.read(4).ljust(frame.n_bytes, b"\0")
    return [silence, range(frame.end, pieces[0].stop), *pieces[1:]]


class _SectionCounter:
    """Compares the frames of each of the files that were joined with what its header declares."""

    def __init__(self, file, start, size):
        self.first = FileHeader()
        self.n_sections = 0
        self._file = file
        self._size = size
        self._declared = None
        self._n_frames = 0
        self._end = self._start = start

    def count(self, frames):
        """Pass on frames of sound; a header where a file surely begins is none."""
        for frame in frames:
            is_first = frame.place == self._start
            if frame.is_header:
                self._check(frame.place)
                header = _read_header(self._file, frame)
                self._declared, self._n_frames = header.n_frames, -1
                if is_first:
                    self.first = header
            self.n_sections += frame.is_header or is_first
            self._n_frames += 1
            is_behind_tag = self.n_sections > 1 and frame.place != self._end
            self._end = frame.end
            if not (frame.is_header and (is_first or is_behind_tag)):
                yield frame

    def check_last(self):
        self._check(self._size)

    def _check(self, stop):
        if self._declared is None:
            return
        n_missing = self._declared - self._n_frames
        # Some encoders count their header; then no part of a frame follows.
        if n_missing > 1 or (n_missing == 1 and self._has_rest(stop)):
            raise ValueError(f"it ends {n_missing} MPEG frames before the length that it declares.")

    def _has_rest(self, stop):
        self._file.seek(self._end)
        return self._end < stop and self._file.read(1) == b"\xff"


def _read_header(file, frame):
    file.seek(frame.place)
    content = file.read(frame.n_bytes)
    if content[36:40] == b"VBRI":
        return FileHeader(int.from_bytes(content[50:54]) or None)
    place = 4 + frame.kind.n_side_bytes + 4
    flags = int.from_bytes(content[place : place + 4])
    place += 4
    n_frames = int.from_bytes(content[place : place + 4]) if flags & 1 else None
    # The fields that may be there: frames, bytes, a table for seeking, the quality.
    place += sum(n_bytes for bit, n_bytes in enumerate((4, 4, 100, 4)) if flags >> bit & 1)
    encoder = content[place : place + 24]
    if len(encoder) < 24 or not encoder.startswith(_ENCODERS_WITH_DELAY):
        return FileHeader(n_frames or None)
    both = int.from_bytes(encoder[21:24])
    delay, padding = (both >> 12) + _DECODER_DELAY, max((both & 0xFFF) - _DECODER_DELAY, 0)
    return FileHeader(n_frames or None, delay, padding)
