"""A model of the music that comes with the package."""

from typing import TYPE_CHECKING

import numpy as np

from skgenre.datasets._shipped_arrays import DATA, read_arrays
from skgenre.datasets._sources import AMPLITUDE_ONE, SECTOID, SOURCES
from skgenre.onnx_runtime._classifier import ONNXClassifier

if TYPE_CHECKING:
    from skgenre.songs._song_classifier import SongClassifier

DEMO_MODEL = DATA / "demo_model.onnx"
# Of classical and electronic songs only some of the excerpts are there.
DEMO_SONG = "Sectoid - Feelings"


def load_demo_model() -> "SongClassifier":
    """Load a model of the three genres of the music that comes with the package.

    ==================   ==============================================
    Genres               classical, electronic, rock
    Trained on           all songs of :func:`load_genre_excerpts`
    Excerpt              1,200 samples: 3 seconds, mono, 400 Hz
    Size                 less than 1 MB
    ==================   ==============================================

    It is there to be tried at once, before there is music of your own:
    ``load_demo_model().predict(["song.mp3"])``. It runs without TensorFlow. All of the shipped
    music was its training set: how well it answers there says nothing of other songs, and it takes
    any song for one of its three genres. ``python -m skgenre.datasets._build_demo_model`` trains
    it again.

    Returns
    -------
    :class:`~skgenre.SongClassifier`
        It is fitted: it predicts songs, which are paths of sound files or waveforms at 400 Hz. Its
        `estimator_`, an :class:`~skgenre.onnx_runtime.ONNXClassifier`, predicts excerpts.

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
    >>> import numpy as np
    >>> from skgenre.datasets import load_demo_model, load_genre_excerpts
    >>> model = load_demo_model()
    >>> model.classes_
    array(['classical', 'electronic', 'rock'], dtype='<U10')
    >>> music = load_genre_excerpts(("classical", "rock"))
    >>> songs = [music.data[music.groups == number].ravel() for number in (0, 1)]
    >>> model.predict(songs) == music.target_names[0]
    array([ True,  True])
    >>> model.predict_proba(songs).shape
    (2, 3)
    """
    from skgenre.songs._onnx_songs import song_classifier_of

    return song_classifier_of(load_demo_network())


def load_demo_network():
    """Load the demo model's classifier of excerpts, with its settings for songs.

    It loads no scikit-learn.

    Returns
    -------
    model : ONNXClassifier
        As `load_onnx` returns it.
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
