"""Songs cut into excerpts."""

import math
from typing import NamedTuple

import numpy as np

# What the excerpts of one song may take in memory.
MAX_BYTES = 2**30


class CutSong(NamedTuple):
    """Excerpts of a song, and where they begin."""

    excerpts: np.ndarray  # (n_excerpts, n_timesteps), float32
    starts: np.ndarray  # (n_excerpts,), in samples


def cut_song(waveform, length, hop, max_excerpts, name="a song"):
    """Cut a song into excerpts of some length.

    Only those that are kept are copied.

    Parameters
    ----------
    waveform : ndarray of shape (n_samples,), float32
        The song. A shorter one than an excerpt is filled up with silence.
    length, hop : int
        Samples in an excerpt, and from the beginning of one to that of the next.
    max_excerpts : int or None
        At most so many are kept, evenly spread.
    name : str, default="a song"
        What the song is called in an error.

    Returns
    -------
    song : CutSong
        The excerpts.

    Raises
    ------
    ValueError
        If the excerpts would take more than `MAX_BYTES`.
    """
    n_excerpts = count_excerpts(len(waveform), length, hop)
    n_kept = n_excerpts if max_excerpts is None else min(int(max_excerpts), n_excerpts)
    n_bytes = n_kept * length * waveform.itemsize
    if n_bytes > MAX_BYTES:
        raise ValueError(
            f"Cannot cut {name}, of {len(waveform)} samples: {n_kept} excerpts of {length} "
            f"samples, one every {hop}, take {n_bytes} bytes, more than {MAX_BYTES}. Choose a "
            "shorter excerpt_seconds, a longer hop_seconds or fewer max_excerpts."
        )
    starts = spread(n_excerpts, n_kept) * min(hop, len(waveform))
    if len(waveform) < length:
        waveform = np.pad(waveform, (0, length - len(waveform)))
    excerpts = np.lib.stride_tricks.sliding_window_view(waveform, length)[starts]
    return CutSong(excerpts, starts)


def count_excerpts(n_samples, length, hop):
    """Count the excerpts of a song.

    Parameters
    ----------
    n_samples : int
        Length of the song. A shorter one than an excerpt is filled up.
    length, hop : int
        Samples in an excerpt, and from the beginning of one to that of the next.

    Returns
    -------
    n_excerpts : int
        One at least.
    """
    return 1 + max(n_samples - length, 0) // hop


def cut_nothing(length):
    """Make the `CutSong` without excerpts that stands for a song which cannot be read.

    Parameters
    ----------
    length : int
        Samples in an excerpt.

    Returns
    -------
    song : CutSong
        No excerpts.

    Raises
    ------
    ValueError
        If one excerpt would take more than `MAX_BYTES`, so that no song can be cut.
    """
    n_bytes = length * np.dtype(np.float32).itemsize
    if n_bytes > MAX_BYTES:
        raise ValueError(
            f"Cannot cut songs: one excerpt of {length} samples takes {n_bytes} bytes, more than "
            f"{MAX_BYTES}. Choose a shorter excerpt_seconds."
        )
    return CutSong(np.empty((0, length), np.float32), np.empty(0, int))


def spread(n_excerpts, n_kept):
    """Choose the excerpts to keep: the middle ones of equal parts of a song."""
    return ((np.arange(n_kept) + 0.5) * n_excerpts / n_kept).astype(int)


def sample_rate_of(classifier):
    """Find the rate at which a classifier of songs reads them.

    Parameters
    ----------
    classifier : SongClassifier, SongPredictor or ONNXClassifier
        Fitted or not.

    Returns
    -------
    sample_rate : int
        In Hz.
    """
    if rate := getattr(classifier, "sample_rate_", None):
        return rate
    # It loads scikit-learn, which files of today need not.
    from skgenre.songs._excerpt_classifiers import chosen_sample_rate

    return chosen_sample_rate(classifier)


def excerpt_timesteps(classifier, sample_rate):
    """Count the samples in an excerpt, and from the beginning of one to that of the next.

    Parameters
    ----------
    classifier : SongClassifier or SongPredictor
        Its parameters decide.
    sample_rate : int
        In Hz.

    Returns
    -------
    length, hop : int
        Samples.
    """
    length = count_timesteps("excerpt_seconds", classifier.excerpt_seconds, sample_rate)
    if classifier.hop_seconds is None:
        return length, length
    return length, count_timesteps("hop_seconds", classifier.hop_seconds, sample_rate)


def count_timesteps(name, seconds, sample_rate):
    """Count the samples in some seconds; the error for fewer than one uses `name`."""
    n_timesteps = float(seconds) * int(sample_rate)
    if not math.isfinite(n_timesteps):
        raise ValueError(f"{name}={seconds} is no finite length at sample_rate={sample_rate}.")
    if round(n_timesteps) < 1:
        raise ValueError(f"{name}={seconds} is less than one sample at sample_rate={sample_rate}.")
    return round(n_timesteps)
