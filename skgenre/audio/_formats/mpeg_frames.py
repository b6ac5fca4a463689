"""The frames of MPEG audio files (MP3, MP2), which any number of headers and tags may surround."""

import re
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

# In kbit/s: of layers I, II and III of MPEG-1, of layer I and of layers II and III of MPEG-2.
_BITRATES = {
    (1, 1): range(32, 449, 32),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
# MPEG-1, MPEG-2 and MPEG-2.5, by the two bits of a header.
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_HEADER = re.compile(rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff][\x10-\xeb]", re.DOTALL)
_FREE_FORMAT = re.compile(rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff][\x00-\x0b]")
_N_CONFIRMING = 3
_BYTES_PER_SEARCH = 2**13
# Bytes of a frame that show whether it holds sound or the length of the file.
_N_HEAD_BYTES = 40
_MAX_PIECES = 10_000


class FrameKind(NamedTuple):
    """What does not change from frame to frame."""

    layer: int
    samplerate: int
    n_channels: int
    n_samples: int
    n_side_bytes: int


class Frame(NamedTuple):
    """A frame of MPEG audio and where it is in its file."""

    place: int
    n_bytes: int
    kind: FrameKind
    is_header: bool

    @property
    def end(self):
        """Where the next one may begin."""
        return self.place + self.n_bytes


class Run(NamedTuple):
    """Frames of one kind, one after the other, with what else there is left out."""

    kind: FrameKind
    n_frames: int
    pieces: list


def _lengths():
    """Map the second and the third byte of each header to bytes, rate and samples of the frame."""
    lengths = {}
    for version, rates in _RATES.items():
        for layer in (1, 2, 3):
            n_samples = {1: 384, 2: 1152, 3: 1152 if version == 3 else 576}[layer]
            second = 0xE0 | version << 3 | (4 - layer) << 1
            for index, bitrate in enumerate(_BITRATES[1 if version == 3 else 2, layer], 1):
                for rate_index, rate in enumerate(rates):
                    for padding in (0, 1):
                        slot = 4 if layer == 1 else 1
                        n_slots = n_samples // 8 // slot * bitrate * 1000 // rate + padding
                        third = index << 4 | rate_index << 2 | padding << 1
                        lengths[second, third] = (n_slots * slot, layer, rate, n_samples)
    return lengths


_LENGTHS = _lengths()
MAX_FRAME_BYTES = max(n_bytes for n_bytes, *_ in _LENGTHS.values())


def find_frames(file, start, size):
    """Find the frames of MPEG audio, from one to the next.

    Parameters
    ----------
    file : file object
        Open for reading bytes.
    start, size : int
        Where to begin, and where the file ends.

    Yields
    ------
    frame : Frame
        Whole frames, in the order of the file.
    """
    previous, place = None, start
    while True:
        frame = frame_at(file, place, size)
        is_next = previous and frame and frame.kind == previous.kind
        if not is_next and not (frame and _is_confirmed(file, frame, size)):
            # A frame that was cut ends where the next one has begun.
            inside = place if previous is None else previous.place + 1
            place = place if _is_tag(file, place) else inside
            frame = _find_frame(file, place, size)
            if previous and frame and frame.place < previous.end:
                previous = None
        if previous:
            yield previous
        if frame is None:
            return
        previous, place = frame, frame.end


def is_free_format(head):
    """Return whether a frame begins that does not say how long it is."""
    return _FREE_FORMAT.match(head) is not None


def frame_at(file, place, size):
    """Read a frame; None where there is none, or not all of it."""
    file.seek(place)
    head = file.read(_N_HEAD_BYTES)
    if len(head) < 4 or head[0] != 0xFF:
        return None
    length = _LENGTHS.get((head[1] & 0xFE, head[2] & 0xFE))
    if length is None or place + length[0] > size:
        return None
    n_bytes, layer, rate, n_samples = length
    n_channels = 1 if head[3] >> 6 == 3 else 2
    n_side_bytes = {(1152, 1): 17, (1152, 2): 32, (576, 1): 9, (576, 2): 17}.get(
        (n_samples, n_channels), 0
    )
    kind = FrameKind(layer, rate, n_channels, n_samples, n_side_bytes)
    return Frame(place, n_bytes, kind, layer == 3 and _is_header(head, n_side_bytes))


def _is_header(head, n_side_bytes):
    """Return whether a frame describes the file and is silent: no side information in it."""
    behind = 4 + n_side_bytes
    names = head[behind : behind + 4], head[36:40]
    return not any(head[4:behind]) and (names[0] in (b"Xing", b"Info") or names[1] == b"VBRI")


def _is_confirmed(file, frame, size):
    """Return whether more frames of the kind follow, or the end of the file."""
    kind = frame.kind
    for _ in range(_N_CONFIRMING):
        place = frame.end
        if place == size:
            return True
        frame = frame_at(file, place, size)
        if frame is None or frame.kind != kind:
            return _is_tag(file, place)
    return True


def _is_tag(file, place):
    file.seek(place)
    return file.read(8).startswith((b"TAG", b"ID3", b"APETAGEX", b"LYRICSBE"))


def _find_frame(file, place, size):
    """Find the next frame; None where there is none."""
    place = skip_whole_tags(file, place, size)
    while place < size:
        file.seek(place)
        block = file.read(_BYTES_PER_SEARCH)
        for found in _HEADER.finditer(block):
            frame = frame_at(file, place + found.start(), size)
            if frame and _is_confirmed(file, frame, size):
                return frame
        # A header may lie across two blocks.
        place += max(len(block) - 2, 1)
    return None


def skip_whole_tags(file, place, size):
    """Skip the ID3 tags at a place if a frame or another tag is where they say that they end."""
    end = skip_tags(file, place, size)
    return end if frame_at(file, end, size) or _is_tag(file, end) else place


def skip_tags(file, place, size):
    """Return where the ID3 tags that begin at a place end; the place where there is none.

    A tag that says that it takes the rest of the file is not skipped.
    """
    while True:
        file.seek(place)
        head = file.read(10)
        if len(head) < 10 or not head.startswith(b"ID3") or max(head[6:]) > 127:
            return place
        n_bytes = sum(byte << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
        end = place + 10 + n_bytes + (10 if head[5] & 16 else 0)
        if end >= size:
            return place
        place = end


def group_frames(frames):
    """Join frames of one kind.

    Parameters
    ----------
    frames : iterable of Frame
        In the order of the file.

    Yields
    ------
    run : Run
        Frames of one kind and where they are.

    Raises
    ------
    ValueError
        If there is something else between frames in a great many places.
    """
    n_pieces = 0
    for kind, group in groupby(frames, attrgetter("kind")):
        n_frames, pieces = 0, []
        for frame in group:
            n_frames += 1
            if pieces and pieces[-1].stop == frame.place:
                pieces[-1] = range(pieces[-1].start, frame.end)
                continue
            pieces.append(range(frame.place, frame.end))
            n_pieces += 1
            if n_pieces > _MAX_PIECES:
                raise ValueError(f"it is damaged in more than {_MAX_PIECES} places.")
        yield Run(kind, n_frames, pieces)
