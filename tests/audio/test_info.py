"""What sound files say of themselves."""

import numpy as np
import pytest
import soundfile

from skgenre.audio import AudioInfo, audio_info, read_audio
from tests.helpers.sound_bytes import encode, mp3, noise, refuses, write_with_av


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".aiff"])
@pytest.mark.parametrize(("rate", "n_channels"), [(8000, 1), (44100, 2), (22050, 5)])
def test_rate_and_channels(tmp_path, suffix, rate, n_channels):
    path = tmp_path / f"song{suffix}"
    soundfile.write(path, np.zeros((rate, n_channels)), rate)
    assert audio_info(path) == AudioInfo(sample_rate=rate, n_channels=n_channels)


def test_of_mp3_and_of_what_ffmpeg_decodes(save, tmp_path):
    assert audio_info(save(mp3(noise(22050, 1), 22050)[0], "a.mp3")) == (22050, 1)
    path = write_with_av(tmp_path / "a.m4a", "aac", noise(44100, 1), 44100)
    assert audio_info(path) == (44100, 2)


def test_of_joined_files_the_first_counts(save):
    parts = [
        encode(np.zeros((rate, n_channels)), rate, "OGG")
        for rate, n_channels in [(16000, 1), (8000, 2)]
    ]
    assert audio_info(save(b"".join(parts))) == (16000, 1)


def test_nothing_is_decoded(save):
    whole = encode(noise(8000, 60), 8000, "FLAC")
    path = save(whole[:-1000])
    assert audio_info(path) == (8000, 1)
    with pytest.raises(ValueError, match="Cannot read audio from"):
        read_audio(path)


@pytest.mark.parametrize(
    ("content", "reason"), [(b"", "it is empty."), (b"ID3", ".*"), (b"\0" * 500, ".*")]
)
def test_what_is_no_sound_is_refused_by_name(save, content, reason):
    path = save(content, "song.mp3")
    with refuses(path, reason):
        audio_info(path)


def test_a_stream_without_sound_is_refused(tmp_path, monkeypatch):
    path = write_with_av(tmp_path / "a.m4a", "aac", noise(44100, 1), 44100)
    monkeypatch.setattr("skgenre.audio._files.decode_with_av", lambda av, file: iter(()))
    with refuses(path, "it holds no sound."):
        audio_info(path)


def test_what_is_no_path_is_refused():
    with pytest.raises(ValueError, match="The 'path' parameter"):
        audio_info(3)
