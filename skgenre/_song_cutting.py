"""Songs cut into excerpts."""

from typing import NamedTuple

import numpy as np

from skgenre.audio import cut_excerpts


class CutSong(NamedTuple):
    """Excerpts of a song, and where they begin."""

    excerpts: np.ndarray  # (n_excerpts, n_timesteps), float32
    starts: np.ndarray  # (n_excerpts,), in samples


def cut_song(waveform, length, hop, max_excerpts):
    """Cut a song into excerpts of some length, one every `hop` samples, `max_excerpts` at most."""
    excerpts = cut_excerpts(waveform, n_timesteps=length, hop=hop)
    kept = spread(len(excerpts), max_excerpts)
    return CutSong(excerpts[kept], kept * hop)


def spread(n_excerpts, n_wanted):
    """Choose the excerpts to keep: all, or the middle ones of equal parts of a song."""
    n_kept = n_excerpts if n_wanted is None else min(n_wanted, n_excerpts)
    return ((np.arange(n_kept) + 0.5) * n_excerpts / n_kept).astype(int)


def count_timesteps(name, seconds, sample_rate):
    """Count the samples in some seconds; `name` says in the error what was too short."""
    n_timesteps = round(seconds * sample_rate)
    if n_timesteps < 1:
        raise ValueError(f"{name}={seconds} is less than one sample at sample_rate={sample_rate}.")
    return n_timesteps
