"""Sound files to waveforms: tones in, known answers out."""

import os
import re
import struct
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.testing import assert_allclose, assert_array_equal

from skgenre.audio import cut_excerpts, read_audio, resample
from skgenre.audio._decoding import MAX_BYTES
from tests.helpers.interpreter import run_python

RATES = [8000, 11025, 22050, 37813, 44100, 48000, 96000, 192000]
FORMATS = [
    ("wav", "PCM_U8", 1e-2),
    ("wav", "PCM_16", 1e-4),
    ("wav", "PCM_24", 1e-5),
    ("wav", "PCM_32", 1e-5),
    ("wav", "FLOAT", 1e-5),
    ("wav", "DOUBLE", 1e-5),
    ("flac", "PCM_16", 1e-4),
    ("ogg", "VORBIS", 2e-2),
    ("ogg", "OPUS", 5e-2),
    ("mp3", "MPEG_LAYER_III", 2e-2),
]


def tone(frequency, rate, seconds=3.0, amplitude=0.5):
    times = np.arange(round(seconds * rate)) / rate
    return amplitude * np.sin(2 * np.pi * frequency * times)


@pytest.fixture
def write(tmp_path):
    def write(samples, rate, name="sound.wav", subtype=None, **options):
        path = tmp_path / name
        soundfile.write(path, samples, rate, subtype=subtype, **options)
        return path

    return write


def inner(waveform, margin=80):
    """Leave out the ends, where a filter sees the silence around the sound."""
    return waveform[margin:-margin]


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_below_half_the_rate_keeps_its_amplitude_and_phase(write, rate):
    path = write(tone(100, rate), rate, subtype="FLOAT")
    assert_allclose(inner(read_audio(path)), inner(tone(100, 400)), atol=0.005)


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_above_half_the_rate_is_gone(write, rate):
    waveform = read_audio(write(tone(205, rate), rate, subtype="FLOAT"))
    decibels = 20 * np.log10(np.abs(inner(waveform)).max() / 0.5)
    assert decibels <= -60


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("n_frames", [1, 2, 109, 110, 111, 12345])
def test_lengths_are_exact(write, rate, n_frames):
    path = write(np.zeros(n_frames), rate)
    assert len(read_audio(path)) == -(-n_frames * 400 // rate)
    assert len(read_audio(path, sample_rate=rate)) == n_frames


@pytest.mark.parametrize(("suffix", "subtype", "tolerance"), FORMATS)
@pytest.mark.parametrize("n_channels", [1, 2])
def test_formats(write, suffix, subtype, tolerance, n_channels):
    samples = np.tile(tone(50, 48000)[:, np.newaxis], n_channels)
    path = write(samples, 48000, f"sound.{suffix}", subtype)
    waveform = read_audio(path)
    assert waveform.dtype == np.float32
    assert waveform.shape == (1200,)
    assert_allclose(inner(waveform), inner(tone(50, 400)), atol=tolerance)


@pytest.mark.parametrize("n_channels", range(1, 9))
def test_channels_are_averaged_or_kept(write, n_channels):
    amplitudes = np.linspace(0.1, 0.8, n_channels)
    samples = tone(50, 8000, amplitude=1)[:, np.newaxis] * amplitudes
    path = write(samples, 8000, subtype="FLOAT")
    expected = tone(50, 400, amplitude=1)
    assert_allclose(inner(read_audio(path)), inner(expected) * amplitudes.mean(), atol=0.005)
    separate = read_audio(path, mono=False)
    assert_allclose(inner(separate), inner(expected)[:, np.newaxis] * amplitudes, atol=0.01)


def test_blocks_do_not_show(write):
    samples = np.random.RandomState(0).uniform(-0.5, 0.5, (400_000, 2)).astype(np.float32)
    path = write(samples, 44100, subtype="FLOAT")
    at_once = resample(samples.mean(axis=1), original_rate=44100)
    assert_allclose(read_audio(path), at_once, atol=1e-6)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_a_part_of_a_file(write, suffix):
    path = write(tone(50, 44100), 44100, f"sound.{suffix}")
    whole = read_audio(path)
    part = read_audio(path, offset=0.5, duration=1.5)
    assert part.shape == (600,)
    assert_allclose(inner(part), whole[200:800][80:-80], atol=0.01)
    assert read_audio(path, offset=2, duration=9).shape == (400,)


def test_a_duration_below_one_frame_is_one(write):
    path = write(tone(50, 8000), 8000)
    assert read_audio(path, duration=1e-9).shape == (1,)
    assert read_audio(path, duration=1e-9, sample_rate=8000).shape == (1,)


def test_silence_stays_silent(write):
    assert not read_audio(write(np.zeros(44100), 44100)).any()


def test_a_lower_rate_than_wanted_is_brought_up(write):
    waveform = read_audio(write(tone(50, 8000), 8000, subtype="FLOAT"), sample_rate=16000)
    assert_allclose(waveform[800:-800], tone(50, 16000)[800:-800], atol=0.005)


def test_resample_keeps_channels_apart():
    both = np.stack([tone(50, 8000), tone(20, 8000)], axis=1)
    resampled = resample(both, original_rate=8000)
    expected = np.stack([tone(50, 400), tone(20, 400)], axis=1)
    assert_allclose(inner(resampled), inner(expected), atol=0.005)


@pytest.mark.parametrize(
    ("waveform", "message"),
    [
        ([], "0 sample"),
        (
            np.zeros((2, 2, 2)),
            r"^waveform must have 1 or 2 dimensions, got ndarray of shape \(2, 2, 2\)\.$",
        ),
        ([0.0, np.nan], "waveform contains NaN"),
        ([0.0, 1e300], "waveform contains infinity"),
        (3.0, "array|scalar"),
    ],
)
def test_waveforms_that_cannot_be_resampled(waveform, message):
    with pytest.raises((ValueError, TypeError), match=message):
        resample(waveform, original_rate=8000)


@pytest.mark.parametrize("name", ["soundfile", "soxr"])
def test_a_library_that_is_not_installed_is_named_with_its_extra(write, monkeypatch, name):
    path = write(tone(50, 8000), 8000)
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ModuleNotFoundError, match=rf"{name}.*pip install 'skgenre\[audio\]'$"):
        read_audio(path)


