"""Waveforms cut into excerpts."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from skgenre._sklearn.private import AT_LEAST_ONE, StrOptions
from skgenre._sklearn.typed import validate_params
from skgenre._types import Excerpts, Int
from skgenre.audio._waveforms import N_TIMESTEPS, check_waveform


@validate_params(
    {
        "waveform": ["array-like"],
        "n_timesteps": [AT_LEAST_ONE],
        "hop": [AT_LEAST_ONE, None],
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
