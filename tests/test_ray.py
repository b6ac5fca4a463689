"""Searches on Ray, by its backend for joblib."""

import json
import os

import pytest

from tests.helpers.interpreter import run_python

pytest.importorskip("ray", reason="Ray is an extra of its own")

# In a process of its own, as Ray changes the one that starts it.
SEARCH = """
import json
import joblib, ray
from ray.util.joblib import register_ray
from sklearn.model_selection import GridSearchCV

from skgenre.datasets import make_genre_excerpts
from tests.helpers.small_networks import small_cnn

X, y = make_genre_excerpts(120, n_timesteps=60, random_state=0)

def scores():
    grid = {"kernel_sizes": [(9, 5), (7, 3)]}
    options = {"cv": 3, "scoring": "neg_log_loss", "error_score": "raise", "n_jobs": 2}
    return GridSearchCV(small_cnn(), grid, **options).fit(X, y).cv_results_["mean_test_score"]

def threads():
    import tensorflow as tf
    small_cnn(epochs=1).fit(X, y)
    return tf.config.threading.get_intra_op_parallelism_threads()

ray.init(num_cpus=2, include_dashboard=False, _node_ip_address="127.0.0.1", log_to_driver=False)
register_ray()
with joblib.parallel_config("ray"):
    on_ray = scores().tolist()
    of_workers = joblib.Parallel(2)(joblib.delayed(threads)() for _ in range(2))
here = threads()
ray.shutdown()
with joblib.parallel_config("sequential"):
    print(json.dumps([on_ray, scores().tolist(), of_workers, here]))
"""


@pytest.mark.slow
def test_a_search_gives_the_same_on_ray(tmp_path, request):
    environment = {
        **os.environ,
        "RAY_USAGE_STATS_ENABLED": "0",
        # Ray leaves a token in the home folder.
        "HOME": str(tmp_path),
        "PYTHONPATH": str(request.config.rootpath),
    }
    printed = run_python("-c", SEARCH, env=environment, timeout=120)
    on_ray, here, of_workers, of_driver = json.loads(printed.splitlines()[-1])
    assert on_ray == here
    assert of_workers == [1, 1]
    assert of_driver == 0
