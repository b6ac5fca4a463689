"""What it costs to shuffle some chunks at a time instead of all rows."""

from statistics import mean
from unittest.mock import patch

import numpy as np
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict

from skgenre import CNNGenreClassifier
from skgenre._arrays import chunked
from skgenre._engine import feeding
from skgenre.datasets import load_genre_excerpts
from tests.benchmarks import rivals
from tests.benchmarks.table import Row
from tests.benchmarks.timing import NOT_INSTALLED, announce

FULL = "all rows shuffled"
# As in sets that are too large for memory: most are a few pieces of a whole, a quarter is there.
ROWS_PER_CHUNK, ROWS_TOGETHER = 16, 256


def shuffle(sizes):
    """Balanced accuracy on songs that were not learned, by either way to shuffle."""
    what = (
        f"balanced accuracy, classical or rock, 4 folds by song, mean of {sizes.shuffle_seeds} "
        f"seeds: {ROWS_PER_CHUNK} rows a chunk, {ROWS_TOGETHER} shuffled together"
    )
    if not rivals.installed("dask"):
        return [Row("shuffle", what, FULL, NOT_INSTALLED, NOT_INSTALLED)]
    music = load_genre_excerpts(("classical", "rock"))
    ours, theirs = [], []
    for seed in range(sizes.shuffle_seeds):
        theirs.append(_score(CNNGenreClassifier, music, seed, sizes.shuffle_epochs))
        ours.append(_score(_ByChunks, music, seed, sizes.shuffle_epochs))
        announce(f"  seed {seed}: {ours[-1]:.3g} % by chunks, {theirs[-1]:.3g} % {FULL}")
    row = Row("shuffle", what, FULL, mean(ours), mean(theirs), unit="%", with_ratio=False)
    return [row]


def _score(maker, music, seed, epochs):
    classifier = maker(class_weight="balanced", epochs=epochs, random_state=seed)
    predicted = cross_val_predict(
        rivals.pipeline(classifier),
        music.data,
        music.target,
        groups=music.groups,
        cv=StratifiedGroupKFold(4),
    )
    return 100 * balanced_accuracy_score(music.target, predicted)


class _ByChunks(CNNGenreClassifier):
    """Learns from chunks of a set as if it were too large for memory."""

    def fit(self, X, y):
        import dask.array

        row = X[:1].nbytes / 2**20
        with (
            patch.object(feeding, "RESIDENT_MIB", 0),
            patch.object(chunked, "READ_MIB", ROWS_PER_CHUNK * row),
            patch.object(chunked, "KEPT_MIB", ROWS_TOGETHER * row),
        ):
            return super().fit(dask.array.from_array(np.asarray(X), chunks=(ROWS_PER_CHUNK, -1)), y)
