"""Damaged sound files, in processes of their own: finite audio or one clear error."""

import numpy as np
import pytest
import soundfile

from tests.helpers.interpreter import run_python
from tests.helpers.sound_bytes import write_with_av

FORMATS = ["wav", "flac", "ogg", "mp3", "opus", "aiff", "caf", "w64", "au"]
JOINED = {"joined.mp3": "mp3", "joined.ogg": "ogg", "joined.flac": "flac"}
# What PyAV writes, with the codec.
CODECS = {
    "m4a": "aac",
    "aac": "aac",
    "webm": "libopus",
    "mka": "aac",
    "wma": "wmav2",
    "ac3": "ac3",
    "mp2": "mp2",
    "wv": "wavpack",
    "tta": "tta",
}
SUFFIXES = [*FORMATS, *JOINED, *CODECS]

# Half of the damage is among the first bytes, where lengths, rates and numbers of channels are.
CHILD = """
import sys
import numpy as np
from skgenre.audio import read_audio

folder, suffix, seed, n_files = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
whole = open(f"{folder}/whole.{suffix}", "rb").read()
path = f"{folder}/mutated-{seed}.{suffix}"
assert read_audio(f"{folder}/whole.{suffix}").std() > 0.01
read = refused = 0
for number in range(n_files):
    rng = np.random.default_rng([seed, number])
    content = bytearray(whole)
    for _ in range(rng.integers(1, 9)):
        end = len(content) if rng.random() < 0.5 else min(len(content), 200)
        place = rng.integers(end)
        kind = rng.integers(4)
        if kind == 0:
            content[place] = rng.integers(256)
        elif kind == 1:
            content[place:place + 4] = rng.choice([255, 127, 0]).tobytes()[:1] * 4
        elif kind == 2:
            del content[place:place + rng.integers(1, 100)]
        else:
            content[place:place] = rng.bytes(rng.integers(1, 100))
        content = content or bytearray(1)
    with open(path, "wb") as file:
        file.write(content)
    try:
        waveform = read_audio(path)
    except ValueError as error:
        assert str(error).startswith(f"Cannot read audio from {path!r}: "), error
        refused += 1
    else:
        assert waveform.ndim == 1 and waveform.size and np.isfinite(waveform).all()
        read += 1
print(read, refused)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sounds")
    rng = np.random.default_rng(0)
    samples = np.cumsum(rng.normal(0, 0.01, (8000, 2)), axis=0).clip(-0.9, 0.9)
    for suffix in FORMATS:
        format = {"opus": "OGG"}.get(suffix)
        subtype = {"opus": "OPUS"}.get(suffix)
        soundfile.write(folder / f"whole.{suffix}", samples, 8000, subtype, format=format)
    for name, suffix in JOINED.items():
        content = (folder / f"whole.{suffix}").read_bytes()
        (folder / f"whole.{name}").write_bytes(2 * content)
    for suffix, codec in CODECS.items():
        write_with_av(folder / f"whole.{suffix}", codec, samples)
    return folder


def mutate(folder, suffix, seed, n_files):
    """Read mutated files in a process of its own, with little memory to take."""
    printed = run_python("-c", CHILD, str(folder), suffix, str(seed), str(n_files), timeout=600)
    read, refused = map(int, printed.split())
    assert read + refused == n_files
    assert refused > 0


@pytest.mark.parametrize("suffix", ["wav", "mp3", "m4a"])
def test_a_hundred_damaged_files(folder, suffix):
    mutate(folder, suffix, 0, 100)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_thousands_of_damaged_files(folder, suffix):
    mutate(folder, suffix, 1, 2500)
