"""Decoded files that are kept, to be found again by what the files hold."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

import numpy as np

from skgenre._files.atomic import replacing
from skgenre._files.npy_headers import read_npy_header
from skgenre._files.untrusted import check_regular
from skgenre.audio._decoding import MAX_BYTES, decode

# Changes when decoding changes, so that waveforms kept by former versions are not found.
_FORMAT = 1
_FLOAT32 = re.compile("'<f4'")


def make_reader(memory):
    """Make what reads files, or finds again what was read.

    A file is known by a digest of its bytes, which costs little beside decoding them. Name, size
    and times would not do: they stay the same where one file takes another's place, and a relative
    path names another file in another folder. A file that was moved or copied is known again.

    Parameters
    ----------
    memory : str, path-like, joblib.Memory or None
        Where decoded files are kept. In a folder they are arrays in numpy's format, which hold no
        code; joblib keeps pickles. None keeps nothing.

    Returns
    -------
    read : callable
        Takes a path and a sample rate in Hz, as `read_audio`.

    Raises
    ------
    ValueError
        If nothing can be written to the folder.
    """
    if memory is None:
        return lambda path, sample_rate: decode(path, sample_rate=sample_rate)
    if isinstance(memory, (str, os.PathLike)):
        return WaveformFolder(memory).read
    # A folder does without scikit-learn.
    from sklearn.utils.validation import check_memory

    cached = check_memory(memory).cache(_decode, ignore=["path"])

    def read(path, sample_rate):
        return cached(path, sample_rate, _digest(path))

    return read


class WaveformFolder:
    """A folder of decoded files, made where it is missing.

    A file in it that is not what was written there is not used: its song is decoded once more.

    Parameters
    ----------
    folder : str or path-like
        The folder.

    Raises
    ------
    ValueError
        If nothing can be written to it.
    """

    def __init__(self, folder):
        self._folder = Path(folder)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self._folder):
                pass
        except OSError as error:
            raise ValueError(
                f"Cannot keep decoded songs in {os.fspath(folder)!r}: {error.strerror}."
            ) from error

    def read(self, path, sample_rate):
        """Read a file, or find again what was read; as `read_audio`."""
        digest = _digest(path)
        if digest is None:
            return decode(path, sample_rate=sample_rate)
        place = self._folder / f"{digest}-{sample_rate}-{_FORMAT}.npy"
        waveform = _load(place)
        if waveform is None:
            waveform = _decode(path, sample_rate, digest)
            with replacing(place) as file:
                np.save(file, waveform, allow_pickle=False)
        return waveform


def _load(place):
    """Load a waveform; None where there is none, or something else."""
    try:
        if not place.is_file() or place.stat().st_size > 2 * MAX_BYTES:
            return None
        with place.open("rb") as file:
            header = read_npy_header(file, place.name, _FLOAT32, "float32")
            is_whole = place.stat().st_size == header.n_bytes + header.values_bytes()
            if len(header.shape) != 1 or not header.shape[0] or not is_whole:
                return None
            file.seek(0)
            waveform = np.load(file, allow_pickle=False)
    except (OSError, ValueError):
        return None
    return waveform if np.isfinite(waveform).all() else None


def _decode(path, sample_rate, digest):
    """Read a file. A cache recognizes its content by the digest among the arguments."""
    waveform = decode(path, sample_rate=sample_rate)
    if _digest(path) != digest:
        raise ValueError(f"Cannot read audio from {path!r}: it changed while it was read.")
    return waveform


def _digest(path):
    """Hash a file's bytes; None where reading it will raise the reason why it cannot be read."""
    try:
        check_regular(path)
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()
    except (OSError, ValueError):
        return None
