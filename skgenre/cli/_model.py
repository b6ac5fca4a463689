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


def load_songs(path):
    """Load what predicts songs, without TensorFlow and scikit-learn where the model permits.

    Parameters
    ----------
    path : str
        The model. That of an ONNX model ends in ".onnx".

    Returns
    -------
    predictor : SongPredictor or SongClassifier
        Takes waveforms.

    Raises
    ------
    ValueError
        If it is a model of anything else.
    """
    if Path(path).suffix.lower() == ".onnx":
        return _predictor_of_onnx(path)

    from skgenre.persistence._song_predictors import load_predictor

    return load_predictor(path) or load_song_classifier(path)


def _predictor_of_onnx(path):
    from skgenre.onnx_runtime._classifier import load_onnx
    from skgenre.songs._song_predictor import predictor_of_onnx

    model = load_onnx(path)
    try:
        return predictor_of_onnx(model)
    except ValueError:
        # scikit-learn says what is wrong with a parameter.
        from skgenre.songs._onnx_songs import song_classifier_of

        return song_classifier_of(model)
