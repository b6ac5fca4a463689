"""Sound files of every kind that libsndfile writes, and files that are no sound."""

import io
import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.testing import assert_allclose

from skgenre.audio import read_audio
from skgenre.audio._formats.views import FileView
from skgenre.datasets import load_audio_folder
from tests.helpers.sound_bytes import encode, noise, refuses, tone, write_with_av

# Their blocks are padded.
PADDED = {("WAV", "GSM610"), ("W64", "GSM610"), ("WAV", "IMA_ADPCM"), ("W64", "IMA_ADPCM")}


CANNOT_WRITE = {
    ("AIFF", "DWVW_12"),
    ("MP3", "MPEG_LAYER_I"),
    ("MP3", "MPEG_LAYER_II"),
    ("WAV", "MPEG_LAYER_III"),
}


KINDS = [
    (format, subtype)
    for format in soundfile.available_formats()
    # The samples of SD2 are in one file and what they are is in another; XI knows one rate only.
    if format not in ("RAW", "SD2", "XI")
    for subtype in soundfile.available_subtypes(format)
    if (format, subtype) not in CANNOT_WRITE
]


@pytest.mark.parametrize(("format", "subtype"), KINDS)
def test_whatever_libsndfile_writes_is_read(tmp_path, format, subtype):
    rate = 16000 if "NMS" in subtype or subtype.startswith("G72") else 8000
    rate = 44100 if format == "MP3" else rate
    path = tmp_path / "sound"
    soundfile.write(path, tone(50, rate), rate, subtype, format=format)
    waveform = read_audio(path)
    assert 1200 <= len(waveform) <= (1220 if (format, subtype) in PADDED else 1201)
    assert np.corrcoef(waveform[:1200], tone(50, 400))[0, 1] > 0.99
    part = read_audio(path, offset=1, duration=1)
    assert_allclose(part[40:-40], waveform[440:760], atol=0.02)


NO_SOUND = {
    "it is a web page (HTML), no sound.": b"\xef\xbb\xbf\n<!DOCTYPE html>\n<html>...</html>",
    "it is an XML file, no sound.": b"<?xml version='1.0'?><Error/>",
    "it is JSON, no sound.": b'{"error": "not found"}',
    "it is a list of songs, no sound.": b"#EXTM3U\nsong.mp3\n",
    "it is a MIDI file: notes, no sound.": b"MThd\0\0\0\6\0\1\0\1\0\x60",
    "it is a pointer of Git LFS: fetch the file itself.": b"version https://git-lfs.github.com/",
    "it is a PDF document, no sound.": b"%PDF-1.7\n",
    "it is an archive: unpack it first.": b"PK\3\4" + bytes(30),
    "it is a picture, no sound.": b"\x89PNG\r\n\x1a\n",
}


@pytest.mark.parametrize("reason", NO_SOUND)
@pytest.mark.parametrize("name", ["song.mp3", "song.wav", "song"])
def test_what_is_no_sound_is_named(save, reason, name):
    path = save(NO_SOUND[reason].ljust(3000, b" "), name)
    with refuses(path, re.escape(reason)):
        read_audio(path)


@pytest.mark.parametrize("name", ["words.au", "words.snd", "words.raw"])
def test_what_only_a_name_says_is_not_believed(save, name):
    path = save(b"words " * 1000, name)
    with refuses(path, r"a raw file does not say what it holds\."):
        read_audio(path)


@pytest.mark.skipif(sys.platform != "linux", reason="Elsewhere names are of characters.")
@pytest.mark.parametrize("format", ["WAV", "FLAC", "OGG", "MP3", "HTK"])
def test_a_name_of_bytes_that_are_no_characters(tmp_path, format):
    path = tmp_path / os.fsdecode(b"\xff\xfe")
    path.write_bytes(encode(tone(50, 8000), 8000, format))
    assert len(read_audio(path)) == len(read_audio(str(path))) == 1200
    path.write_bytes(b"words " * 100)
    with pytest.raises(ValueError, match="Cannot read audio from"):
        read_audio(path)


@pytest.mark.parametrize("n_bytes_read", [100, 50_000])
@pytest.mark.parametrize("format", ["WAV", "FLAC", "OGG"])
def test_a_disk_that_fails_is_the_reason(save, monkeypatch, capfd, n_bytes_read, format):
    path = save(encode(noise(44100, 5), 44100, format))

    class Failing(io.BytesIO):
        def read(self, n_bytes=-1):
            if self.tell() + n_bytes > n_bytes_read:
                raise OSError(5, "Input/output error")
            return super().read(n_bytes)

    content = path.read_bytes()
    monkeypatch.setattr(Path, "open", lambda path, mode: Failing(content))
    with refuses(path, "Input/output error"):
        read_audio(path)
    assert capfd.readouterr().err == ""


def test_views_of_files():
    view = FileView(io.BytesIO(b"0123456789"), [range(2, 4), b"ab", range(8, 10)])
    assert view.read() == b"23ab89"
    assert view.seek(-4, os.SEEK_END) == 2
    assert view.read(3) == b"ab8"
    assert view.seek(-1, os.SEEK_CUR) == 4
    assert view.seek(-9, os.SEEK_CUR) == 0
    assert view.failure is None
    longer = FileView(io.BytesIO(b"0123456789"), [range(2, 4)], 1000)
    assert longer.read() == b"23"
    assert longer.seek(-128, os.SEEK_END) == 872
    assert longer.read(200) == bytes(128)
    assert longer.read(1) == b""


def test_songs_of_any_suffix_are_found(tmp_path):
    rock = tmp_path / "rock"
    rock.mkdir()
    for name, format in {"a.wave": "WAV", "b.aifc": "AIFF", "c.WAV": "WAV", "d.snd": "AU"}.items():
        (rock / name).write_bytes(encode(tone(50, 8000), 8000, format))
    for name, codec in {"e.mp2": "mp2", "f.m4a": "aac", "g.wma": "wmav2"}.items():
        write_with_av(rock / name, codec, tone(50, 48000))
    paths, _ = load_audio_folder(tmp_path, return_X_y=True)
    assert [Path(path).name[0] for path in paths] == list("abcdefg")
    assert all(1190 <= len(read_audio(path)) < 1230 for path in paths)
