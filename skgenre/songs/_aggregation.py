"""From the probabilities of a song's excerpts to those of the song."""

import numpy as np

AGGREGATES = ("mean", "geometric_mean", "vote", "max")
# One less than this is one in float32: what is beside it is not known to be impossible.
_SMALLEST = np.finfo(np.float32).eps


def aggregate_excerpts(classifier, probabilities):
    """Aggregate the probabilities of a song's excerpts.

    Parameters
    ----------
    classifier : SongClassifier
        Fitted. Its `aggregate` and its `temperature_` decide how.
    probabilities : ndarray of shape (n_excerpts, n_classes)
        Probabilities of the excerpts.

    Returns
    -------
    probabilities : ndarray of shape (n_classes,)
        Probabilities of the song; the shares of the classes in training, if it has no excerpts.
    """
    if not len(probabilities):
        return classifier.class_prior_
    of_song = aggregate(probabilities, classifier.aggregate)
    # Files of former versions have none.
    return at_temperature(of_song, getattr(classifier, "temperature_", 1))


def aggregate(probabilities, how):
    """Aggregate probabilities of excerpts, before a song's are calibrated.

    Parameters
    ----------
    probabilities : ndarray of shape (n_excerpts, n_classes)
        One excerpt at least.
    how : {"mean", "geometric_mean", "vote", "max"}
        As `SongClassifier` describes it.

    Returns
    -------
    probabilities : ndarray of shape (n_classes,)
        They sum to one.
    """
    if how == "mean":
        return probabilities.mean(axis=0)
    if how == "geometric_mean":
        return _softmax(_log(probabilities).mean(axis=0))
    if how == "max":
        greatest = probabilities.max(axis=0)
        return greatest / greatest.sum()
    votes = np.bincount(probabilities.argmax(axis=1), minlength=probabilities.shape[1])
    return votes / len(probabilities)


def at_temperature(probabilities, temperature):
    """Divide the logarithms of probabilities by a temperature; their order stays the same.

    Parameters
    ----------
    probabilities : ndarray of shape (..., n_classes)
        Each row sums to one.
    temperature : float
        Above 1 they become less sure, below 1 surer.

    Returns
    -------
    probabilities : ndarray of shape (..., n_classes)
        The same array where the temperature is 1.
    """
    if temperature == 1:
        return probabilities
    return _softmax(_log(probabilities) / temperature)


def _log(probabilities):
    return np.log(np.maximum(probabilities, _SMALLEST, dtype=np.float64))


def _softmax(logarithms):
    # It takes a third of a second to load, which `skgenre demo` does without.
    from scipy.special import softmax

    return softmax(logarithms, axis=-1)
