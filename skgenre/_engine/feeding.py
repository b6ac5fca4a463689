"""How samples reach a training program: all at once, or block by block."""

import numpy as np
import tensorflow as tf

from skgenre._arrays.chunked import ChunkedExcerpts

# Excerpts up to this size stay on the device while a network trains; of larger sets, which may be
# memory maps, one block at a time is there. The same goes where the targets, which are made for
# training, alone fill more than a block.
RESIDENT_MIB = 1024
BLOCK_MIB = 64


class Resident:
    """Feeds a training from tensors that hold all samples."""

    def __init__(self, samples):
        self.samples = samples
        self._tensors = [tf.convert_to_tensor(array) for array in samples.arrays()]

    def order(self, rng):
        """Shuffle the positions of the samples."""
        return rng.permutation(len(self.samples)).astype(np.int32)

    def block(self, positions):
        return *self._tensors, positions


class Streamed:
    """Feeds a training with copies of the samples that are asked for."""

    def __init__(self, samples):
        self.samples = samples

    def order(self, rng):
        """Shuffle the positions of the samples, those of a chunked array some chunks at a time."""
        X, rows = self.samples.X, self.samples.rows
        return (
            X.shuffled(rows, rng) if isinstance(X, ChunkedExcerpts) else rng.permutation(len(rows))
        )

    def block(self, positions):
        arrays = self.samples.take(positions).arrays()
        return *arrays, np.arange(len(positions), dtype=np.int32)


def feed(samples):
    """Choose how to feed a training with some samples, by their size."""
    fits = samples.nbytes <= RESIDENT_MIB * 2**20
    fits_with_targets = samples.nbytes_of_targets <= BLOCK_MIB * 2**20
    return Resident(samples) if fits and fits_with_targets else Streamed(samples)


def rows_per_block(samples):
    """Count the excerpts that fit into a block."""
    return int(BLOCK_MIB * 2**20 * len(samples) // samples.nbytes)
