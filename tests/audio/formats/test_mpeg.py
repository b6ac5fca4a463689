"""MPEG audio files: with and without a header, joined, cut, with junk around them."""

import struct

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skgenre.audio import read_audio
from skgenre.audio._formats import mpeg_frames
from tests.helpers.sound_bytes import DELAY, mp3, noise, refuses, tone, write_with_av

LOUD_THEN_SILENT = np.append(noise(44100, 1), np.zeros(4 * 44100))


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize("n_channels", [1, 2])
@pytest.mark.parametrize("mode", ["CONSTANT", "AVERAGE", "VARIABLE"])
def test_an_mp3_file_that_does_not_say_its_length_is_read_to_its_end(save, rate, n_channels, mode):
    samples = np.tile(tone(50, rate, 2)[:, np.newaxis], n_channels)
    content, stream = mp3(samples, rate, bitrate_mode=mode)
    expected = read_audio(save(content), sample_rate=rate)
    waveform = read_audio(save(stream), sample_rate=rate)
    assert len(expected) == 2 * rate
    assert 0 <= len(waveform) - len(expected) - DELAY < 3 * 1152
    assert_allclose(waveform[DELAY:][: len(expected)], expected, atol=1e-6)


def test_the_first_frames_do_not_decide_how_long_an_mp3_file_is(save):
    content, stream = mp3(LOUD_THEN_SILENT, 44100, bitrate_mode="VARIABLE")
    expected = read_audio(save(content))
    assert len(expected) == 5 * 400
    assert 5 * 400 <= len(read_audio(save(stream))) < 5 * 400 + 30
    n_frames = len(read_audio(save(stream), sample_rate=44100)) / 1152
    assert n_frames == int(n_frames)


@pytest.mark.parametrize("offset", [0.1, 2, 4.5])
def test_a_part_of_an_mp3_file_that_does_not_say_its_length(save, offset):
    _, stream = mp3(np.append(LOUD_THEN_SILENT, tone(50, 44100, 1)), 44100, bitrate_mode="VARIABLE")
    path = save(stream)
    whole = read_audio(path, sample_rate=44100)
    part = read_audio(path, sample_rate=44100, offset=offset, duration=0.5)
    first = round(offset * 44100)
    assert_allclose(part, whole[first : first + 22050], atol=1e-5)


def test_what_an_mp3_file_without_a_length_may_take_in_memory(save, monkeypatch):
    _, stream = mp3(tone(50, 44100), 44100)
    n_bytes = read_audio(save(stream)).nbytes
    monkeypatch.setattr("skgenre.audio._decoding.MAX_BYTES", n_bytes)
    assert read_audio(save(stream)).nbytes == n_bytes
    monkeypatch.setattr("skgenre.audio._decoding.MAX_BYTES", n_bytes - 1)
    path = save(stream)
    with refuses(path, rf"0\.000\d* hours of sound take more than {n_bytes - 1} bytes\."):
        read_audio(path)


ID3 = b"ID3\x04" + bytes(5) + b"\x20" + bytes(32)


ID3_OLD = b"TAG" + b"Title".ljust(125)


@pytest.mark.parametrize(
    "between",
    [b"", ID3, ID3_OLD, ID3_OLD + ID3, b"junk" * 100],
    ids=["nothing", "tag", "old tag", "tags", "junk"],
)
def test_joined_mp3_files(save, between):
    _, one = mp3(tone(50, 44100), 44100)
    _, other = mp3(tone(80, 44100, 2), 44100)
    parts = [read_audio(save(part), sample_rate=44100) for part in (one, other)]
    joined = read_audio(save(ID3 + one + between + other + ID3_OLD), sample_rate=44100)
    assert len(joined) == sum(map(len, parts))
    # Frames overlap.
    seam = len(parts[0])
    assert_allclose(joined[:seam], parts[0], atol=1e-6)
    assert_allclose(joined[seam + 1152 :], parts[1][1152:], atol=1e-6)


@pytest.mark.parametrize("excess", [-5000, -1, 0, 1, 100_000, 2**28 - 1 - 2**16])
def test_a_tag_that_is_not_as_long_as_it_says_hides_no_sound(save, excess):
    _, one = mp3(tone(50, 44100), 44100)
    _, other = mp3(tone(80, 44100, 2), 44100)
    expected = read_audio(save(one + ID3 + other))
    n_declared = len(ID3) - 10 + len(other) + excess
    lying = b"ID3\x04\0\0" + bytes(n_declared >> shift & 127 for shift in (21, 14, 7, 0))
    lying += ID3[10:]
    assert_array_equal(read_audio(save(one + lying + other)), expected)
    # In front it hides none either.
    assert_array_equal(read_audio(save(lying + other, "sound.mp3")), read_audio(save(other)))


def test_joined_mp3_files_that_say_their_lengths(save):
    one, one_stream = mp3(tone(50, 44100), 44100)
    other, other_stream = mp3(tone(80, 44100, 2), 44100)
    streams = [read_audio(save(part), sample_rate=44100) for part in (one_stream, other_stream)]
    joined = read_audio(save(one + other), sample_rate=44100)
    # The second one's header is a silent frame.
    assert len(joined) == sum(map(len, streams)) - DELAY + 1152
    assert_allclose(joined[: 3 * 44100], tone(50, 44100), atol=0.03)
    assert_allclose(joined[-len(streams[1]) + 1152 :], streams[1][1152:], atol=1e-6)
    tagged = read_audio(save(one + ID3 + other), sample_rate=44100)
    assert len(tagged) == len(joined) - 1152


