"""Sound files to waveforms, and waveforms to excerpts."""

import math
import os
from itertools import groupby
from numbers import Integral, Real
from operator import itemgetter
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_array
from sklearn.utils._param_validation import Interval, StrOptions

from skgenre._arrays.finite import sums_may_overflow
from skgenre._extras import import_extra
from skgenre._sklearn.typed import validate_params
from skgenre._types import Excerpts, Float, Int, PathLike, Waveform
from skgenre.audio._files import open_sound
from skgenre.audio._info import AudioInfo, audio_info
from skgenre.audio._passages import Passage, resampled_length

__all__ = [
    "EXCERPT_SECONDS",
    "N_TIMESTEPS",
    "SAMPLE_RATE",
    "AudioInfo",
    "audio_info",
    "cut_excerpts",
    "read_audio",
    "resample",
]

SAMPLE_RATE: int = 400  # Hz
EXCERPT_SECONDS: float = 3.0
N_TIMESTEPS: int = round(SAMPLE_RATE * EXCERPT_SECONDS)
# What a waveform may take in memory: at 400 Hz, a week of sound.
MAX_BYTES = 2**30

_RATE = [Interval(Integral, 1, None, closed="left")]


@validate_params(
    {
        "path": [str, os.PathLike],
        "sample_rate": _RATE,
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
    passage = Passage(
        offset, duration, mono=mono, sample_rate=int(sample_rate), max_bytes=MAX_BYTES
    )
    with open_sound(path) as streams:
        # Joined files may have several rates.
        runs = groupby(passage.blocks(streams), itemgetter(0))
        return np.concatenate(
            [_resample(map(itemgetter(1), run), rate, sample_rate) for rate, run in runs]
        )


@validate_params(
    {"waveform": ["array-like"], "original_rate": _RATE, "sample_rate": _RATE},
    prefer_skip_nested_validation=True,
)
def resample(
    waveform: ArrayLike, *, original_rate: Int, sample_rate: Int = SAMPLE_RATE
) -> Waveform:
    """Bring a waveform to another sample rate.

    A filter of linear phase removes what the new rate cannot hold, so that nothing aliases.

    Parameters
    ----------
    waveform : array-like of shape (n_samples,) or (n_samples, n_channels)
        Amplitudes.
    original_rate : int
        Its rate in Hz.
    sample_rate : int, default=400
        The rate wanted, in Hz. Sound above half of it is filtered out.

    Returns
    -------
    ndarray of shape (n_resampled,) or (n_resampled, n_channels), float32
        ``ceil(n_samples * sample_rate / original_rate)`` samples.

    Raises
    ------
    ValueError
        If the waveform is empty, has more than two dimensions or is not finite.
    ModuleNotFoundError
        If soxr is not installed (``pip install 'skgenre[audio]'``).

    See Also
    --------
    read_audio : Read a file at the rate wanted.

    References
    ----------
    soxr, the SoX resampler library, quality "HQ": https://sourceforge.net/projects/soxr

    Examples
    --------
    >>> import numpy as np
    >>> from skgenre.audio import resample
    >>> resample(np.zeros(44100), original_rate=44100).shape
    (400,)
    """
    waveform = check_waveform(waveform, max_ndim=2)
    return _resample([waveform], int(original_rate), int(sample_rate))


def _resample(blocks, original_rate, sample_rate):
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


@validate_params(
    {
        "waveform": ["array-like"],
        "n_timesteps": [Interval(Integral, 1, None, closed="left")],
        "hop": [Interval(Integral, 1, None, closed="left"), None],
        "pad": [StrOptions({"short", "last"}), None],
    },
    prefer_skip_nested_validation=True,
)
def cut_excerpts(
    waveform: ArrayLike,
    *,
    n_timesteps: Int = N_TIMESTEPS,
    hop: Int | None = None,
    pad: Literal["short", "last"] | None = "short",
) -> Excerpts:
    """Cut a waveform into excerpts of equal length.

    Each row of the result is one excerpt, ready for a classifier.

    Parameters
    ----------
    waveform : array-like of shape (n_samples,)
        Amplitudes.
    n_timesteps : int, default=1200
        Length of an excerpt in samples.
    hop : int or None, default=None
        Samples from the beginning of an excerpt to that of the next one. None means
        `n_timesteps`: excerpts end to end. With less they overlap.
    pad : {"short", "last"} or None, default="short"
        Where silence is put behind the waveform: if it is shorter than one excerpt ("short"), also
        to complete the last excerpt ("last"), or never (None). What is left over is dropped.

    Returns
    -------
    ndarray of shape (n_excerpts, n_timesteps), float32
        Excerpts in the order of time. None of them, where the waveform is too short and not padded.

    Raises
    ------
    ValueError
        If the waveform is empty, has more than one dimension or is not finite.

    See Also
    --------
    read_audio : Read a waveform from a file.

    Examples
    --------
    >>> import numpy as np
    >>> from skgenre.audio import cut_excerpts
    >>> cut_excerpts(np.arange(5), n_timesteps=2)
    array([[0., 1.],
           [2., 3.]], dtype=float32)
    >>> cut_excerpts(np.arange(5), n_timesteps=3, hop=2)
    array([[0., 1., 2.],
           [2., 3., 4.]], dtype=float32)
    """
    waveform = check_waveform(waveform)
    # Sums of numpy's short integers would overflow.
    n_timesteps, hop = int(n_timesteps), int(hop or n_timesteps)
    n_short = max(n_timesteps - len(waveform), 0)
    n_padded = {
        None: 0,
        "short": n_short,
        "last": n_short or (n_timesteps - len(waveform)) % hop,
    }[pad]
    waveform = np.pad(waveform, (0, n_padded))
    if len(waveform) < n_timesteps:
        return np.empty((0, n_timesteps), np.float32)
    return np.lib.stride_tricks.sliding_window_view(waveform, n_timesteps)[::hop].copy()


def check_waveform(waveform: ArrayLike, *, max_ndim: int = 1, name: str = "waveform") -> Waveform:
    """Check a waveform; float32."""
    if not 1 <= np.ndim(waveform) <= max_ndim:
        raise ValueError(
            f"{name} must have {' or '.join('12'[:max_ndim])} dimensions, got "
            f"{type(waveform).__name__} of shape {np.shape(waveform)}."
        )
    with np.errstate(over="ignore"), sums_may_overflow():
        return check_array(waveform, dtype=np.float32, ensure_2d=False, input_name=name, order="C")
