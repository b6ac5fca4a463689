"""The model that several commands read."""

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
    from skgenre.persistence import load
    from skgenre.songs import SongClassifier

    load_tensorflow()
    classifier = load(path)
    if not isinstance(classifier, SongClassifier):
        raise ValueError(f"{path!r} holds a {type(classifier).__name__}, not a SongClassifier.")
    return classifier