def bad_bytes(write, kind):
    """Make files that are not whole, or no sound."""
    path = write(np.random.RandomState(0).uniform(-0.5, 0.5, 44100), 44100, f"whole.{kind}")
    return path.read_bytes()


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_file_cut_short_is_refused(write, tmp_path, suffix, share):
    content = bad_bytes(write, suffix)
    path = tmp_path / f"short.{suffix}"
    path.write_bytes(content[: round(share * len(content))])
    with pytest.raises(ValueError, match=r"Cannot read audio from '.*short.*': "):
        read_audio(path)


def test_a_cut_mp3_is_refused(write, tmp_path):
    content = bad_bytes(write, "mp3")
    path = tmp_path / "short.mp3"
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match=r"short\.mp3.*ends"):
        read_audio(path)


def after(path, reason):
    """Return a pattern for the whole message that refuses a file."""
    return f"^{re.escape(f'Cannot read audio from {str(path)!r}: ')}{reason}$"


# Of these libsndfile reads what is there and says nothing of what is not.
WITHOUT_COMPLAINT = {
    "WAV": {"format": "WAV"},
    "WAV of big-endian samples": {"format": "WAV", "endian": "BIG"},
    "WAV beyond 4 GiB": {"format": "RF64"},
    "AIFF": {"format": "AIFF"},
    "AIFF-C": {"format": "AIFF", "subtype": "FLOAT"},
    "AU": {"format": "AU"},
    "AU of little-endian samples": {"format": "AU", "endian": "LITTLE"},
    "Wave64": {"format": "W64"},
}


@pytest.mark.parametrize("kind", WITHOUT_COMPLAINT)
@pytest.mark.parametrize("n_lost", [1, 2, 1001])
def test_a_cut_file_is_refused_with_what_is_missing(write, kind, n_lost):
    path = write(tone(50, 8000), 8000, "sound", **WITHOUT_COMPLAINT[kind])
    assert_allclose(inner(read_audio(path)), inner(tone(50, 400)), atol=1e-4)
    path.write_bytes(path.read_bytes()[:-n_lost])
    reason = f"it ends {n_lost} bytes before the length that it declares\\."
    with pytest.raises(ValueError, match=after(path, reason)):
        read_audio(path)


