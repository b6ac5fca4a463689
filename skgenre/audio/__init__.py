"""Sound files to waveforms, and waveforms to excerpts."""

from skgenre._lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "skgenre.audio._cutting": ("cut_excerpts",),
        "skgenre.audio._info": ("AudioInfo", "audio_info"),
        "skgenre.audio._reading": ("read_audio",),
        "skgenre.audio._resampling": ("resample",),
        "skgenre.audio._waveforms": ("EXCERPT_SECONDS", "N_TIMESTEPS", "SAMPLE_RATE"),
    },
)
