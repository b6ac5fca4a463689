"""Sound files as waveforms."""

import os
from numbers import Real

from skgenre._sklearn.private import AT_LEAST_ONE, Interval
from skgenre._sklearn.typed import validate_params
from skgenre._types import Float, Int, PathLike, Waveform
from skgenre.audio._decoding import decode
from skgenre.audio._waveforms import SAMPLE_RATE


@validate_params(
    {
        "path": [str, os.PathLike],
        "sample_rate": [AT_LEAST_ONE],
        "mono": ["boolean"],
        "offset": [Interval(Real, 0, None, closed="left")],
        "duration": [Interval(Real, 0, None, closed="neither"), None],
    },
    prefer_skip_nested_validation=True,
)
def read_audio(
    path: PathLike,
    *,
    sample_rate: Int = SAMPLE_RATE,
    mono: bool = True,
    offset: Float = 0,
    duration: Float | None = None,
) -> Waveform:
    """Read a sound file as a waveform.

    WAV, AIFF, CAF, FLAC, Ogg (Vorbis, Opus), MP3 and what else libsndfile knows, at any rate and
    with any number of channels; with PyAV also MP4 (M4A), AAC, Windows Media, WebM, Matroska and
    others that FFmpeg knows, of which the first stream of sound is read. The file is decoded, mixed
    and resampled block by block: memory is taken for the waveform that comes out, not for the file.

    What decodes decides how long a file is: one that was written to a pipe and does not say, one
    that was never closed and several that were joined are read to their end. A file that says how
    long it is and is shorter was cut, and is refused.

    Parameters
    ----------
    path : str or path-like
        The file. It may come from anywhere: what it declares is checked before it is decoded.
    sample_rate : int, default=400
        Rate of the waveform in Hz. Sound above half of it is filtered out first.
    mono : bool, default=True
        Whether to take the mean of the channels.
    offset : float, default=0
        Where to begin, in seconds.
    duration : float or None, default=None
        How much to read, in seconds; None reads to the end. Less comes back where the file ends
        earlier.

    Returns
    -------
    ndarray of shape (n_samples,) or (n_samples, n_channels), float32
        Amplitudes; full scale is 1. With ``mono=False`` there is one column for each channel. A
        part of `n` frames at `rate` Hz becomes ``ceil(n * sample_rate / rate)`` samples.

    Raises
    ------
    ValueError
        If the file is missing, empty, cut short, damaged or no sound file; if it needs PyAV, which
        is not installed (``pip install 'skgenre[av]'``); if it ends before `offset`; if the
        waveform would take more than 1 GiB; if it is not finite; or if files of different numbers
        of channels were joined and ``mono=False``.
    ModuleNotFoundError
        If soundfile or soxr are not installed (``pip install 'skgenre[audio]'``).

    See Also
    --------
    cut_excerpts : Cut a waveform into excerpts.
    skgenre.SongClassifier : Learns from such files.

    References
    ----------
    libsndfile: https://libsndfile.github.io/libsndfile

    PyAV, FFmpeg for Python: https://pyav.basswood-io.com

    soxr, the SoX resampler library, quality "HQ": https://sourceforge.net/projects/soxr

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> import soundfile
    >>> from skgenre.audio import read_audio
    >>> seconds = np.arange(0, 2, 1 / 44100)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "tone.flac"
    ...     soundfile.write(path, 0.5 * np.sin(2 * np.pi * 100 * seconds), 44100)
    ...     waveform = read_audio(path)
    >>> waveform.shape
    (800,)
    """
    return decode(path, sample_rate, mono=mono, offset=offset, duration=duration)
