"""From the probabilities of a song's excerpts to those of the song."""

import numpy as np


def aggregate_excerpts(classifier, probabilities):
    """Aggregate the probabilities of a song's excerpts.

    Parameters
    ----------
    classifier : SongClassifier
        Fitted. Its `aggregate` decides how.
    probabilities : ndarray of shape (n_excerpts, n_classes)
        Probabilities of the excerpts.

    Returns
    -------
    probabilities : ndarray of shape (n_classes,)
        Probabilities of the song; the shares of the classes in training, if it has no excerpts.
    """
    if not len(probabilities):
        return classifier.class_prior_
    if classifier.aggregate == "mean":
        return probabilities.mean(axis=0)
    if classifier.aggregate == "max":
        greatest = probabilities.max(axis=0)
        return greatest / greatest.sum()
    votes = np.bincount(probabilities.argmax(axis=1), minlength=len(classifier.classes_))
    return votes / len(probabilities)
