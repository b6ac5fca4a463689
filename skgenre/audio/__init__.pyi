# What type checkers see of the names that `__init__.py` resolves on first use.

from skgenre.audio._cutting import cut_excerpts
from skgenre.audio._info import AudioInfo, audio_info
from skgenre.audio._reading import read_audio
from skgenre.audio._resampling import resample
from skgenre.audio._waveforms import EXCERPT_SECONDS, N_TIMESTEPS, SAMPLE_RATE

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
