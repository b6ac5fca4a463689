"""A service's first prediction: ``python -m tests.benchmarks.first_prediction LOADER FILE``.

It prints the most memory that the process has taken, in MB.
"""

import sys

import numpy as np

import skgenre
from tests.benchmarks.resident import most_resident

if __name__ == "__main__":
    loader, path = sys.argv[1:]
    classifier = getattr(skgenre, loader)(path)
    classifier.predict(np.zeros((1, classifier.n_features_in_), np.float32))
    print(most_resident())