def test_a_wav_file_cut_where_its_samples_begin_is_refused_with_what_is_missing(write):
    path = write(tone(50, 8000), 8000)
    content = path.read_bytes()
    path.write_bytes(content[:44])
    with pytest.raises(ValueError, match=f"it ends {len(content) - 44} bytes before"):
        read_audio(path)


@pytest.mark.parametrize("kind", WITHOUT_COMPLAINT)
def test_a_file_cut_within_its_header_is_refused(write, kind):
    path = write(tone(50, 8000), 8000, "sound", **WITHOUT_COMPLAINT[kind])
    content = path.read_bytes()
    for n_kept in range(1, 60):
        path.write_bytes(content[:n_kept])
        with pytest.raises(ValueError, match=after(path, ".+")):
            read_audio(path)


def with_chunk(content, layout, size, inside):
    """Put a chunk before that of the samples."""
    place = content.rindex(b"SSND" if content.startswith(b"FORM") else b"data")
    return content[:place] + struct.pack(layout, b"note", size) + inside + content[place:]


@pytest.mark.parametrize(
    ("kind", "layout", "size", "n_bytes"),
    [
        # Chunks begin at even places; those of Wave64 at multiples of 8, and their sizes have
        # their headers in them.
        ("WAV", "<4sI", 2, 2),
        ("WAV", "<4sI", 3, 4),
        ("WAV of big-endian samples", ">4sI", 3, 4),
        ("WAV beyond 4 GiB", "<4sI", 4, 4),
        ("AIFF", ">4sI", 3, 4),
        ("Wave64", "<4s12xQ", 24 + 8, 8),
        ("Wave64", "<4s12xQ", 24 + 9, 16),
        # Sizes that are none, for a chunk is as long as its header.
        ("Wave64", "<4s12xQ", 0, 0),
        ("Wave64", "<4s12xQ", 23, 0),
    ],
)
def test_a_cut_is_found_behind_other_chunks(write, kind, layout, size, n_bytes):
    path = write(tone(50, 8000), 8000, "sound", **WITHOUT_COMPLAINT[kind])
    content = with_chunk(path.read_bytes(), layout, size, bytes(n_bytes))
    path.write_bytes(content)
    assert len(read_audio(path)) == 1200
    path.write_bytes(content[:-100])
    with pytest.raises(ValueError, match="it ends 100 bytes before"):
        read_audio(path)


def test_a_chunk_beyond_what_a_file_can_hold_is_refused(write):
    path = write(tone(50, 8000), 8000, "sound", format="W64")
    path.write_bytes(with_chunk(path.read_bytes(), "<4s12xQ", 2**63 - 1, b""))
    with pytest.raises(ValueError, match=after(path, ".+")):
        read_audio(path)


def test_a_wav_file_may_declare_four_gigabytes_that_are_not_there(write):
    path = write(tone(50, 8000), 8000)
    content = bytearray(path.read_bytes())
    n_there = len(content) - 44
    content[40:44] = struct.pack("<I", 2**32 - 2)
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"it ends {2**32 - 2 - n_there} bytes before"):
        read_audio(path)


@pytest.mark.parametrize(
    ("kind", "place", "layout", "size"),
    [
        ("WAV", 40, "<I", 2**32 - 1),
        ("AU", 8, ">I", 2**32 - 1),
        ("Wave64", 96, "<Q", 2**63 - 1),
        ("Wave64", 96, "<Q", 2**64 - 1),
    ],
)
def test_what_was_written_as_a_stream_does_not_know_its_length(write, kind, place, layout, size):
    path = write(tone(50, 8000), 8000, "sound", **WITHOUT_COMPLAINT[kind])
    expected = read_audio(path)
    content = bytearray(path.read_bytes())
    (declared,) = struct.unpack_from(layout, content, place)
    assert 0 <= declared - 2 * 24000 <= 24
    struct.pack_into(layout, content, place, size)
    path.write_bytes(content)
    assert_array_equal(read_audio(path), expected)


