"""A classifier of songs around an ONNX model that classifies their excerpts."""

from skgenre._sklearn.private import check_parameters
from skgenre.songs._song_classifier import SongClassifier


def song_classifier_of(model):
    """Make a fitted classifier of songs, as the one from which an ONNX model was exported.

    Parameters
    ----------
    model : ONNXClassifier
        A classifier of excerpts, with the settings for songs in its file.

    Returns
    -------
    classifier : SongClassifier
        It predicts as the exported one does.

    Raises
    ------
    ValueError
        If the settings in the file are not those of a classifier of songs.
    """
    settings = {"excerpt_seconds": model.n_features_in_ / model.sample_rate, **model.song_settings}
    classifier = SongClassifier(sample_rate=model.sample_rate, **settings)
    check_parameters(classifier)
    classifier.estimator_, classifier.classes_ = model, model.classes_
    classifier.class_prior_, classifier.temperature_ = model.class_prior_, model.temperature_
    classifier.sample_rate_ = model.sample_rate
    return classifier
