"""A model of the music that comes with the package."""

import numpy as np

from skgenre.datasets._shipped_arrays import DATA, read_arrays
from skgenre.datasets._sources import AMPLITUDE_ONE, SECTOID, SOURCES
from skgenre.onnx_runtime._classifier import ONNXClassifier

DEMO_MODEL = DATA / "demo_model.onnx"
# Of classical and electronic songs only some of the excerpts are there.
DEMO_SONG = "Sectoid - Feelings"


def load_demo_model() -> ONNXClassifier:
    """Load a model of the three genres of the music that comes with the package.

    ==================   ==============================================
    Genres               classical, electronic, rock
    Trained on           all songs of :func:`load_genre_excerpts`
    Excerpt              1,200 samples: 3 seconds, mono, 400 Hz
    Size                 less than 1 MB
    ==================   ==============================================

    It is there to be tried at once, before there is music of your own, and it runs without
    TensorFlow. All of the shipped music was its training set: how well it answers there says
    nothing of other songs. ``python -m skgenre.datasets._build_demo_model`` trains it again.

    Returns
    -------
    :class:`~skgenre.onnx_runtime.ONNXClassifier`
        Predicts excerpts, as what :func:`skgenre.load_onnx` returns.

    Raises
    ------
    ModuleNotFoundError
        If onnx or ONNX Runtime is not installed (``pip install 'skgenre[onnx]'``).

    See Also
    --------
    load_genre_excerpts : What it was trained on.
    skgenre.load_onnx : Load a model of your own.

    Examples
    --------
    >>> from skgenre.datasets import load_demo_model, load_genre_excerpts
    >>> model = load_demo_model()
    >>> model
    ONNXClassifier(classes=['classical', 'electronic', 'rock'], n_timesteps=1200, sample_rate=400)
    >>> rock = load_genre_excerpts(("rock",)).data
    >>> bool((model.predict(rock) == "rock").mean() > 0.9)
    True
    """
    return ONNXClassifier(DEMO_MODEL.read_bytes())


def count_demo_songs():
    """Return how many songs the model was trained on."""
    return sum(len(source.songs) for source in SOURCES)


def load_demo_song():
    """Load a song that comes with the package from its beginning to its end.

    Returns
    -------
    name : str
        "Artist - Title".
    waveform : ndarray of shape (n_samples,), float32
        Amplitudes at 400 Hz.
    """
    arrays = read_arrays(SECTOID)
    names = arrays["song_names"].tolist()
    excerpts = arrays["excerpts"][arrays["songs"] == names.index(DEMO_SONG)]
    return DEMO_SONG, excerpts.ravel() / np.float32(AMPLITUDE_ONE)