def ogg_last_page(content):
    """Return where the last page begins, how long its header is, and how many bytes it has."""
    start = content.rindex(b"OggS")
    n_segments = content[start + 26]
    return start, 27 + n_segments, len(content) - start


@pytest.mark.parametrize("n_kept", [0, 4, 5, 26, 27])
def test_an_ogg_file_cut_before_or_within_the_fixed_header_of_its_last_page(write, n_kept):
    path = write(tone(50, 44100), 44100, "sound.ogg")
    content = path.read_bytes()
    start, _, _ = ogg_last_page(content)
    path.write_bytes(content[: start + n_kept])
    with pytest.raises(ValueError, match=after(path, r"its last page is missing\.")):
        read_audio(path)


def test_of_the_flags_of_an_ogg_page_one_marks_the_last(write):
    path = write(tone(50, 44100), 44100, "sound.ogg")
    content = path.read_bytes()
    start, _, _ = ogg_last_page(content)
    second_last = bytearray(content[:start])
    second_last[second_last.rindex(b"OggS") + 5] = 0xFF - 4
    path.write_bytes(second_last)
    with pytest.raises(ValueError, match="its last page is missing"):
        read_audio(path)


def test_an_ogg_file_cut_within_its_last_page_is_refused_with_what_is_missing(write):
    path = write(tone(50, 44100), 44100, "sound.ogg")
    content = path.read_bytes()
    start, n_header, n_page = ogg_last_page(content)
    for n_kept in (n_header, n_page - 1):
        path.write_bytes(content[: start + n_kept])
        reason = rf"it ends {n_page - n_kept} bytes before its last page does\."
        with pytest.raises(ValueError, match=after(path, reason)):
            read_audio(path)


def test_a_long_ogg_file_is_not_read_whole_to_find_its_last_page(tmp_path):
    path = tmp_path / "long.ogg"
    path.write_bytes(b"OggS")
    os.truncate(path, 2**25)
    tracemalloc.start()
    with pytest.raises(ValueError, match="its last page is missing"):
        read_audio(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20


def test_an_ogg_file_may_end_with_an_empty_page(write):
    path = write(tone(50, 44100), 44100, "sound.ogg")
    whole = read_audio(path)
    content = bytearray(path.read_bytes())
    start, _, _ = ogg_last_page(content)
    page = content[start : start + 26] + b"\0"
    number = int.from_bytes(page[18:22], "little") + 1
    page[18:26] = struct.pack("<II", number, 0)
    page[22:26] = struct.pack("<I", ogg_checksum(page))
    path.write_bytes(content + page)
    assert_array_equal(read_audio(path), whole)


@pytest.mark.parametrize("name", ["text.wav", "text.mp3", "text.ogg", "text", "text.txt"])
def test_what_is_no_sound_is_refused(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"No sound at all, but a text of some length.\n" * 50)
    # libsndfile's reason, without the path that its message repeats.
    with pytest.raises(ValueError, match=after(path, r"[^/\\]+\.")):
        read_audio(path)


def test_a_raw_file_is_refused(tmp_path):
    path = tmp_path / "text.raw"
    path.write_bytes(bytes(100))
    with pytest.raises(ValueError, match=after(path, r"a raw file does not say what it holds\.")):
        read_audio(path)


def test_a_file_that_cannot_be_opened_is_refused_with_the_systems_reason(write, monkeypatch):
    path = write(tone(50, 8000), 8000)

    def refuse(path, mode):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ValueError, match=after(path, "Permission denied")):
        read_audio(path)


def test_missing_empty_and_folders(tmp_path):
    (tmp_path / "empty.wav").touch()
    with pytest.raises(ValueError, match=r"nowhere\.wav': there is no such file"):
        read_audio(tmp_path / "nowhere.wav")
    with pytest.raises(ValueError, match=r"empty\.wav': it is empty"):
        read_audio(str(tmp_path / "empty.wav"))
    with pytest.raises(ValueError, match=after(tmp_path, r"it is not a file\.")):
        read_audio(tmp_path)


def test_a_file_without_frames_is_refused(write):
    with pytest.raises(ValueError, match="it holds 0 seconds"):
        read_audio(write(np.empty(0), 8000))


