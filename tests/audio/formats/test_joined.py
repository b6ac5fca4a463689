"""Ogg and FLAC files, one or several that were joined."""

import re
import struct
import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skgenre.audio import read_audio
from skgenre.audio._formats import flac, ogg
from tests.helpers.sound_bytes import encode, mp3, noise, refuses, tone

JOINED = {"vorbis": ("OGG", "VORBIS"), "opus": ("OGG", "OPUS"), "flac": ("FLAC", "PCM_16")}


@pytest.mark.parametrize("kind", JOINED)
def test_joined_files_are_read_to_the_end_of_the_last(save, kind):
    contents = [encode(tone(hertz, 48000, 1.5), 48000, *JOINED[kind]) for hertz in (50, 80, 20)]
    expected = np.concatenate(
        [read_audio(save(content), sample_rate=48000) for content in contents]
    )
    path = save(b"".join(contents))
    assert_array_equal(read_audio(path, sample_rate=48000), expected)
    part = read_audio(path, sample_rate=48000, offset=1, duration=1)
    assert_allclose(part, expected[48000 : 2 * 48000], atol=1e-4)
    part = read_audio(path, sample_rate=48000, offset=2, duration=1.5)
    assert_allclose(part, expected[2 * 48000 : round(3.5 * 48000)], atol=1e-4)
    assert len(read_audio(path)) == 4.5 * 400
    with refuses(path, r"it holds 4\.5 seconds, none after offset=4\.5\."):
        read_audio(path, offset=4.5)


@pytest.mark.parametrize("kind", JOINED)
def test_a_cut_is_found_in_each_of_joined_files(save, kind):
    content = encode(noise(48000, 1), 48000, *JOINED[kind])
    for joined in (content[:-300] + content, content + content[:-300]):
        path = save(joined)
        with refuses(path, ".+"):
            read_audio(path)


@pytest.mark.parametrize("kind", JOINED)
def test_a_damaged_file_behind_another_is_refused(save, kind):
    content = encode(tone(50, 48000), 48000, *JOINED[kind])
    damaged = bytearray(content)
    # In the first header: of Vorbis and Opus the name, of FLAC the rate, the channels and more.
    damaged[18:42] = bytes(24) if kind == "flac" else damaged[18:28] + b"NoSuch" + damaged[34:42]
    for joined in (damaged, content + damaged, damaged + content, 2 * content + damaged):
        path = save(joined)
        with refuses(path, ".+"):
            read_audio(path)


def test_joined_files_of_several_rates_and_channels(save):
    one = encode(tone(50, 44100), 44100, "OGG")
    other = encode(np.tile(tone(50, 22050)[:, np.newaxis], 2), 22050, "OGG")
    path = save(one + other)
    expected = np.tile(tone(50, 400), 2)
    waveform = read_audio(path)
    assert waveform.shape == (2400,)
    assert_allclose(waveform[80:1120], expected[80:1120], atol=0.02)
    assert_allclose(waveform[1280:-80], expected[1280:-80], atol=0.02)
    reason = r"a part of it has 2 channels and one before has 1: mono=True reads both\."
    with refuses(path, reason):
        read_audio(path, mono=False)
    _, first = mp3(tone(50, 44100), 44100)
    _, second = mp3(np.tile(tone(50, 22050)[:, np.newaxis], 2), 22050)
    n_samples = sum(len(read_audio(save(part))) for part in (first, second))
    assert len(read_audio(save(first + second))) == n_samples


def test_how_many_ogg_streams_a_file_may_have(save, monkeypatch):
    path = save(3 * encode(tone(50, 8000), 8000, "OGG"))
    monkeypatch.setattr(ogg, "_MAX_LINKS", 3)
    assert len(read_audio(path)) == 3600
    monkeypatch.setattr(ogg, "_MAX_LINKS", 2)
    with refuses(path, "it has more than 2 streams, one after the other."):
        read_audio(path)


def test_how_many_ogg_streams_may_be_played_at_once(save, monkeypatch):
    pages = [ogg_page(serial, 2, 8) for serial in range(3)]
    path = save(b"".join([*pages, ogg_page(0, 4, 8)]))
    monkeypatch.setattr(ogg, "_MAX_STREAMS_AT_ONCE", 2)
    with refuses(path, "it has more than 2 streams at once."):
        read_audio(path)


