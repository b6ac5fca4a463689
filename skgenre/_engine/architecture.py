"""What identifies a network."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

# Networks that a process keeps, and programs compiled for each; the least recently used goes first.
PROGRAMS_KEPT = 8


@dataclass(frozen=True)
class Architecture:
    """All that decides a network's shape; equal and hashable by value."""

    build: Callable
    n_timesteps: int
    n_outputs: int
    settings: tuple

    def build_model(self, seed=None):
        """Build the network, with weights from `seed`."""
        return self.build(self.n_timesteps, self.n_outputs, **dict(self.settings), seed=seed)


@lru_cache(maxsize=PROGRAMS_KEPT)
def blank_model(architecture):
    """Build a network for its layers and shapes, which many may look at and nobody changes."""
    return architecture.build_model(seed=0)
