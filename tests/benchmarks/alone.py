"""What a fresh process does by itself: ``python -m tests.benchmarks.alone JOB ARGUMENTS``.

The last line of its output is the result as JSON, as `tests.benchmarks.fresh` reads it.
"""

import json
import sys
from contextlib import suppress
from tempfile import TemporaryDirectory

import numpy as np

from tests.benchmarks import rivals
from tests.benchmarks.fitting import excerpts
from tests.benchmarks.resident import PeakMemory, anonymous, resident
from tests.benchmarks.timing import seconds


def memory_by_fit(maker, n_fits, n_samples, n_timesteps):
    """Resident memory after each of some fits."""
    X, y = excerpts(n_samples, n_timesteps)
    after = []
    for _ in range(n_fits):
        getattr(rivals, maker)().fit(X, y)
        after.append(resident())
    return after


def checks(maker, at_most):
    """Seconds of scikit-learn's checks, all of them unless there is a limit."""
    from sklearn.utils.estimator_checks import check_estimator

    estimator = getattr(rivals, maker)()
    statuses = []

    def count(estimator, check_name, exception, status, **_):
        statuses.append(status)
        if len(statuses) == at_most:
            raise _EnoughError

    def check_all():
        with suppress(_EnoughError):
            check_estimator(estimator, on_skip=None, on_fail=None, callback=count)

    (taken,) = seconds(check_all)
    return {"seconds": taken, "n_checks": len(statuses), "n_failed": statuses.count("failed")}


class _EnoughError(Exception):
    pass


def memmap(gigabytes, n_timesteps):
    """Most memory that training on a mapped file takes, beyond that of the idle process."""
    classifier = rivals.ours(
        filters=(4, 4), kernel_sizes=9, strides=(8, 4), dense_units=4, batch_size=256
    )
    idle, idle_anonymous = resident(), anonymous()
    with TemporaryDirectory() as folder:
        X = _sparse_excerpts(f"{folder}/excerpts", gigabytes, n_timesteps)
        y = np.arange(len(X)) % 2
        with PeakMemory() as peak:
            (taken,) = seconds(lambda: classifier.fit(X, y))
    return {
        "resident": peak.resident - idle,
        "anonymous": peak.anonymous - idle_anonymous,
        "seconds": taken,
    }


def _sparse_excerpts(path, gigabytes, n_timesteps):
    """Map a new file of which all but a few rows are holes."""
    n_samples = int(gigabytes * 1e9 / (4 * n_timesteps))
    X = np.memmap(path, np.float32, "w+", shape=(n_samples, n_timesteps))
    X[:32] = excerpts(32, n_timesteps)[0]
    X.flush()
    return X


if __name__ == "__main__":
    job, arguments = sys.argv[1:]
    print(json.dumps(globals()[job](**json.loads(arguments))))
