"""What goes into a training and what comes out of it."""

from dataclasses import dataclass
from typing import NamedTuple

import keras
import numpy as np

from skgenre._engine.architecture import Architecture
from skgenre._sklearn.callbacks import EpochTasks


class State(NamedTuple):
    """What training changes: a network's packed weights and its optimizer's slots."""

    weights: np.ndarray
    slots: list | None = None
    # None where an older version has not recorded them.
    slot_names: list | None = None


@dataclass
class Schedule:
    """How long a training lasts, in which order it visits the rows, and who watches."""

    epochs: int
    batch_size: int
    seed: int
    first_epoch: int
    callbacks: list
    patience: int | None
    verbose: int
    tasks: EpochTasks

    def rng(self, epoch):
        """Make what decides an epoch's order, which depends on the seed and its number alone."""
        return np.random.default_rng([self.seed, self.first_epoch + epoch])


def join_histories(earlier, later):
    """Append epochs to a history; NaN stands where an epoch has no value of a name."""
    n_earlier, n_later = len(earlier["loss"]), len(later["loss"])
    return {
        name: earlier.get(name, [np.nan] * n_earlier) + later.get(name, [np.nan] * n_later)
        for name in {**earlier, **later}
    }


class Recipe(NamedTuple):
    """What is trained, and towards what."""

    architecture: Architecture
    loss: object
    optimizer: keras.optimizers.Optimizer
