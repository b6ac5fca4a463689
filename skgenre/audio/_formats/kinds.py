"""What a file is that libsndfile does not know."""

import re

# The first bytes of files that FFmpeg decodes, and of files that are no sound.
_SOUND = {
    "an MP4, M4A or QuickTime file": rb".{4}(ftyp|moov|mdat|wide|free|skip)",
    "a Windows Media file (ASF, WMA)": rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
    "a Matroska or WebM file": rb"\x1a\x45\xdf\xa3",
    "an AAC file": rb"\xff[\xf0\xf1\xf8\xf9]|ADIF|\x56[\xe0-\xff]",
    "an AC-3 file": rb"\x0b\x77",
    "an AMR file": rb"#!AMR",
    "a Monkey's Audio file": rb"MAC ",
    "a WavPack file": rb"wvpk",
    "a True Audio file": rb"TTA1",
    "a Musepack file": rb"MPCK|MP\+",
    "a DSF file": rb"DSD ",
    "a Flash video": rb"FLV\x01",
    "a WAV file in an encoding that libsndfile does not know": (
        rb"RIFF.{4}WAVEfmt .{4}"
        rb"(\x20\x00|\x45\x00|\x65\x00|\xff\x00|[\x60-\x63]\x01|\x00\x20|\xac\xf1)"
    ),
    "an AVI video": rb"RIFF.{4}AVI ",
    "an MPEG video": rb"\x00\x00\x01\xba|\x47.{187}\x47",
}
_OTHER = {
    "a web page (HTML), no sound": rb"\s*(<!--.{0,300}-->\s*)?<(?i:!doctype\s+html|html|head|body)",
    "an XML file, no sound": rb"\s*<\?xml",
    "JSON, no sound": rb"\s*[\[{]\s*[\"{\[]",
    "a list of songs, no sound": rb"#EXTM3U|\[playlist\]",
    "a MIDI file: notes, no sound": rb"MThd",
    "a pointer of Git LFS: fetch the file itself": rb"version https://git-lfs",
    "a PDF document, no sound": rb"%PDF",
    "an archive: unpack it first": rb"PK\x03\x04|\x1f\x8b|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ",
    "a picture, no sound": rb"\xff\xd8\xff|\x89PNG|GIF8|RIFF.{4}WEBP|BM.{4}\x00{4}",
}
N_HEAD_BYTES = 512


def _compile(patterns):
    return {kind: re.compile(pattern, re.DOTALL) for kind, pattern in patterns.items()}


_SOUND, _OTHER = _compile(_SOUND), _compile(_OTHER)


def name_kind(head):
    """Recognize a file by its first bytes.

    Parameters
    ----------
    head : bytes
        The first `N_HEAD_BYTES`.

    Returns
    -------
    name : str or None
        What it is, with an article; None where it is not known.
    is_sound : bool
        Whether FFmpeg decodes it.
    """
    head = head.removeprefix(b"\xef\xbb\xbf")
    for kinds, is_sound in ((_SOUND, True), (_OTHER, False)):
        for name, pattern in kinds.items():
            if pattern.match(head):
                return name, is_sound
    return None, False
