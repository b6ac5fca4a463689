"""Sound files to excerpts, beside nothing but decoding them."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from skgenre.audio import cut_excerpts, read_audio
from tests.benchmarks import rivals
from tests.benchmarks.table import Row, versus
from tests.benchmarks.timing import NOT_INSTALLED, medians, seconds

RATE = 44100
FORMATS = ("wav", "flac", "ogg", "mp3")
DECODER = "soundfile, decoding alone"


def decode(sizes):
    """Seconds to read and cut a song."""
    if not rivals.installed(DECODER):
        return [Row("decode", "read and cut songs", DECODER, NOT_INSTALLED, NOT_INSTALLED)]
    with TemporaryDirectory() as folder:
        return [row for suffix in FORMATS for row in _decode(sizes, Path(folder), suffix)]


def _decode(sizes, folder, suffix):
    import soundfile

    calls = sizes.songs // len(FORMATS) // sizes.repeats
    paths = [folder / f"{number}.{suffix}" for number in range(sizes.songs_made)]
    for number, path in enumerate(paths):
        _write(path, _song(sizes.song_seconds, number))
    ready = {
        rivals.OURS: partial(_in_turn, lambda path: cut_excerpts(read_audio(path)), paths, calls),
        DECODER: partial(_in_turn, soundfile.read, paths, calls),
    }
    what = f"read and cut a stereo song of {sizes.song_seconds} s, {suffix}"
    rows = versus("decode", what, medians(ready, sizes.repeats))
    return [row._replace(ours_over_rival=True) for row in rows]


def _write(path, samples):
    """Write second by second: libsndfile crashes on minutes of Vorbis at once."""
    import soundfile

    with soundfile.SoundFile(path, "w", RATE, samples.shape[1]) as file:
        for first in range(0, len(samples), RATE):
            file.write(samples[first : first + RATE])


def _in_turn(function, paths, calls):
    """Make a run of calls, on one file after the other."""

    def run():
        return [seconds(partial(function, paths[i % len(paths)]))[0] for i in range(calls)]

    return run


def _song(length, seed):
    """Make something with tones and noise, so that no format has it easy."""
    rng = np.random.default_rng(seed)
    times = np.arange(length * RATE) / RATE
    tones = sum(np.sin(2 * np.pi * pitch * times) for pitch in rng.uniform(50, 2000, 5))
    noise = rng.normal(0, 0.5, (len(times), 2))
    return 0.1 * (tones[:, np.newaxis] + noise)
