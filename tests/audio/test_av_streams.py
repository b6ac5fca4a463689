"""Files that FFmpeg decodes, through PyAV."""

import io
import os
import sys

import av
import numpy as np
import pytest
from numpy.testing import assert_allclose

from skgenre.audio import read_audio
from skgenre.audio._av_streams import decode_with_av
from tests.helpers.sound_bytes import encode, noise, refuses, tone, write_with_av

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


def test_an_encoding_that_nobody_knows(tmp_path):
    path = write_with_av(tmp_path / "sound.webm", "libopus", tone(50, 48000))
    path.write_bytes(path.read_bytes().replace(b"A_OPUS", b"A_NONE"))
    with refuses(path, r"FFmpeg does not know its encoding\."):
        read_audio(path)


def test_what_a_waveform_from_ffmpeg_may_take_in_memory(tmp_path, monkeypatch):
    path = write_with_av(tmp_path / "sound.m4a", "aac", tone(50, 48000))
    n_bytes = read_audio(path).nbytes
    monkeypatch.setattr("skgenre.audio._decoding.MAX_BYTES", n_bytes - 1)
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
