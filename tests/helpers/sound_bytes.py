"""Sound files as bytes, and what refuses them."""

import io
import re

import av
import numpy as np
import pytest
import soundfile

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


def write_with_av(path, codec, samples, rate=48000, format=None):
    """Encode one channel or two with FFmpeg, through PyAV, as two."""
    samples = np.float32(np.broadcast_to(np.transpose(samples), (2, len(samples)))).copy()
    with av.open(path, "w", format=format) as container:
        stream = container.add_stream(codec, rate=rate, layout="stereo", bit_rate=128_000)
        resampler = av.AudioResampler(stream.format.name, "stereo", rate, frame_size=1024)
        frame = av.AudioFrame.from_ndarray(samples, "fltp", "stereo")
        frame.sample_rate = rate
        for packets in map(stream.encode, [*resampler.resample(frame), *resampler.resample(None)]):
            container.mux(packets)
        container.mux(stream.encode(None))
    return path
