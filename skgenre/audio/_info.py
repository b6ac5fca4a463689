"""Facts of a sound file: rate, channels, length."""

import os
from typing import NamedTuple

from skgenre._sklearn.typed import validate_params
from skgenre._types import PathLike
from skgenre.audio._files import open_sound


class AudioInfo(NamedTuple):
    """Facts of a sound file.

    A named tuple.

    Parameters
    ----------
    sample_rate : int
        Rate in Hz.
    n_channels : int
        Number of channels.

    See Also
    --------
    audio_info : Reads it from a file.

    Examples
    --------
    >>> from skgenre.audio import AudioInfo
    >>> AudioInfo(sample_rate=44100, n_channels=2).n_channels
    2
    """

    sample_rate: int
    n_channels: int


@validate_params({"path": [str, os.PathLike]}, prefer_skip_nested_validation=True)
def audio_info(path: PathLike) -> AudioInfo:
    """Read the sample rate and the number of channels of a sound file.

    The sound is not decoded, or, where FFmpeg reads the file, not beyond its first samples.
    Whether the rest can be decoded is known only once that has been done. Where files were joined,
    it is the first of them that counts.

    Parameters
    ----------
    path : str or path-like
        The file. It may come from anywhere, as in `read_audio`.

    Returns
    -------
    AudioInfo
        Named tuple (sample_rate, n_channels).

    Raises
    ------
    ValueError
        If the file is missing, empty, damaged where it describes itself, or no sound file; or if
        it needs PyAV, which is not installed (``pip install 'skgenre[av]'``).
    ModuleNotFoundError
        If soundfile is not installed (``pip install 'skgenre[audio]'``).

    See Also
    --------
    read_audio : Read the sound.
    skgenre.datasets.scan_audio_folder : Describes the songs of a folder.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> import soundfile
    >>> from skgenre.audio import audio_info
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "stereo.flac"
    ...     soundfile.write(path, np.zeros((441, 2)), 44100)
    ...     audio_info(path)
    AudioInfo(sample_rate=44100, n_channels=2)
    """
    with open_sound(path) as streams:
        for stream in streams:
            return AudioInfo(stream.samplerate, stream.n_channels)
        raise ValueError("it holds no sound.")
