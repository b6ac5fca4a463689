"""Results do not depend on how many threads compute them."""

import json

import pytest

from tests.helpers.interpreter import run_python

THREADS = [1, 3]

# The lesson's full size: TensorFlow leaves small operations to one thread in any case.
FITS = """
import hashlib, json, sys
import tensorflow as tf

n_threads = int(sys.argv[1])
tf.config.threading.set_intra_op_parallelism_threads(n_threads)
tf.config.threading.set_inter_op_parallelism_threads(n_threads)

from skgenre import CNNGenreClassifier, FilterbankGenreClassifier, MLPGenreClassifier
from skgenre.datasets import make_genre_excerpts

def compares_rows(targets, probabilities):
    return tf.reduce_mean((targets - probabilities) ** 2) + tf.math.reduce_std(probabilities)

# Batches of as many shards as there can be, so that there is something to share.
SETTINGS = {"epochs": 1, "batch_size": 32, "random_state": 0, "validation_fraction": 0.3}
CASES = {
    "default": (CNNGenreClassifier, 2, {}),
    "filterbank": (FilterbankGenreClassifier, 3, {}),
    "perceptron": (MLPGenreClassifier, 2, {}),
    "three classes": (CNNGenreClassifier, 3, {"loss": "categorical_crossentropy"}),
    "rows compared": (CNNGenreClassifier, 2, {"loss": compares_rows}),
    "norm over all": (CNNGenreClassifier, 2, {"optimizer__global_clipnorm": 0.01}),
    "norm of each": (CNNGenreClassifier, 2, {"optimizer": "lamb"}),
}
found = {}
for name, (classifier, n_classes, params) in CASES.items():
    X, y = make_genre_excerpts(72, n_classes=n_classes, random_state=0)
    fitted = classifier(**SETTINGS, **params).fit(X, y)
    arrays = [*fitted.model_.get_weights(), fitted.predict_proba(X), fitted.predict_proba(X[:1])]
    digests = [hashlib.sha256(array.tobytes()).hexdigest() for array in arrays]
    found[name] = [*digests, fitted.history_]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def fits():
    return [json.loads(run_python("-c", FITS, n_threads)) for n_threads in THREADS]


@pytest.mark.slow
@pytest.mark.parametrize(
    "case",
    [
        "default",
        "filterbank",
        "perceptron",
        "three classes",
        "rows compared",
        "norm over all",
        "norm of each",
    ],
)
def test_no_bit_depends_on_the_number_of_threads(fits, case):
    one, *more = (fit[case] for fit in fits)
    assert more == [one] * len(more)
