"""Waveforms: their rate and length, checked."""

import numpy as np
from numpy.typing import ArrayLike

from skgenre._arrays.finite import sums_may_overflow
from skgenre._types import Waveform

SAMPLE_RATE: int = 400  # Hz
EXCERPT_SECONDS: float = 3.0
N_TIMESTEPS: int = round(SAMPLE_RATE * EXCERPT_SECONDS)


def check_waveform(waveform: ArrayLike, *, max_ndim: int = 1, name: str = "waveform") -> Waveform:
    """Check a waveform; float32."""
    # Who decodes files has no need of it, and it takes longer to load than they to be decoded.
    from sklearn.utils import check_array

    if not 1 <= np.ndim(waveform) <= max_ndim:
        raise ValueError(
            f"{name} must have {' or '.join('12'[:max_ndim])} dimensions, got "
            f"{type(waveform).__name__} of shape {np.shape(waveform)}."
        )
    with np.errstate(over="ignore"), sums_may_overflow():
        return check_array(waveform, dtype=np.float32, ensure_2d=False, input_name=name, order="C")