def test_an_offset_behind_the_end_is_refused(write):
    with pytest.raises(ValueError, match="it holds 3 seconds, none after offset=3"):
        read_audio(write(tone(50, 8000), 8000), offset=3)


def test_amplitudes_that_are_not_finite_are_refused(write):
    samples = tone(50, 8000)
    samples[1000] = np.nan
    with pytest.raises(ValueError, match="not finite"):
        read_audio(write(samples, 8000, subtype="FLOAT"))
    with pytest.raises(ValueError, match="not finite"):
        read_audio(write(np.full((8000, 2), 3.4e38, np.float32), 8000, subtype="FLOAT"))


# float32 rounds 1/23 up, so that the mean of 23 channels at its end is beyond it.
LARGEST = np.full(23, np.finfo(np.float32).max)


@pytest.mark.parametrize("channels", [[np.inf, -np.inf], LARGEST], ids=["infinite", "largest"])
def test_channels_whose_mean_is_not_finite_are_refused(write, channels):
    path = write(np.tile(channels, (80, 1)), 8000, subtype="FLOAT")
    with pytest.raises(ValueError, match=after(path, "the waveform has .* not finite\\.")):
        read_audio(path)


@pytest.mark.parametrize(("mono", "n_channels"), [(True, 1), (False, 1), (True, 2), (False, 2)])
def test_what_a_waveform_may_take_in_memory(write, monkeypatch, mono, n_channels):
    path = write(np.zeros((16000, n_channels)), 8000)
    n_bytes = read_audio(path, mono=mono).nbytes
    assert n_bytes == 2 * 400 * 4 * (1 if mono else n_channels)
    monkeypatch.setattr("skgenre.audio._decoding.MAX_BYTES", n_bytes)
    assert read_audio(path, mono=mono).nbytes == n_bytes
    monkeypatch.setattr("skgenre.audio._decoding.MAX_BYTES", n_bytes - 1)
    reason = rf"0\.000556 hours of sound take more than {n_bytes - 1} bytes\."
    with pytest.raises(ValueError, match=after(path, reason)):
        read_audio(path, mono=mono)


def test_an_absurd_length_is_refused_before_decoding(tmp_path, write):
    path = write(tone(50, 8000), 8000, "long.flac")
    content = bytearray(path.read_bytes())
    # The 36 bits that hold the number of frames, in FLAC's first block.
    content[21] |= 0x0F
    content[22:26] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"hours of sound take more than {MAX_BYTES} bytes"):
        read_audio(path)


def test_an_ogg_file_with_two_last_pages_is_read_to_the_second(write):
    path = write(tone(50, 44100, seconds=10), 44100, "sound.ogg")
    content = bytearray(path.read_bytes())
    pages = [place for place in range(len(content)) if content[place : place + 4] == b"OggS"]
    second_last = pages[-2]
    content[second_last + 5] |= 4
    end = pages[-1]
    content[second_last + 22 : second_last + 26] = bytes(4)
    checksum = ogg_checksum(content[second_last:end])
    content[second_last + 22 : second_last + 26] = checksum.to_bytes(4, "little")
    path.write_bytes(content)
    waveform = read_audio(path)
    assert_allclose(inner(waveform), inner(tone(50, 400, seconds=10)), atol=0.02)


def ogg_checksum(page):
    """CRC-32 with the polynomial 0x04c11db7, nothing reflected or inverted (RFC 3533)."""
    register = 0
    for byte in page:
        register ^= byte << 24
        for _ in range(8):
            register = (register << 1) ^ (0x04C11DB7 if register & 0x80000000 else 0)
            register &= 0xFFFFFFFF
    return register


@pytest.mark.parametrize(
    "params",
    [
        {"sample_rate": 0},
        {"sample_rate": 400.5},
        {"offset": -1},
        {"duration": 0},
        {"mono": "yes"},
    ],
)
def test_bad_parameters(write, params):
    with pytest.raises(ValueError, match=f"The '{next(iter(params))}' parameter of read_audio"):
        read_audio(write(tone(50, 8000), 8000), **params)


def test_a_path_is_a_string_or_path_like():
    with pytest.raises(ValueError, match="The 'path' parameter of read_audio"):
        read_audio(3)


