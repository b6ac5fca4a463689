"""Sound files decoded, mixed and resampled; scikit-learn is not loaded."""

import math
from itertools import groupby
from operator import itemgetter

import numpy as np

from skgenre._extras import import_extra
from skgenre.audio._files import open_sound
from skgenre.audio._passages import Passage, resampled_length

# What a waveform may take in memory: at 400 Hz, a week of sound.
MAX_BYTES = 2**30


def decode(path, sample_rate, *, mono=True, offset=0, duration=None):
    """Decode a sound file; parameters, results and errors are those of `read_audio`."""
    passage = Passage(
        offset, duration, mono=mono, sample_rate=int(sample_rate), max_bytes=MAX_BYTES
    )
    with open_sound(path) as streams:
        # Joined files may have several rates.
        runs = groupby(passage.blocks(streams), itemgetter(0))
        return np.concatenate(
            [resample_blocks(map(itemgetter(1), run), rate, sample_rate) for rate, run in runs]
        )


def resample_blocks(blocks, original_rate, sample_rate):
    """Join the blocks of a waveform at another rate."""
    if original_rate == sample_rate:
        return _finite(np.concatenate(list(blocks)))
    soxr = import_extra("soxr", "audio")
    stream, n_frames, parts = None, 0, []
    for block in blocks:
        n_channels = math.prod(block.shape[1:])
        stream = stream or soxr.ResampleStream(
            original_rate, sample_rate, n_channels, dtype="float32", quality="HQ"
        )
        parts.append(stream.resample_chunk(block))
        n_frames += len(block)
    parts.append(stream.resample_chunk(block[:0], last=True))
    # soxr rounds the length its own way, to one sample more or less.
    waveform = np.concatenate([*parts, np.zeros_like(parts[0], shape=(1, *block.shape[1:]))])
    return _finite(waveform[: resampled_length(n_frames, original_rate, sample_rate)])


def _finite(waveform):
    if not np.isfinite(waveform).all():
        raise ValueError("the waveform has amplitudes that are not finite.")
    return waveform
