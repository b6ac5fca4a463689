"""How samples reach a training program: all at once, or block by block."""

import numpy as np
import tensorflow as tf

# Excerpts up to this size stay on the device while a network trains; of larger sets, which may be
# memory maps, one block at a time is there.
RESIDENT_MIB = 1024
BLOCK_MIB = 64


class Resident:
    """Feeds a training from tensors that hold all samples."""

    def __init__(self, samples):
        self.samples = samples
        self._tensors = [tf.convert_to_tensor(array) for array in samples.arrays()]

    def block(self, positions):
        return *self._tensors, positions


class Streamed:
    """Feeds a training with copies of the samples that are asked for."""

    def __init__(self, samples):
        self.samples = samples

    def block(self, positions):
        arrays = self.samples.take(positions).arrays()
        return *arrays, np.arange(len(positions), dtype=np.int32)


def feed(samples):
    """Choose how to feed a training with some samples, by their size."""
    return Resident(samples) if samples.nbytes <= RESIDENT_MIB * 2**20 else Streamed(samples)


def rows_per_block(samples):
    """Count the excerpts that fit into a block."""
    return int(BLOCK_MIB * 2**20 * len(samples) // samples.nbytes)
