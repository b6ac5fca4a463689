"""Sound files to waveforms, and waveforms to excerpts."""

from skgenre.audio._info import AudioInfo, audio_info
from skgenre.audio._reading import (
    EXCERPT_SECONDS,
    N_TIMESTEPS,
    SAMPLE_RATE,
    cut_excerpts,
    read_audio,
    resample,
)

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
