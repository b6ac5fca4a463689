"""What identifies a network."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile

import keras

from skgenre._arrays.dtype import DTYPE
from skgenre._keras.layers import SideBySide

# Networks that a process keeps, and programs compiled for each; the least recently used goes first.
PROGRAMS_KEPT = 8


@dataclass(frozen=True)
class Architecture:
    """All that decides a network's shape; equal and hashable by value."""

    build: Callable
    n_timesteps: int
    n_outputs: int
    settings: tuple

    @property
    def input_shape(self):
        """Shape of one excerpt."""
        return (self.n_timesteps,)

    def build_model(self, seed=None):
        """Build the network, with weights from `seed`."""
        return self.build(self.n_timesteps, self.n_outputs, **dict(self.settings), seed=seed)


@dataclass(frozen=True)
class TrainedPart:
    """The layers of a network behind its front end, the leading layers that are not trained."""

    whole: Architecture

    @property
    def n_outputs(self):
        return self.whole.n_outputs

    @property
    def input_shape(self):
        """Shape of what the front end makes of one excerpt."""
        return tuple(front_end_layers(blank_model(self.whole))[-1].output.shape[1:])

    def build_model(self, seed=None):
        """Build these layers as a network of their own, with weights from `seed`."""
        model = self.whole.build_model(seed)
        layers = model.layers[len(front_end_layers(model)) :]
        shape = keras.Input(self.input_shape, dtype=DTYPE)
        return keras.Sequential([shape, *layers], name=model.name)


@dataclass(frozen=True)
class LeadingPart:
    """The first layers of a network: equal where they do the same, whatever is behind them."""

    whole: Architecture = field(compare=False)
    n_layers: int = field(compare=False)
    description: str

    @property
    def input_shape(self):
        """Shape of one excerpt."""
        return self.whole.input_shape

    def build_model(self, seed=None):
        """Build these layers as a network of their own, with weights from `seed`."""
        layers = self.whole.build_model(seed).layers[: self.n_layers]
        return keras.Sequential([keras.Input(self.input_shape, dtype=DTYPE), *layers])


@lru_cache(maxsize=3 * PROGRAMS_KEPT)
def leading_part(architecture, n_layers):
    """Return what comes first in a network."""
    layers = blank_model(architecture).layers[:n_layers]
    description = json.dumps([architecture.input_shape, *map(_describe, layers)])
    return LeadingPart(architecture, n_layers, description)


def _describe(layer):
    # What Keras has for branches would name their inputs by a number.
    if isinstance(layer, SideBySide):
        return [list(map(_describe, branch.layers)) for branch in layer.branches]
    return type(layer).__name__, layer.get_config()


def front_end_layers(model):
    """List the leading layers of a network that are not trained."""
    return list(takewhile(lambda layer: not layer.trainable, model.layers))


def trained_part(architecture):
    """Return what is trained of a network: all of it, where it has no front end."""
    has_front_end = front_end_layers(blank_model(architecture))
    return TrainedPart(architecture) if has_front_end else architecture


# A network with a front end has up to four parts besides.
@lru_cache(maxsize=5 * PROGRAMS_KEPT)
def blank_model(architecture):
    """Build a network for its layers and shapes, which many may look at and nobody changes."""
    return architecture.build_model(seed=0)
