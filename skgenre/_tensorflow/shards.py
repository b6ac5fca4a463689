"""What networks compute on: a GPU, or the cores of a processor.

On a processor TensorFlow shares each operation among its threads and sums in an order that
depends on how many there are; training makes large differences of small ones. Here a batch is
cut into shards instead, each shard is computed by one thread, and the shards are added up in
their order: the same bits on any number of threads, with less time lost between operations.
"""

import tensorflow as tf

# Sizes differ between training and prediction, each for a reason of its own. They decide the order
# of sums: whoever makes two of them one changes the bits of every network.

# Threads that a training batch can keep busy, and the rows that are worth a thread: with fewer, the
# cost of a shard outweighs the gain of another thread.
SHARDS_PER_TRAINING_BATCH = 4
ROWS_PER_TRAINING_SHARD = 8
# A thread's share of a prediction. Matrix products work on a few rows at a time and sum the rows
# that are left over in another order. With whole multiples of 24 an excerpt's probabilities do
# not depend, to the last bit, on its place among the others.
ROWS_PER_PREDICTION_SHARD = 24
# Bounds the memory that a prediction's activations take.
ROWS_PER_PREDICTION_CALL = 20 * ROWS_PER_PREDICTION_SHARD
# Rows of a validation set that are scored in one call.
ROWS_PER_SCORING_CALL = 512


def has_gpu():
    """Return whether networks run on a GPU."""
    return bool(tf.config.list_logical_devices("GPU"))


def map_shards(function, bounds):
    """Call a function for each shard of some rows, within a traced function.

    On a GPU, which is better served with all rows at once, there is one shard.

    Parameters
    ----------
    function : callable
        Takes the first row of a shard and the first one behind it, returns a tuple of tensors.
    bounds : tensor of shape (n_shards + 1,), int32
        Rows where shards begin and end.

    Returns
    -------
    outputs : list of tensor
        The function's outputs, those of the shards stacked along a new first axis.
    """
    if has_gpu():  # pragma: no cover  (tests run without a GPU)
        return [output[tf.newaxis] for output in function(bounds[0], bounds[-1])]
    row = tf.TensorSpec((), tf.int32)
    program = tf.function(function, autograph=False).get_concrete_function(row, row)
    # The one operation that both runs a function for several rows at once and lets each of
    # them have one thread.
    return tf.raw_ops.MapDefun(
        arguments=[bounds[:-1], bounds[1:]],
        captured_inputs=program.captured_inputs,
        output_types=program.output_dtypes,
        output_shapes=program.output_shapes,
        f=program,
        max_intra_op_parallelism=1,
    )


def map_rows(function, arrays, rows_per_shard):
    """Send rows through a function of rows, shard by shard, within a traced function.

    Parameters
    ----------
    function : callable
        Takes tensors of some rows and returns one of as many rows.
    arrays : list of tensor of shape (n_rows, ...)
        Rows, one tensor for each argument of the function. Below the last shard, zeros fill it up.
    rows_per_shard : int or tensor
        Rows that one thread takes at once.

    Returns
    -------
    outputs : tensor of shape (n_rows, ...)
        What became of the rows.
    """
    n_rows = tf.shape(arrays[0])[0]
    n_shards = -(-n_rows // rows_per_shard)
    filling = n_shards * rows_per_shard - n_rows
    arrays = [tf.pad(array, [(0, filling)] + [(0, 0)] * (len(array.shape) - 1)) for array in arrays]
    bounds = tf.range(n_shards + 1) * rows_per_shard
    [outputs] = map_shards(
        lambda first, end: (function(*(array[first:end] for array in arrays)),), bounds
    )
    return tf.reshape(outputs, (-1, *outputs.shape[2:]))[:n_rows]


def on_one_thread(function):
    """Call a function of no arguments so that no operation of it is shared among threads."""
    return [output[0] for output in map_shards(lambda first, end: function(), [0, 1])]