@pytest.mark.parametrize("name", ["original_rate", "sample_rate"])
def test_rates_are_1_hz_or_more(name):
    rates = {"original_rate": 1, "sample_rate": 1}
    assert_array_equal(resample([0.5, -0.5], **rates), [0.5, -0.5])
    with pytest.raises(ValueError, match=f"The '{name}' parameter of resample"):
        resample([0.5, -0.5], **(rates | {name: 0}))


LONG_FILE = """
import resource, sys
import numpy as np, soundfile, soxr
from skgenre.audio import read_audio

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

with soundfile.SoundFile(sys.argv[1], "w", 44100, 2, "PCM_16") as file:
    for _ in range(60):
        file.write(np.zeros((44100 * 60, 2), np.int16))
read_audio(sys.argv[1], duration=1)
before = peak()
print(len(read_audio(sys.argv[1])), peak() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no module `resource`.")
def test_an_hour_takes_little_memory(tmp_path):
    printed = run_python("-c", LONG_FILE, str(tmp_path / "hour.flac"))
    n_samples, mebibytes = printed.split()
    assert int(n_samples) == 3600 * 400
    assert float(mebibytes) < 60


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, [[0, 1, 2], [3, 4, 5]]),
        ({"pad": "last"}, [[0, 1, 2], [3, 4, 5], [6, 0, 0]]),
        ({"pad": None}, [[0, 1, 2], [3, 4, 5]]),
        ({"hop": 2}, [[0, 1, 2], [2, 3, 4], [4, 5, 6]]),
        ({"hop": 4}, [[0, 1, 2], [4, 5, 6]]),
        ({"hop": 5, "pad": "last"}, [[0, 1, 2], [5, 6, 0]]),
        ({"hop": 100}, [[0, 1, 2]]),
        ({"hop": 2, "pad": None}, [[0, 1, 2], [2, 3, 4], [4, 5, 6]]),
        ({"hop": 5, "pad": None}, [[0, 1, 2]]),
    ],
)
def test_cut_excerpts(params, expected):
    excerpts = cut_excerpts(np.arange(7), n_timesteps=3, **params)
    assert excerpts.dtype == np.float32
    assert_array_equal(excerpts, expected)


def test_excerpts_are_three_seconds_by_default():
    assert cut_excerpts(np.zeros(2 * 3 * 400 + 1)).shape == (2, 3 * 400)


@pytest.mark.parametrize(("pad", "n_excerpts"), [("short", 1), ("last", 1), (None, 0)])
def test_a_short_waveform(pad, n_excerpts):
    excerpts = cut_excerpts([1.0, 2.0], n_timesteps=4, pad=pad)
    assert excerpts.dtype == np.float32
    assert_array_equal(excerpts, np.array([[1, 2, 0, 0]] * n_excerpts).reshape(-1, 4))


def test_excerpts_are_copies():
    waveform = np.arange(6, dtype=np.float32)
    cut_excerpts(waveform, n_timesteps=3)[:] = 9
    assert_array_equal(waveform, range(6))


@pytest.mark.parametrize(
    ("waveform", "params", "message"),
    [
        ([], {}, "0 sample"),
        ([[1.0]], {}, r"^waveform must have 1 dimensions, got list of shape \(1, 1\)\.$"),
        ([np.inf], {}, "waveform contains infinity"),
        ([1.0], {"n_timesteps": 0}, "'n_timesteps' parameter of cut_excerpts"),
        ([1.0], {"hop": 0}, "'hop' parameter of cut_excerpts"),
        ([1.0], {"pad": "first"}, "'pad' parameter of cut_excerpts"),
    ],
)
def test_bad_cuts(waveform, params, message):
    with pytest.raises(ValueError, match=message):
        cut_excerpts(waveform, **params)


def test_amplitudes_near_the_end_of_float32_are_cut():
    waveform = np.random.default_rng(0).choice([-3e38, 3e38], 4000)
    assert_array_equal(np.abs(cut_excerpts(waveform)), np.full((3, 1200), np.float32(3e38)))
    with pytest.raises(ValueError, match="infinity or a value too large"):
        cut_excerpts(10 * waveform)
