"""What goes into a training and what comes out of it."""

from dataclasses import dataclass
from typing import NamedTuple

import keras
import numpy as np

from skgenre._engine.architecture import Architecture
from skgenre._sklearn.callbacks import EpochTasks

# Share of a training's steps over which the learning rate rises.
WARM_UP = 1 / 20


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
    # Whether the learning rate rises at first and then falls to zero; it is constant otherwise.
    warms_up_and_cools_down: bool = False

    def rng(self, epoch):
        """Make what decides an epoch's order, which depends on the seed and its number alone."""
        return np.random.default_rng([self.seed, self.first_epoch + epoch])

    def learning_rate_shares(self, epoch, n_steps):
        """Compute the share of the learning rate that each of an epoch's steps has.

        It rises along a line over the first twentieth of all steps, and falls along half a
        cosine over the others.

        References
        ----------
        Loshchilov and Hutter, "SGDR: Stochastic gradient descent with warm restarts", ICLR 2017.
        """
        if not self.warms_up_and_cools_down:
            return np.ones(n_steps, np.float32)
        done = (np.arange(n_steps) + 0.5 + epoch * n_steps) / (self.epochs * n_steps)
        rising = done / WARM_UP
        falling = (1 + np.cos(np.pi * (done - WARM_UP) / (1 - WARM_UP))) / 2
        return np.where(done < WARM_UP, rising, falling).astype(np.float32)


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
