"""Files of chunks whose header does not say how long they are, or wrongly."""

import os
import struct

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skgenre.audio import read_audio
from tests.helpers.sound_bytes import encode, refuses, tone

# Where each kind says how many bytes of samples it has.
SIZES = {
    "WAV": (b"data", 4, "<I"),
    "AIFF": (b"SSND", 4, ">I"),
    "SVX": (b"BODY", 4, ">I"),
    "CAF": (b"data", 4, ">Q"),
    "W64": (b"data", 16, "<Q"),
    "RF64": (b"ds64", 16, "<Q"),
    "AU": (b".snd", 8, ">I"),
}


UNKNOWN = [0, 0x7F000000, 0x7FFFF000, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**64 - 1]


def with_size(kind, size):
    content = bytearray(encode(tone(50, 8000), 8000, kind, "PCM_16"))
    mark, distance, layout = SIZES[kind]
    place = content.index(mark) + distance
    (declared,) = struct.unpack_from(layout, content, place)
    assert 48_000 <= declared <= 48_024
    struct.pack_into(layout, content, place, size)
    return content


@pytest.mark.parametrize("kind", SIZES)
@pytest.mark.parametrize("size", UNKNOWN)
def test_samples_are_read_to_the_end_where_their_size_was_not_known(save, kind, size):
    if size >= 2 ** (8 * struct.calcsize(SIZES[kind][2])):
        size %= 2**32
    waveform = read_audio(save(with_size(kind, size)))
    assert_allclose(waveform[80:-80], tone(50, 400)[80:-80], atol=1e-4)


@pytest.mark.parametrize("kind", SIZES)
@pytest.mark.parametrize("size", [48_026, 100_000, 2_000_000_000])
def test_a_size_that_may_be_one_is_believed(save, kind, size):
    path = save(with_size(kind, size))
    with refuses(path, r"it ends \d+ bytes before the length that it declares\."):
        read_audio(path)


ODD_NUMBERS = [0, 1, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1]


@pytest.mark.parametrize("size", [0, 4000, 2**32 - 1])
@pytest.mark.parametrize("n_missing", [1, 2**31])
def test_samples_that_begin_behind_the_end(save, size, n_missing):
    content = with_size("AU", size)
    struct.pack_into(">I", content, 4, len(content) + n_missing)
    path = save(content)
    with refuses(path, f"it ends {n_missing} bytes before its samples begin."):
        read_audio(path)


@pytest.mark.parametrize("kind", SIZES)
def test_odd_numbers_anywhere_in_a_header(save, kind):
    content = encode(tone(50, 8000, 0.1), 8000, kind, "PCM_16")
    sizes = [len(content) + excess for excess in (-1, 0, 1)]
    layout = SIZES[kind][2]
    numbers = {number % 2 ** (8 * struct.calcsize(layout)) for number in (*ODD_NUMBERS, *sizes)}
    for place in range(4, 64, 4):
        for number in numbers:
            damaged = bytearray(content)
            struct.pack_into(layout, damaged, place, number)
            path = save(damaged)
            try:
                assert np.isfinite(read_audio(path)).all()
            except ValueError as error:
                assert str(path) in str(error)  # noqa: PT017


@pytest.mark.parametrize("kind", ["SVX", "CAF"])
def test_further_kinds_that_libsndfile_reads_without_complaint(save, kind):
    path = save(encode(tone(50, 8000), 8000, kind, "PCM_16")[:-100])
    with refuses(path, r"it ends 100 bytes before the length that it declares\."):
        read_audio(path)


def test_chunks_behind_no_samples_are_no_samples(save):
    chunks = b"LIST" + struct.pack("<I", 8) + b"INFOISFT"
    content = bytearray(encode(np.empty(0), 8000, "WAV", "PCM_16"))
    path = save(content + chunks)
    with refuses(path, "it holds 0 seconds, none after offset=0."):
        read_audio(path)
    # Samples are no chunks, whatever they begin with.
    assert len(read_audio(save(content + chunks + bytes(16_000)))) == 401


def test_more_samples_than_a_size_can_hold(save):
    path = save(with_size("WAV", 0))
    os.truncate(path, 2**32 + 1000)
    with refuses(path, f"it does not say how long it is, and has {2**32 + 956} bytes of samples."):
        read_audio(path)


def test_the_cut_of_a_file_is_found_without_seeking(save):
    content = encode(tone(50, 8000), 8000, "WAV", "GSM610")
    path = save(content[:-65])
    with refuses(path, r"it ends 6\d bytes before the length that it declares\."):
        read_audio(path)
