"""The model that several commands read."""

from pathlib import Path

import rich_click as click

model_argument = click.argument(
    "model",
    type=click.Path(exists=True, dir_okay=False),
    help="File that `skgenre train` has written.",
)
model_or_onnx_argument = click.argument(
    "model",
    type=click.Path(exists=True, dir_okay=False),
    help="File that `skgenre train` or `skgenre export` has written.",
)


def load_song_classifier(path):
    """Load a model of songs.

    Parameters
    ----------
    path : str
        The model.

    Returns
    -------
    classifier : SongClassifier
        The classifier.

    Raises
    ------
    ValueError
        If it is a model of anything else.
    """
    from skgenre.cli._greeting import load_tensorflow
    from skgenre.persistence._loading import read_checked
    from skgenre.persistence._saving import load
    from skgenre.songs._song_classifier import SongClassifier

    # A file that cannot be loaded is refused before TensorFlow is loaded.
    read_checked(path)
    load_tensorflow()
    classifier = load(path)
    if not isinstance(classifier, SongClassifier):
        raise ValueError(f"{path!r} holds a {type(classifier).__name__}, not a SongClassifier.")
    return classifier


def load_songs_or_onnx(path):
    """Load a model of songs, or make one of an ONNX model.

    Parameters
    ----------
    path : str
        The model. That of an ONNX model ends in ".onnx".

    Returns
    -------
    classifier : SongClassifier
        The classifier.

    Raises
    ------
    ValueError
        If it is a model of anything else.
    """
    if Path(path).suffix.lower() != ".onnx":
        return load_song_classifier(path)

    from skgenre.onnx_runtime._classifier import load_onnx
    from skgenre.songs._onnx_songs import song_classifier_of

    return song_classifier_of(load_onnx(path))
