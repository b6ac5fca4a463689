"""Searches and predictions on clusters of dask, started on this machine."""

from contextlib import ExitStack
from functools import partial
from importlib import import_module
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from joblib import parallel_config
from sklearn.model_selection import GridSearchCV, StratifiedKFold

import skgenre
from tests.benchmarks import epochs, rivals
from tests.benchmarks.fitting import excerpts
from tests.benchmarks.resident import PeakMemory
from tests.benchmarks.table import Row, versus
from tests.benchmarks.timing import NOT_INSTALLED, announce, medians, seconds

ONE, TWO = "dask, 1 worker x 1 thread", "dask, 2 workers x 1 thread"
LOKY = "loky, 2 processes x 1 thread"
TASKS = 2000
SENT_MB = 100


def cluster(sizes):
    """Seconds of a grid search on one worker and on two, beside as many processes of loky."""
    what = (
        f"grid of 8 x {sizes.grid_folds} folds, {sizes.grid_excerpts:,} excerpts, "
        f"epochs={sizes.grid_epochs}: {TWO}, without dask's profiler"
    )
    if not rivals.installed("dask"):
        return [Row("cluster", what, ONE, NOT_INSTALLED, NOT_INSTALLED)]
    with ExitStack() as started:
        clients = [started.enter_context(_workers(number)) for number in (1, 2)]
        search = partial(_search, sizes)
        calls = {
            # With one core in a cluster joblib would search in this process instead.
            ONE: lambda: clients[0].submit(search, pure=False).result(),
            TWO: partial(_within, partial(parallel_config, "dask", client=clients[1]), search),
            LOKY: partial(
                _within, partial(parallel_config, "loky", n_jobs=2, inner_max_num_threads=1), search
            ),
        }
        ready = {name: partial(_warm, call) for name, call in calls.items()}
        taken = medians(ready, sizes.repeats)
    to_one, to_loky = versus("cluster", what, taken, TWO)
    return [to_one, to_loky._replace(ours_over_rival=True)]


def _workers(number):
    import dask

    # What is set before distributed brings its own configuration along would be lost with it.
    import_module("distributed")
    # It looks at the workers' stacks 100 times a second, which costs where all cores are busy.
    with dask.config.set({"distributed.worker.profile.enabled": False}):
        return skgenre.dask.connect(
            n_workers=number,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",
            set_as_default=False,
        )


def _search(sizes):
    X, y = excerpts(sizes.grid_excerpts, sizes.n_timesteps)
    grid = {
        "kernel_sizes": [(31, 31, 15, 15), (21, 21, 9, 9)],
        "learning_rate": [0.0005, 0.001, 0.002, 0.004],
    }
    GridSearchCV(
        rivals.ours(epochs=sizes.grid_epochs),
        grid,
        cv=StratifiedKFold(sizes.grid_folds),
        refit=False,
        error_score="raise",
    ).fit(X, y)


def _within(context, search):
    with context():
        search()


def _warm(call):
    # The first search loads TensorFlow on each worker and compiles there, as it does once.
    call()
    return partial(seconds, call)


def cluster_costs(sizes):
    """What the arithmetic of large clusters starts from."""
    what = {
        "fit": f"epoch of {sizes.fit_excerpts:,} x {sizes.n_timesteps:,} on a worker of 1 thread",
        "fit here": "the same epoch in this process, which has all cores",
        "predict": f"predict {sizes.predict_excerpts:,} excerpts on a worker of 1 thread",
        "start": "start of a worker, to the end of its first small fit",
        "task": f"{TASKS:,} tasks that do nothing, 1 worker",
        "send": f"{SENT_MB} MB scattered to a worker",
    }
    if not rivals.installed("dask"):
        return [Row("cluster costs", text, "", NOT_INSTALLED) for text in what.values()]
    taken = {name: [] for name in what}
    for _ in range(sizes.repeats):
        started = perf_counter()
        with _workers(1) as client:
            client.submit(_fit, 64, sizes.n_timesteps).result()
            taken["start"].append(perf_counter() - started)
            taken["fit"].append(client.submit(_fit, sizes.fit_excerpts, sizes.n_timesteps).result())
            taken["fit here"].append(_fit(sizes.fit_excerpts, sizes.n_timesteps))
            taken["predict"].append(
                client.submit(_predict, sizes.predict_excerpts, sizes.n_timesteps).result()
            )
            taken["task"] += seconds(lambda: client.gather(client.map(abs, range(TASKS))))
            taken["send"] += seconds(lambda: _send(client, np.ones(SENT_MB * 125_000)))
    return [Row("cluster costs", what[name], "", median(taken[name])) for name in what]


def _send(client, array):
    # What comes back is small, and says that all has arrived.
    client.submit(len, client.scatter(array, hash=False)).result()


def _fit(n_samples, n_timesteps):
    """Seconds of the second epoch."""
    return epochs.ours(*excerpts(n_samples, n_timesteps))[0]


def _predict(n_samples, n_timesteps):
    X, y = excerpts(n_samples, n_timesteps)
    classifier = rivals.ours().fit(X[:64], y[:64])
    classifier.predict_proba(X)
    (taken,) = seconds(lambda: classifier.predict_proba(X))
    return taken


def cluster_memory(sizes):
    """Most memory that workers take to predict a large file."""
    gigabytes = sizes.memmap_gigabytes
    what = f"predict a file of {gigabytes:g} GB, {TWO}"
    if not rivals.installed("dask"):
        return [Row("cluster, memory", what, "", NOT_INSTALLED)]
    pipe = rivals.pipeline(rivals.ours()).fit(*excerpts(32, sizes.n_timesteps))
    with TemporaryDirectory() as folder, _workers(2) as client:
        path = Path(folder) / "excerpts.npy"
        n_samples = int(gigabytes * 1e9 / (4 * sizes.n_timesteps))
        X = np.lib.format.open_memmap(path, "w+", np.float32, (n_samples, sizes.n_timesteps))
        X[:32] = excerpts(32, sizes.n_timesteps)[0]
        X.flush()
        lazy = skgenre.dask.predict_proba(pipe, skgenre.dask.open_excerpts(path))
        announce("  the first rows, so that workers have loaded what they need")
        client.compute([lazy[:32], lazy[-32:]], sync=True)
        client.run(_watch)
        with PeakMemory() as here:
            idle = here.resident
            (taken,) = seconds(lambda: client.compute(lazy, sync=True))
        peaks = client.run(_stop_watching).values()
    return [
        Row("cluster, memory", f"{what}: peak of a worker over idle", "", max(peaks), unit="MB"),
        Row(
            "cluster, memory here",
            f"{what}: peak of scheduler and client over idle",
            "",
            here.resident - idle,
            unit="MB",
        ),
        Row("cluster, memory, seconds", what, "", taken),
    ]


_watched = []


def _watch():
    peak = PeakMemory()
    _watched[:] = [(peak, peak.resident)]
    peak.__enter__()


def _stop_watching():
    [(peak, idle)] = _watched
    peak.__exit__()
    return peak.resident - idle
