"""Who is compared: functions of a rate in Hz and a seed."""

from sklearn.dummy import DummyClassifier
from sklearn.linear_model import RidgeClassifierCV
from sklearn.pipeline import make_pipeline

from skgenre import (
    CNNGenreClassifier,
    FilterbankGenreClassifier,
    MLPGenreClassifier,
    WaveformScaler,
)
from tests.benchmarks.hearing.mfcc import mfcc_and_svc
from tests.benchmarks.rivals import installed

OURS, LESSON, RECIPE, COMMONEST = "filterbank", "CNN", "MFCC + SVC", "commonest genre"
# They learn from samples, which at higher rates takes them hours.
AT_400_HZ = (LESSON, "MLP", "MiniRocket")
# Another seed of these gives the same, or takes long.
ONE_SEED = ("MLP", "MiniRocket", RECIPE, COMMONEST)
# Twice as many take MiniRocket's ridge more than ten times as long: minutes, in each fold.
MOST_FOR_ROCKET = 5000


def contenders(sample_rate, with_rocket=False):
    """List who is compared at a rate: functions of a seed, by name."""
    found = {
        OURS: lambda seed: FilterbankGenreClassifier(
            sample_rate=sample_rate, class_weight="balanced", random_state=seed
        ),
        LESSON: lambda seed: _scaled(CNNGenreClassifier, seed),
        "MLP": lambda seed: _scaled(MLPGenreClassifier, seed),
        RECIPE: lambda seed: mfcc_and_svc(sample_rate),
        "MiniRocket": _mini_rocket,
        COMMONEST: lambda seed: DummyClassifier(strategy="most_frequent"),
    }
    at_any_rate = {name: make for name, make in found.items() if name not in AT_400_HZ}
    if sample_rate != 400:
        return at_any_rate
    has_rocket = with_rocket and installed("aeon")
    return {name: make for name, make in found.items() if name != "MiniRocket" or has_rocket}


def _scaled(network, seed):
    return make_pipeline(WaveformScaler(), network(class_weight="balanced", random_state=seed))


def _mini_rocket(seed):
    from aeon.classification.convolution_based import MiniRocketClassifier

    ridge = RidgeClassifierCV(class_weight="balanced")
    rocket = MiniRocketClassifier(estimator=ridge, random_state=seed)
    return make_pipeline(WaveformScaler(), rocket)
