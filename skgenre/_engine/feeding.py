"""How excerpts reach a training program: all at once, or block by block."""

import numpy as np
import tensorflow as tf

from skgenre._arrays.chunked import ChunkedExcerpts

# Excerpts up to this size stay on the device while a network trains. Larger sets, which may be
# memory maps, are sent block by block; so are sets whose targets alone would fill a block.
RESIDENT_MIB = 1024
BLOCK_MIB = 64


class Resident:
    """Feeds a training from tensors that hold all excerpts."""

    def __init__(self, labelled):
        self.labelled = labelled
        self._tensors = [tf.convert_to_tensor(array) for array in labelled.arrays()]

    def order(self, rng):
        """Shuffle the positions of the excerpts."""
        return rng.permutation(len(self.labelled)).astype(np.int32)

    def block(self, positions):
        return *self._tensors, positions


class Streamed:
    """Feeds a training with copies of the excerpts that a block needs."""

    def __init__(self, labelled):
        self.labelled = labelled

    def order(self, rng):
        """Shuffle the positions of the excerpts, those of a chunked array some chunks at a time."""
        X, rows = self.labelled.X, self.labelled.rows
        return (
            X.shuffled(rows, rng) if isinstance(X, ChunkedExcerpts) else rng.permutation(len(rows))
        )

    def block(self, positions):
        arrays = self.labelled.take(positions).arrays()
        return *arrays, np.arange(len(positions), dtype=np.int32)


def feed(labelled):
    """Choose how to feed a training with some excerpts, by their size."""
    fits = labelled.nbytes <= RESIDENT_MIB * 2**20
    fits_with_targets = labelled.nbytes_of_targets <= BLOCK_MIB * 2**20
    return Resident(labelled) if fits and fits_with_targets else Streamed(labelled)


def rows_per_block(labelled):
    """Count the excerpts that fit into a block."""
    return int(BLOCK_MIB * 2**20 * len(labelled) // labelled.nbytes)