@pytest.mark.parametrize(("n_lost", "between"), [(1, b""), (1000, b""), (1000, ID3)], ids=repr)
def test_a_cut_is_found_in_each_of_joined_mp3_files(save, n_lost, between):
    content, _ = mp3(tone(50, 44100), 44100)
    for joined in (content[:-n_lost] + between + content, content + between + content[:-n_lost]):
        path = save(joined)
        with refuses(path, r"it ends \d+ MPEG frames before the length that it declares\."):
            read_audio(path)


@pytest.mark.parametrize(("n_more", "is_whole"), [(-1, True), (0, True), (1, True), (2, False)])
def test_the_frame_that_counts_the_others_may_count_itself(save, n_more, is_whole):
    content = bytearray(mp3(tone(50, 44100), 44100)[0])
    place = max(content.find(b"Xing"), content.find(b"Info")) + 8
    (n_frames,) = struct.unpack_from(">I", content, place)
    struct.pack_into(">I", content, place, n_frames + n_more)
    path = save(content)
    if is_whole:
        assert len(read_audio(path)) >= 1200
    else:
        with refuses(path, "it ends 2 MPEG frames before the length that it declares."):
            read_audio(path)


def test_a_header_without_the_encoders_delay(save):
    content, stream = mp3(tone(50, 44100), 44100)
    path = save(content.replace(b"LAME", b"Xing"))
    assert_array_equal(
        read_audio(path, sample_rate=44100), read_audio(save(stream), sample_rate=44100)
    )


def fraunhofer_header(stream, n_frames):
    """Return a frame of silence as Fraunhofer's encoders describe a file in."""
    frame = bytearray(stream[: stream.index(stream[:2], 4)])
    frame[4:] = bytes(len(frame) - 4)
    frame[36:54] = b"VBRI" + struct.pack(">3H2I", 1, 0, 75, len(stream), n_frames)
    return bytes(frame)


def test_the_header_of_fraunhofers_encoders(save):
    _, stream = mp3(tone(50, 44100), 44100)
    waveform = read_audio(save(stream), sample_rate=44100)
    n_frames = len(waveform) // 1152
    described = read_audio(save(fraunhofer_header(stream, n_frames) + stream), sample_rate=44100)
    assert_array_equal(described, waveform)
    path = save(fraunhofer_header(stream, n_frames + 50) + stream)
    with refuses(path, "it ends 50 MPEG frames before the length that it declares."):
        read_audio(path)


@pytest.mark.parametrize(
    "junk",
    [bytes(70_000), bytes(7), b"\xff\xfb\x90\x64" * 9 + b"no frame"],
    ids=lambda value: str(len(value)),
)
def test_what_is_in_front_of_an_mp3_file_is_passed_over(save, junk):
    _, stream = mp3(tone(50, 44100), 44100)
    expected = read_audio(save(stream))
    assert_array_equal(read_audio(save(junk + stream, "sound.mp3")), expected)
    assert_array_equal(read_audio(save(ID3 + junk + stream)), expected)


def test_the_header_of_an_mp3_file_behind_zeros_is_a_silent_frame(save):
    content, stream = mp3(tone(50, 44100), 44100)
    expected = read_audio(save(stream), sample_rate=44100)
    waveform = read_audio(save(bytes(70_000) + content), sample_rate=44100)
    assert not waveform[:1000].any()
    assert_allclose(waveform[1152:], expected, atol=1e-6)


def test_an_mp3_file_damaged_in_a_great_many_places(save, monkeypatch):
    _, stream = mp3(tone(50, 44100), 44100)
    frame = stream.index(stream[:2], 4)
    path = save(stream + b"junk" + stream + b"junk" + stream)
    assert frame
    assert len(read_audio(path)) > 3600
    monkeypatch.setattr(mpeg_frames, "_MAX_PIECES", 2)
    with refuses(path, "it is damaged in more than 2 places."):
        read_audio(path)


@pytest.mark.parametrize("name", ["zeros.mp3", "zeros.mp2"])
@pytest.mark.parametrize(
    "content", [bytes(100_000), b"words " * 1000, ID3, ID3[:20]], ids=lambda value: str(len(value))
)
def test_what_is_no_mpeg_audio_is_not_taken_for_it_by_its_name(save, name, content, capfd):
    path = save(content, name)
    with refuses(path, r"it has no frame of MPEG audio\."):
        read_audio(path)
    assert capfd.readouterr().err == ""


def test_mpeg_audio_in_a_wav_file(save):
    _, stream = mp3(LOUD_THEN_SILENT, 44100, bitrate_mode="VARIABLE")
    expected = read_audio(save(stream))
    layout = struct.pack("<HHIIHHH", 0x55, 1, 44100, 16000, 1, 0, 0)
    chunks = b"fmt " + struct.pack("<I", len(layout)) + layout
    chunks += b"data" + struct.pack("<I", len(stream)) + stream
    content = b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks
    assert_array_equal(read_audio(save(content)), expected)
    path = save(content[:-100])
    with refuses(path, r"it ends 100 bytes before the length that it declares\."):
        read_audio(path)


@pytest.mark.parametrize("n_frames", [2, 3])
def test_a_few_frames_of_mpeg_audio_are_a_file(tmp_path, n_frames):
    path = write_with_av(tmp_path / "sound.mp2", "mp2", tone(50, 48000))
    content, n_bytes = path.read_bytes(), 144 * 128_000 // 48_000
    path.write_bytes(content[: n_frames * n_bytes])
    assert len(read_audio(path, sample_rate=48000)) == n_frames * 1152
    # libmpg123 takes no single frame.
    path.write_bytes(content[:n_bytes])
    with refuses(path, r"its MPEG audio cannot be decoded\."):
        read_audio(path)
