"""Training: epochs, small fits again and again, and grid searches."""

from functools import partial
from itertools import count, islice, product

import numpy as np
from joblib.externals.loky import get_reusable_executor
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold

from skgenre.datasets import make_genre_excerpts
from tests.benchmarks import epochs, rivals
from tests.benchmarks.table import versus
from tests.benchmarks.timing import announce, medians, seconds

EXCERPTS_PER_SONG = 4


def excerpts(n_samples, n_timesteps):
    """Made-up excerpts of two classes, float32."""
    return make_genre_excerpts(n_samples, n_timesteps=n_timesteps, random_state=0)


def fit(sizes):
    """Seconds per epoch."""
    announce(f"  {rivals.AEON_DIFFERS}")
    X, y = excerpts(sizes.fit_excerpts, sizes.n_timesteps)
    ready = {
        # The inner partial is what has its turns, the outer one makes it ready.
        name: partial(partial, contender, X, y)
        for name, contender in epochs.CONTENDERS.items()
    }
    what = f"fit, one epoch of {sizes.fit_excerpts:,} x {sizes.n_timesteps:,}"
    return versus("fit", what, medians(ready, sizes.repeats))


def refit(sizes):
    """Seconds of a small fit in a process that has done one before."""
    data = excerpts(sizes.refit_excerpts, sizes.n_timesteps)
    ready = {
        rivals.OURS: partial(_warm_fits, rivals.ours(), data, sizes.refits),
        "scikeras": partial(_warm_fits, rivals.scikeras(), data, sizes.refits),
    }
    what = f"second and later fit of {sizes.refit_excerpts} x {sizes.n_timesteps:,}, 1 epoch"
    return versus("refit", what, medians(ready, sizes.repeats))


def _warm_fits(classifier, data, calls):
    def fit_anew():
        clone(classifier).fit(*data)

    fit_anew()
    return partial(seconds, fit_anew, calls)


def grid(sizes):
    """Seconds of a grid search over kernel sizes by song-disjoint folds."""
    return [row for n_jobs in (1, 2) for row in _grid(sizes, n_jobs)]


def _grid(sizes, n_jobs):
    ready = {
        rivals.OURS: partial(
            _searches, rivals.ours(epochs=sizes.grid_epochs), "kernel_sizes", sizes, n_jobs
        ),
        "scikeras": partial(
            _searches,
            rivals.scikeras(epochs=sizes.grid_epochs),
            "model__kernel_sizes",
            sizes,
            n_jobs,
        ),
    }
    what = (
        f"grid of {sizes.grid_candidates} x {sizes.grid_folds} folds and refit, "
        f"{sizes.grid_excerpts:,} excerpts, epochs={sizes.grid_epochs}, n_jobs={n_jobs}"
    )
    return versus(f"grid, n_jobs={n_jobs}", what, medians(ready, sizes.repeats))


def _searches(classifier, parameter, sizes, n_jobs):
    X, y = excerpts(sizes.grid_excerpts, sizes.n_timesteps)
    # Folds as a list: scikeras' classifier is none to scikit-learn, it would not be stratified.
    folds = list(StratifiedGroupKFold(sizes.grid_folds).split(X, y, _songs(y)))
    rounds = count(20 * n_jobs)

    def search():
        candidates = {parameter: kernel_candidates(next(rounds), sizes.grid_candidates)}
        options = {"cv": folds, "n_jobs": n_jobs, "error_score": "raise"}
        return GridSearchCV(classifier, candidates, **options).fit(X, y)

    def run():
        stop_workers()
        return seconds(search)

    return run


def _songs(y):
    """Number songs of a few excerpts each, all of one class."""
    songs = np.empty(len(y), dtype=int)
    for label in (0, 1):
        rows = np.flatnonzero(y == label)
        songs[rows] = 2 * (np.arange(len(rows)) // EXCERPTS_PER_SONG) + label
    return songs


def kernel_candidates(round_number, n_candidates):
    """Near relatives of the lesson's kernel sizes that no other round has.

    Networks that an earlier round compiled in this process would make later ones look faster
    than anybody's first search is.
    """
    relatives = product(range(31, 15, -2), range(31, 15, -2), (15, 13, 11, 9), (15,))
    first = round_number * n_candidates
    return list(islice(relatives, first, first + n_candidates))


def stop_workers():
    """Let every turn pay for the start of its workers."""
    get_reusable_executor().shutdown(wait=True)
