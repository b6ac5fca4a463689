"""A network on a filterbank: its parameters, and the network itself."""

from collections.abc import Sequence
from itertools import pairwise
from math import log2, sqrt
from numbers import Integral
from typing import TYPE_CHECKING

from skgenre._spectra import count_paces
from skgenre._types import Float, Int
from skgenre.networks._parameters import (
    Parameter,
    check_size,
    dense_parameters,
    layer_parameters,
)

if TYPE_CHECKING:
    import keras

# As many coefficients as a cepstrum has where music is described by one.
_MAPS = 20
# Ranges of frequencies in the modulation of each map: about as many as there are octaves.
_PACES = 6
# In the frames of one excerpt, or in the bands' shares of frequencies.
_MAX_NUMBERS = 50_000_000
# Longer frames would blur notes if the next one began as late as half a frame after them.
_LONG_FRAME_SECONDS = 0.1


def build_filterbank(
    n_timesteps: Int,
    n_outputs: Int = 1,
    *,
    sample_rate: Int = 400,
    window: Int | None = None,
    hop: Int | None = None,
    n_bands: Int = 40,
    filters: Sequence[Int] = (32,),
    kernel_sizes: Sequence[Int] = (5,),
    dense_units: Int = 64,
    dropout: Float = 0.3,
    level_noise: Float = 0.2,
    seed: Int | None = None,
) -> "keras.Model":
    """Build a network that hears the logarithm of power in bands, and pools it over time.

    The front end is fixed: frames, their power in mel bands, its logarithm, standardised. Behind
    it, side by side, linear maps of the bands that begin as a cepstrum, the bands themselves, and
    convolutions over time; of each, mean and deviation over time, and of the maps also how fast
    they change: their modulation spectrum. Behind the convolutions some frames count more than
    others, by attention. Then one dense layer, then the output: a sigmoid for one output, a
    softmax for more.

    Parameters
    ----------
    n_timesteps : int
        Samples in an excerpt, at least 1; one that is shorter than a frame is filled with zeros.
    n_outputs : int, default=1
        1 for two classes, otherwise the number of classes.
    sample_rate : int, default=400
        Samples per second, in Hz.
    window : int or None, default=None
        Samples of a frame. None means the power of two next to ``6.4 * sqrt(sample_rate)``: 128
        at 400 Hz, 512 at 8,000 Hz, 1,024 at 22,050 Hz.
    hop : int or None, default=None
        Samples between the beginnings of two frames. None means half a frame, and a quarter of
        one that lasts longer than 0.1 seconds.
    n_bands : int, default=40
        Mel bands.
    filters, kernel_sizes : tuple of int
        Settings of the convolutional layers, first layer first; tuples of equal length.
        Kernel sizes count frames.
    dense_units : int, default=64
        Width of the dense layer.
    dropout : float, default=0.3
        Share of the units that are dropped in training, before each dense layer.
    level_noise : float, default=0.2
        Standard deviation of what is added in training to all standardised bands of an excerpt.
    seed : int or None, default=None
        Seed of the initial weights; None takes fresh entropy from the operating system.

    Returns
    -------
    keras.Model
        Takes excerpts of shape (n_samples, n_timesteps), gives probabilities of shape
        (n_samples, n_outputs).

    Raises
    ------
    ValueError
        If `filters` and `kernel_sizes` are empty or differ in length, if the network would have
        more than 50 million parameters, or if the frames of an excerpt would take more than
        400 MB.

    See Also
    --------
    build_cnn : Build the lesson's convolutional network.
    skgenre.FilterbankGenreClassifier : Trains such a network.

    References
    ----------
    .. [1] Davis and Mermelstein, "Comparison of parametric representations for monosyllabic word
       recognition in continuously spoken sentences", IEEE Transactions on Acoustics, Speech, and
       Signal Processing 28, 1980.

    Examples
    --------
    >>> from skgenre.networks import build_filterbank
    >>> build_filterbank(1200).count_params()
    28941
    """
    bands = {"sample_rate": sample_rate, "window": window, "hop": hop, "n_bands": n_bands}
    layers = {"filters": filters, "kernel_sizes": kernel_sizes, "dense_units": dense_units}
    noise = {"dropout": dropout, "level_noise": level_noise}
    parameters = filterbank_parameters(n_timesteps, n_outputs, **bands, **layers, **noise)
    check_size(parameters, n_timesteps, "fewer `filters` or `dense_units`")
    # Keras takes seconds to load; files of networks are described without it.
    from skgenre.networks import _layers

    stack = filterbank_stack(_layers, n_timesteps, n_outputs, **bands, **layers, **noise)
    return _layers.sequential(n_timesteps, stack, "filterbank", seed)


def filterbank_stack(
    layers,
    n_timesteps,
    n_outputs,
    *,
    sample_rate,
    window,
    hop,
    n_bands,
    filters,
    kernel_sizes,
    dense_units,
    dropout,
    level_noise,
):
    """Stack the layers of a network of `build_filterbank`.

    Parameters
    ----------
    layers : module
        What the layers are made of: `_layers`, for Keras, or `_numpy_layers`.
    n_timesteps, n_outputs, sample_rate, window, hop, n_bands, filters, kernel_sizes, \
    dense_units, dropout, level_noise
        As in `build_filterbank`.

    Returns
    -------
    stack : list
        The layers, first layer first.
    """
    window, hop = frame_sizes(sample_rate, window, hop)
    hidden, output = layers.dense([dense_units], n_outputs)
    return [
        *layers.front_end(sample_rate, window, hop, n_bands),
        *layers.random_level(level_noise),
        _statistics(layers, _maps(n_bands), filters, kernel_sizes),
        layers.standardization(),
        *layers.dropout(dropout, "dropout_1"),
        hidden,
        *layers.dropout(dropout, "dropout_2"),
        output,
    ]


