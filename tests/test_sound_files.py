"""Sound files as other programs write them: without a length, joined, in any container."""

import io
import os
import re
import struct
import sys
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from numpy.testing import assert_allclose, assert_array_equal

from skgenre import _mpeg_frames, _ogg_pages, audio
from skgenre._av_streams import decode_with_av
from skgenre._file_views import FileView
from skgenre.audio import read_audio

# What LAME puts in front, and any decoder.
DELAY = 576 + 529


def tone(frequency, rate, seconds=3.0):
    return 0.5 * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)


def noise(rate, seconds, seed=0):
    return np.random.default_rng(seed).uniform(-0.5, 0.5, round(seconds * rate))


def refuses(path, reason):
    pattern = f"^{re.escape(f'Cannot read audio from {str(path)!r}: ')}{reason}$"
    return pytest.raises(ValueError, match=pattern)


def encode(samples, rate, format, subtype=None, **options):
    """Return a file as soundfile writes it."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate, subtype, format=format, **options)
    return file.getvalue()


def mp3(samples, rate, **options):
    """Return an MP3 file as LAME writes it, and the same without the frame that describes it."""
    content = encode(samples, rate, "MP3", **options)
    return content, content[content.index(content[:2], 4) :]


@pytest.fixture
def save(tmp_path):
    def save(content, name="sound"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return save


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
    monkeypatch.setattr(audio, "MAX_BYTES", n_bytes)
    assert read_audio(save(stream)).nbytes == n_bytes
    monkeypatch.setattr(audio, "MAX_BYTES", n_bytes - 1)
    path = save(stream)
    with refuses(path, rf"0\.000\d* hours of sound take more than {n_bytes - 1} bytes\."):
        read_audio(path)


ID3 = b"ID3\x04" + bytes(5) + b"\x20" + bytes(32)
ID3_OLD = b"TAG" + b"Title".ljust(125)


@pytest.mark.parametrize("between", [b"", ID3, ID3_OLD, ID3_OLD + ID3, b"junk" * 100])
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


@pytest.mark.parametrize(("n_lost", "between"), [(1, b""), (1000, b""), (1000, ID3)])
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


@pytest.mark.parametrize("junk", [bytes(70_000), bytes(7), b"\xff\xfb\x90\x64" * 9 + b"no frame"])
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
    monkeypatch.setattr(_mpeg_frames, "_MAX_PIECES", 2)
    with refuses(path, "it is damaged in more than 2 places."):
        read_audio(path)


@pytest.mark.parametrize("name", ["zeros.mp3", "zeros.mp2"])
@pytest.mark.parametrize("content", [bytes(100_000), b"words " * 1000, ID3, ID3[:20]])
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
    monkeypatch.setattr(_ogg_pages, "_MAX_LINKS", 3)
    assert len(read_audio(path)) == 3600
    monkeypatch.setattr(_ogg_pages, "_MAX_LINKS", 2)
    with refuses(path, "it has more than 2 streams, one after the other."):
        read_audio(path)


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


def test_how_many_ogg_pages_may_be_marked_as_the_last(save, monkeypatch):
    content = bytearray(encode(noise(8000, 60), 8000, "OGG"))
    for found in re.finditer(b"OggS", bytes(content)):
        content[found.start() + 5] |= 4
    path = save(content)
    monkeypatch.setattr(_ogg_pages, "_MAX_MENDED", 4)
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


def test_the_cut_of_a_file_is_found_without_seeking(save):
    content = encode(tone(50, 8000), 8000, "WAV", "GSM610")
    path = save(content[:-65])
    with refuses(path, r"it ends 6\d bytes before the length that it declares\."):
        read_audio(path)


def write_with_av(path, codec, samples, rate=48000, format=None):
    """Encode with FFmpeg, through PyAV."""
    with av.open(path, "w", format=format) as container:
        stream = container.add_stream(codec, rate=rate, layout="stereo", bit_rate=128_000)
        resampler = av.AudioResampler(stream.format.name, "stereo", rate, frame_size=1024)
        frame = av.AudioFrame.from_ndarray(np.tile(np.float32(samples), (2, 1)), "fltp", "stereo")
        frame.sample_rate = rate
        for packets in map(stream.encode, [*resampler.resample(frame), *resampler.resample(None)]):
            container.mux(packets)
        container.mux(stream.encode(None))
    return path


CODECS = {
    "m4a": "aac",
    "mp4": "alac",
    "mov": "pcm_u8",
    "avi": "pcm_s32le",
    "aac": "aac",
    "webm": "libopus",
    "mka": "aac",
    "wma": "wmav2",
    "ac3": "ac3",
    "wv": "wavpack",
    "tta": "tta",
}


@pytest.mark.parametrize("suffix", CODECS)
def test_what_ffmpeg_decodes(tmp_path, suffix):
    path = write_with_av(tmp_path / f"sound.{suffix}", CODECS[suffix], tone(50, 48000))
    waveform = read_audio(path)
    # Encoders add silence in front; not all containers say how much.
    assert 1190 <= len(waveform) < 1230
    phases = np.exp(2j * np.pi * 50 / 400 * np.arange(1000))
    assert 0.49 < 2 * np.abs(np.mean(waveform[100:1100] * phases)) < 0.51
    separate = read_audio(path, mono=False)
    assert_allclose(separate.mean(axis=1), waveform, atol=1e-5)
    part = read_audio(path, offset=1, duration=1)
    assert_allclose(part[40:-40], waveform[440:760], atol=1e-3)
    with refuses(path, r"it holds [23][.\d]* seconds, none after offset=9\."):
        read_audio(path, offset=9)


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


def test_an_encoding_that_nobody_knows(tmp_path):
    path = write_with_av(tmp_path / "sound.webm", "libopus", tone(50, 48000))
    path.write_bytes(path.read_bytes().replace(b"A_OPUS", b"A_NONE"))
    with refuses(path, r"FFmpeg does not know its encoding\."):
        read_audio(path)


def test_what_a_waveform_from_ffmpeg_may_take_in_memory(tmp_path, monkeypatch):
    path = write_with_av(tmp_path / "sound.m4a", "aac", tone(50, 48000))
    n_bytes = read_audio(path).nbytes
    monkeypatch.setattr(audio, "MAX_BYTES", n_bytes - 1)
    with refuses(path, rf"0\.000\d* hours of sound take more than {n_bytes - 1} bytes\."):
        read_audio(path)


# AC-3 does not say how long it is, and FFmpeg corrects what AVI says.
@pytest.mark.parametrize("suffix", sorted(CODECS.keys() - {"ac3", "avi"}))
def test_a_cut_file_of_those_that_ffmpeg_decodes(tmp_path, suffix):
    path = write_with_av(tmp_path / f"sound.{suffix}", CODECS[suffix], noise(48000, 5))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2 + 7])
    with refuses(path, r"(FFmpeg stopped: .+|it ends .+ before the length .+)\."):
        read_audio(path)


def test_aac_of_several_rates_that_was_joined(tmp_path):
    paths = [
        write_with_av(tmp_path / f"{rate}.aac", "aac", tone(50, rate), rate)
        for rate in (48000, 32000)
    ]
    joined = tmp_path / "joined.aac"
    joined.write_bytes(b"".join(path.read_bytes() for path in paths))
    assert abs(len(read_audio(joined)) - sum(len(read_audio(path)) for path in paths)) <= 1


@pytest.mark.parametrize("suffix", CODECS)
def test_without_pyav_its_extra_is_named(tmp_path, monkeypatch, suffix):
    path = write_with_av(
        tmp_path / "sound.mp3",
        CODECS[suffix],
        tone(50, 48000),
        format={"m4a": "ipod", "aac": "adts", "mka": "matroska", "wma": "asf"}.get(suffix, suffix),
    )
    monkeypatch.setitem(sys.modules, "av", None)
    with refuses(path, r"it is an? .+; FFmpeg decodes it: pip install 'skgenre\[av\]'\."):
        read_audio(path)


def test_an_encoding_that_libsndfile_does_not_know(tmp_path, monkeypatch):
    path = write_with_av(tmp_path / "sound.wav", "adpcm_yamaha", tone(50, 48000))
    assert 1200 <= len(read_audio(path)) < 1230
    monkeypatch.setitem(sys.modules, "av", None)
    reason = "it is a WAV file in .+; FFmpeg decodes it: pip install 'skgenre.av.'."
    with refuses(path, reason):
        read_audio(path)
    path.write_bytes(path.read_bytes()[:-100])
    with refuses(path, r"it ends 100 bytes before the length that it declares\."):
        read_audio(path)


@pytest.mark.parametrize(
    ("format", "known", "other"), [("CAF", b"lpcm", b"Qclp"), ("OGG", b"\x01vorbis", b"Speex  ")]
)
def test_an_encoding_in_a_container_that_libsndfile_knows(save, monkeypatch, format, known, other):
    path = save(encode(tone(50, 8000), 8000, format).replace(known, other, 1))
    monkeypatch.setitem(sys.modules, "av", None)
    with refuses(
        path, "libsndfile does not read it; FFmpeg decodes it: pip install 'skgenre.av.'."
    ):
        read_audio(path)


def test_what_libsndfile_reads_needs_no_pyav(save, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    for format in ("WAV", "FLAC", "OGG", "MP3"):
        assert len(read_audio(save(encode(tone(50, 44100), 44100, format)))) == 1200


def test_a_file_without_sound_that_ffmpeg_knows(tmp_path):
    path = tmp_path / "film.mkv"
    with av.open(path, "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width = stream.height = 16
        frame = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8))
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with refuses(path, r"it has no sound\."):
        read_audio(path)


@pytest.mark.parametrize(
    "content",
    [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{file}\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile {file}\n",
    ],
)
def test_ffmpeg_opens_no_other_file(save, content):
    secret = save(encode(tone(50, 8000), 8000, "WAV"), "other.wav")
    listed = content.replace(b"{file}", os.fsencode(secret))
    with pytest.raises(ValueError, match="FFmpeg stopped"):
        list(decode_with_av(av, io.BytesIO(listed)))
    with refuses(save(listed, "list.m4a"), ".+"):
        read_audio(save(listed, "list.m4a"))


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
