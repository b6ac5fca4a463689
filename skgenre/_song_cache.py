"""Decoded files that are kept, to be found again by what the files hold."""

import hashlib
from pathlib import Path

from sklearn.utils.validation import check_memory

from skgenre.audio import read_audio


def make_reader(memory):
    """Make what reads files, or finds again what was read.

    A file is known by a digest of its bytes, which costs little beside decoding them. Name, size
    and times would not do: they stay the same where one file takes another's place, and a relative
    path names another file in another folder. A file that was moved or copied is known again.

    Parameters
    ----------
    memory : str, joblib.Memory or None
        Where decoded files are kept. None keeps nothing.

    Returns
    -------
    read : callable
        Takes a path and a sample rate in Hz, as `read_audio`.
    """
    if memory is None:
        return lambda path, sample_rate: read_audio(path, sample_rate=sample_rate)
    decode = check_memory(memory).cache(_decode, ignore=["path"])

    def read(path, sample_rate):
        return decode(path, sample_rate, _digest(path))

    return read


def _decode(path, sample_rate, digest):
    """Read a file that has a digest, which is there to tell a cache what it holds."""
    waveform = read_audio(path, sample_rate=sample_rate)
    if _digest(path) != digest:
        raise ValueError(f"Cannot read audio from {path!r}: it changed while it was read.")
    return waveform


def _digest(path):
    """Hash a file's bytes; None where reading it will say why it cannot be read."""
    try:
        # Opening a pipe would wait for somebody to write to it.
        if not Path(path).is_file():
            return None
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()
    except (OSError, ValueError):
        return None
