"""A classifier of excerpts fitted on those of many songs."""

import numpy as np

from skgenre._sklearn.fit_metadata import fit_with_metadata


def fit_on_excerpts(estimator, excerpts, labels, song_weight):
    """Fit a classifier of excerpts; what learns in it is given weights and groups.

    Parameters
    ----------
    estimator : estimator
        A clone.
    excerpts : GatheredExcerpts
        What to learn.
    labels : SongLabels
        Labels of the songs.
    song_weight : {"equal", "length"}
        As `SongClassifier` describes it.

    Returns
    -------
    estimator : estimator
        The fitted one.
    """
    song = excerpts.songs
    weights = labels.weights
    if song_weight == "equal":
        usual = np.average(excerpts.counts, weights=weights)
        weights = weights * usual / np.maximum(excerpts.counts, 1)
    metadata = {"groups": labels.groups[song]}
    # Where all weigh the same, estimators without weights will do.
    if np.ptp(weights[song]) > 0:
        metadata["sample_weight"] = weights[song]
    return fit_with_metadata(estimator, excerpts.X, labels.y[song], metadata)
