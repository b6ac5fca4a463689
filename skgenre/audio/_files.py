"""Sound files from anywhere: checked against what they declare, decoded block by block."""

import os
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from skgenre._extras import import_extra
from skgenre._files.untrusted import check_regular, one_error
from skgenre.audio._av_streams import decode_with_av
from skgenre.audio._formats.chunks import CHUNK_MARKS, chunk_pieces, find_samples
from skgenre.audio._formats.flac import flac_pieces
from skgenre.audio._formats.kinds import N_HEAD_BYTES, name_kind
from skgenre.audio._formats.mpeg import find_mpeg_parts
from skgenre.audio._formats.mpeg_frames import is_free_format, skip_tags
from skgenre.audio._formats.ogg import ogg_links
from skgenre.audio._formats.views import FileView
from skgenre.audio._libsndfile_streams import LibsndfileStream

# SF_ERR_UNSUPPORTED_ENCODING of libsndfile's `sndfile.h`.
_UNSUPPORTED_ENCODING = 4
# What VOC, NIST, PAF, IRCAM, PVF, XI, MATLAB, AVR, WVE, SDS and MPC files begin with.
_OTHER_MARKS = (
    b"Creative Voice File",
    b"NIST_1A",
    b" paf",
    b"fap ",
    b"\x64\xa3",
    b"\x00\x00\xa3\x64",
    b"PVF1",
    b"Extended Instrument",
    b"MATLAB 5.0",
    b"2BIT",
    b"ALawSoundFile",
    b"\xf0\x7e",
)
# libsndfile would take files with these names for sound, whatever they hold.
_RAW_SUFFIXES = {".au", ".raw", ".snd"}
_MPEG_SUFFIXES = {".mp1", ".mp2", ".mp3"}


class _Part(NamedTuple):
    """What a decoder reads of a file, and what of that is its sound."""

    pieces: list
    n_skipped: int = 0
    n_frames: int | None = None
    n_seeming_bytes: int = 0


@contextmanager
def open_sound(path):
    """Open a sound file; all that is wrong with it becomes one `ValueError`.

    Parameters
    ----------
    path : str or path-like
        The file.

    Yields
    ------
    streams : iterable of LibsndfileStream or AvStream
        What is in it, in the order of time: mostly one stream, several in joined files. Each can be
        decoded until the next one is asked for.

    Raises
    ------
    ValueError
        With the path and the reason, also for a `ValueError` of the block that reads the file.
    """
    soundfile = import_extra("soundfile", "audio")
    refused = (ValueError, OSError, soundfile.LibsndfileError)
    with one_error("read audio from", path, refused):
        path = Path(path)
        check_regular(path)
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            if not size:
                raise ValueError("it is empty.")
            yield _streams(soundfile, path, file, size)


def _streams(soundfile, path, file, size):
    start = skip_tags(file, 0, size)
    file.seek(start)
    head = file.read(N_HEAD_BYTES)
    name, is_known_to_ffmpeg = name_kind(head)
    if is_known_to_ffmpeg:
        # FFmpeg would not complain of a WAV file that was cut.
        chunk_pieces(find_samples(file, size), size)
        yield from _decode_with_ffmpeg(file, f"it is {name}")
    elif name:
        raise ValueError(f"it is {name}.")
    elif parts := _find_parts(file, start, size, head):
        yield from _decode_parts(soundfile, file, parts, head.startswith(b"OggS"))
    elif path.suffix.lower() in _RAW_SUFFIXES:
        raise ValueError("a raw file does not say what it holds.")
    elif path.suffix.lower() in _MPEG_SUFFIXES and not is_free_format(head):
        raise ValueError("it has no frame of MPEG audio.")
    else:
        with soundfile.SoundFile(os.fsencode(path)) as sound:
            yield LibsndfileStream(sound)


def _decode_parts(soundfile, file, parts, is_ogg):
    for number, part in enumerate(parts):
        view = FileView(file, part.pieces, part.n_seeming_bytes)
        try:
            sound = soundfile.SoundFile(view)
        except soundfile.LibsndfileError as error:
            if part.n_seeming_bytes and not view.failure:
                # libmpg123's codes are not libsndfile's, which would give another code's message.
                raise ValueError("its MPEG audio cannot be decoded.") from error
            is_foreign = is_ogg or error.code == _UNSUPPORTED_ENCODING
            # FFmpeg would decode the parts before this one a second time.
            if number or view.failure or not is_foreign:
                raise view.failure or error from None
            return (yield from _decode_with_ffmpeg(file, "libsndfile does not read it"))
        with sound:
            yield LibsndfileStream(sound, view, part.n_skipped, part.n_frames)


def _find_parts(file, start, size, head):
    """Find the parts of a file of which the first bytes say what it is, and of MPEG audio."""
    if head.startswith(b"OggS"):
        return [_Part(pieces) for pieces in ogg_links(file, start, size)]
    if head.startswith(b"fLaC"):
        return [_Part([places]) for places in flac_pieces(file, start, size)]
    mpeg_start = 0
    if start == 0 and head.startswith(CHUNK_MARKS):
        samples = find_samples(file, size)
        pieces = chunk_pieces(samples, size)
        if not (samples and samples.is_mpeg):
            return [_Part(pieces)]
        # libsndfile guesses the length of these too.
        mpeg_start, size = samples.start, min(samples.start + samples.n_bytes, size)
    if start == 0 and head.startswith(_OTHER_MARKS):
        return [_Part([range(size)])]
    return [_Part(*part) for part in find_mpeg_parts(file, mpeg_start, size)]


def _decode_with_ffmpeg(file, reason):
    try:
        av = import_module("av")
    except ModuleNotFoundError as error:
        raise ValueError(f"{reason}; FFmpeg decodes it: pip install 'skgenre[av]'.") from error
    yield from decode_with_av(av, file)