def _statistics(layers, n_maps, filters, kernel_sizes):
    """Pool maps of the bands, the bands and convolutions over time, side by side."""
    pooled = [
        [layers.moments("moments_of_maps", changes=True)],
        [layers.modulation_spectrum(_PACES, "modulation")],
    ]
    maps = [layers.cosine_maps(n_maps, "cepstrum"), layers.side_by_side(pooled, "courses")]
    convolutions = []
    for i, (width, size) in enumerate(zip(filters, kernel_sizes, strict=True), 1):
        convolutions += [
            layers.conv1d(width, size, 1, f"conv1d_{i}", activation=None),
            layers.normalization(f"normalization_{i}"),
            layers.rectifier(f"rectifier_{i}"),
        ]
    pooling = layers.attentive_moments("attention")
    branches = [maps, [layers.moments("moments_of_bands")], [*convolutions, pooling]]
    return layers.side_by_side(branches, "statistics")


def filterbank_parameters(
    n_timesteps,
    n_outputs,
    *,
    sample_rate,
    window,
    hop,
    n_bands,
    filters,
    kernel_sizes,
    dense_units,
    dropout,
    level_noise,
):
    """List the parameters of a network of `build_filterbank` without building it.

    Parameters
    ----------
    n_timesteps, n_outputs, sample_rate, window, hop, n_bands, filters, kernel_sizes, \
    dense_units, dropout, level_noise
        As in `build_filterbank`.

    Returns
    -------
    parameters : list of Parameter
        In the order of the network's weights.
    """
    if len(filters) != len(kernel_sizes):
        raise ValueError(
            "filters and kernel_sizes must be of equal length, got lengths "
            f"{len(filters)} and {len(kernel_sizes)}."
        )
    if len(filters) == 0:
        raise ValueError("filters and kernel_sizes must describe at least one layer, got ().")
    _check_frames(n_timesteps, sample_rate, window, hop, n_bands)
    bands = _vectors("bands", "scale offset", n_bands)
    maps = layer_parameters("cepstrum", (n_bands, _maps(n_bands)))
    convolutions = []
    for i, (size, widths) in enumerate(
        zip(kernel_sizes, pairwise([n_bands, *filters]), strict=True), 1
    ):
        convolutions += layer_parameters(f"conv1d_{i}", (size, *widths))
        convolutions += _vectors(f"normalization_{i}", "gamma beta", widths[-1])
    convolutions.append(Parameter("attention", "kernel", "float32", (filters[-1], 1)))
    n_frames = _count_frames(n_timesteps, *frame_sizes(sample_rate, window, hop))
    of_maps = 3 + count_paces(n_frames, _PACES)
    n_statistics = of_maps * _maps(n_bands) + 2 * n_bands + 2 * filters[-1]
    statistics = _vectors("standardization", "scale offset", n_statistics)
    dense = dense_parameters([n_statistics, dense_units, n_outputs])
    return [*bands, *maps, *convolutions, *statistics, *dense]


def frame_sizes(sample_rate, window=None, hop=None):
    """Choose the samples of a frame, and those between the beginnings of two frames."""
    window = int(window or 2 ** round(log2(6.4 * sqrt(sample_rate))))
    overlapping = 4 if window / sample_rate > _LONG_FRAME_SECONDS else 2
    return window, int(hop or max(1, window // overlapping))


def _check_frames(n_timesteps, sample_rate, window, hop, n_bands):
    """Refuse what would take too much memory, also where a file brings the settings."""
    sizes = {"sample_rate": sample_rate, "window": window, "hop": hop, "n_bands": n_bands}
    for name, size in sizes.items():
        is_default = size is None and name in ("window", "hop")
        if not is_default and not (isinstance(size, Integral) and 1 <= size <= _MAX_NUMBERS):
            raise ValueError(
                f"{name} must be an integer from 1 to {_MAX_NUMBERS:,}, got {size!r:.100}."
            )
    window, hop = frame_sizes(sample_rate, window, hop)
    n_frames = _count_frames(n_timesteps, window, hop)
    largest = max(n_frames * window, n_frames * n_bands, window * n_bands)
    if largest > _MAX_NUMBERS:
        raise ValueError(
            f"For excerpts of {n_timesteps} time steps, {n_frames:,} frames of {window:,} samples "
            f"in {n_bands:,} bands would take {largest:,} numbers, more than {_MAX_NUMBERS:,}: "
            "choose a smaller `window` or `n_bands`, or a greater `hop`."
        )


def _count_frames(n_timesteps, window, hop):
    return 1 + max(0, n_timesteps - window) // hop


def _maps(n_bands):
    return min(_MAPS, n_bands)


def _vectors(layer, names, width):
    return [Parameter(layer, name, "float32", (width,)) for name in names.split()]