def test_how_many_flac_files_may_be_joined(save, monkeypatch):
    path = save(3 * encode(tone(50, 8000), 8000, "FLAC"))
    monkeypatch.setattr(flac, "_MAX_PARTS", 3)
    assert len(read_audio(path)) == 3600
    monkeypatch.setattr(flac, "_MAX_PARTS", 2)
    with refuses(path, "it has more than 2 FLAC files, one after the other."):
        read_audio(path)


def ogg_page(serial, flags, n_bytes):
    """Return a page without sound or checksum."""
    header = struct.pack("<4sBBq3IBB", b"OggS", 0, flags, 0, serial, 0, 0, 1, n_bytes)
    return header + bytes(n_bytes)


SMALL_PARTS = {
    "flac": b"fLaC\0\0\0\x22" * 200_000,
    "ogg-at-once": b"".join(ogg_page(serial, 2, 1) for serial in range(50_000)),
    "ogg-last": ogg_page(0, 2, 1) + ogg_page(0, 4, 1) * 50_000,
    "ogg-in-turn": (ogg_page(0, 6, 1) + ogg_page(0, 4, 1)) * 25_000,
    "ogg-large": (ogg_page(0, 6, 255) + ogg_page(0, 4, 255)) * 9000,
}


@pytest.mark.parametrize("kind", SMALL_PARTS)
def test_what_a_file_of_a_great_many_parts_may_take_in_memory(save, kind):
    path = save(SMALL_PARTS[kind])
    tracemalloc.start()
    try:
        with refuses(path, r"(it has )?more than \d+ .+\."):
            read_audio(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4e6


@pytest.mark.parametrize("n_kept", [4, 26])
def test_an_ogg_file_cut_within_its_first_page(save, n_kept):
    path = save(encode(tone(50, 8000), 8000, "OGG")[:n_kept])
    with refuses(path, r"its last page is missing\."):
        read_audio(path)


def test_what_lies_between_ogg_pages_is_passed_over(save):
    content = encode(tone(50, 44100), 44100, "OGG")
    expected = read_audio(save(content))
    place = content.rindex(b"OggS")
    for junk in (b"junk", bytes(2**16 - 2), b"Ogg" * 50_000):
        path = save(content[:place] + junk + content[place:] + junk)
        assert_array_equal(read_audio(path), expected)


def test_ogg_pages_wrongly_marked_as_the_last_are_read_on_from(save):
    content = encode(noise(8000, 60), 8000, "OGG")
    expected = read_audio(save(content))
    marked = bytearray(content)
    places = [found.start() for found in re.finditer(b"OggS", content)]
    assert len(places) > 9
    for place in places[4:9:2]:
        marked[place + 5] |= 4
    assert_array_equal(read_audio(save(marked)), expected)
    joined = read_audio(save(marked + content + marked))
    assert_array_equal(joined, read_audio(save(3 * content)))


def test_how_many_ogg_pages_may_be_marked_as_the_last(save, monkeypatch):
    content = bytearray(encode(noise(8000, 60), 8000, "OGG"))
    for found in re.finditer(b"OggS", bytes(content)):
        content[found.start() + 5] |= 4
    path = save(content)
    monkeypatch.setattr(ogg, "_MAX_MENDED", 2)
    with refuses(path, "more than 2 pages are marked as its last."):
        read_audio(path)


@pytest.mark.parametrize("n_declared", [0, 132_300])
def test_flac_files_that_do_not_say_their_length(save, n_declared):
    content = bytearray(encode(noise(44100, 3), 44100, "FLAC"))
    expected = read_audio(save(content))
    assert len(expected) == 1200
    # The 36 bits of FLAC's first block that hold the number of frames.
    assert int.from_bytes(content[21:26]) & 2**36 - 1 == 132_300
    content[21] &= 0xF0
    content[22:26] = n_declared.to_bytes(4)
    assert_array_equal(read_audio(save(content)), expected)
    part = read_audio(save(content), sample_rate=44100, offset=1, duration=1)
    assert_array_equal(part, read_audio(save(content), sample_rate=44100)[44100:88200])


def test_a_flac_file_with_less_than_it_declares(save):
    content = bytearray(encode(noise(44100, 3), 44100, "FLAC"))
    content[22:26] = (132_300 + 1000).to_bytes(4)
    path = save(content)
    with refuses(path, r"it ends 1000 frames before the length that it declares\."):
        read_audio(path)
