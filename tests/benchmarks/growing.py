"""How time grows with the data, and shrinks with the number of processes."""

from functools import partial
from itertools import count

from joblib import Parallel, delayed

from tests.benchmarks import epochs, rivals
from tests.benchmarks.fitting import excerpts, kernel_candidates, stop_workers
from tests.benchmarks.table import Row
from tests.benchmarks.timing import medians, seconds


def growth(sizes):
    """Seconds by number of excerpts, of time steps and of candidates at once."""
    return _by_excerpts(sizes) + _by_timesteps(sizes) + _by_jobs(sizes)


def _by_excerpts(sizes):
    shapes = [(n, sizes.n_timesteps) for n in sizes.growth_excerpts]
    return _by_shape(shapes, sizes.repeats)


def _by_timesteps(sizes):
    shapes = [(sizes.growth_excerpts[0], n) for n in sizes.growth_timesteps]
    return _by_shape(shapes, sizes.repeats)


def _by_shape(shapes, repeats):
    ready = {
        f"one epoch of {n_samples:,} x {n_timesteps:,}": partial(
            partial, epochs.ours, *excerpts(n_samples, n_timesteps)
        )
        for n_samples, n_timesteps in shapes
    }
    return _beside_the_first(medians(ready, repeats))


def _by_jobs(sizes):
    ready = {
        f"fit of {sizes.grid_candidates} candidates, n_jobs={n_jobs}": partial(
            _candidates, sizes, n_jobs
        )
        for n_jobs in sizes.growth_jobs
    }
    return _beside_the_first(medians(ready, sizes.repeats))


def _candidates(sizes, n_jobs):
    X, y = excerpts(sizes.grid_excerpts, sizes.n_timesteps)
    rounds = count()

    def fit_all():
        candidates = kernel_candidates(next(rounds), sizes.grid_candidates)
        Parallel(n_jobs)(delayed(_fit)(sizes, kernels, X, y) for kernels in candidates)

    def run():
        stop_workers()
        return seconds(fit_all)

    return run


def _fit(sizes, kernel_sizes, X, y):
    rivals.ours(epochs=sizes.grid_epochs, kernel_sizes=kernel_sizes).fit(X, y)


def _beside_the_first(taken):
    (first, base), *others = taken.items()
    return [
        Row("growth", what, f"ours, {first}", value, base, ours_over_rival=True)
        for what, value in others
    ]
