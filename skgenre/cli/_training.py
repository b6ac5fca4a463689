"""How a network is trained: the options of ``train`` and ``evaluate``, and what they lead to."""

import time
import warnings
from importlib import import_module
from math import ceil

import rich_click as click

from skgenre._networks import DEFAULT_NETWORK, NETWORKS
from skgenre._terminal.bars import working
from skgenre._terminal.text import say
from skgenre.cli._options import (
    SOUND,
    PositiveFloat,
    excerpt_seconds_option,
    options,
    sample_rate_option,
    seed_option,
)

_TRAINING = "Training"
_VALIDATION_FRACTION = 0.2
_UNCALIBRATED = "none"
_SHORT_KERNEL_SECONDS = 0.02
# Amplitudes that a network sees in all: less takes seconds on any machine.
_SHORT_TRAINING = 5e7
_TRIAL_EXCERPTS = 64

_BY_OPTION = {network.option: network for network in NETWORKS.values()}


def _list_rates():
    return ", ".join(f"{network.sample_rate} for {name}" for name, network in _BY_OPTION.items())


training_options = options(
    click.option(
        "--network",
        type=click.Choice(list(_BY_OPTION)),
        default=DEFAULT_NETWORK.option,
        help="; ".join(f"{name}: {network.description}" for name, network in _BY_OPTION.items()),
        panel=_TRAINING,
    ),
    sample_rate_option(unless_given=f"; if not given, {_list_rates()}"),
    excerpt_seconds_option,
    click.option(
        "--hop-seconds",
        type=PositiveFloat(),
        metavar="SECONDS",
        help="From the beginning of an excerpt to the next one; end to end if not given.",
        panel=SOUND,
    ),
    click.option(
        "--max-excerpts",
        type=click.IntRange(1),
        metavar="N",
        help="Most excerpts of one song, spread over it evenly.",
        panel=SOUND,
    ),
    click.option(
        "--loss",
        type=click.Choice(["mean_squared_error", "crossentropy"]),
        help="What training minimizes; each network has its own if not given.",
        panel=_TRAINING,
    ),
    click.option(
        "--epochs",
        type=click.IntRange(1),
        metavar="N",
        help="Passes over the songs; each network has its own number if not given.",
        panel=_TRAINING,
    ),
    click.option(
        "--early-stopping",
        is_flag=True,
        default=False,
        show_default=False,
        help="Hold out a fifth of the songs, and stop once they are no longer classified better.",
        panel=_TRAINING,
    ),
    click.option(
        "--batch-size",
        type=click.IntRange(1),
        metavar="N",
        help="Excerpts per step; each network has its own number if not given.",
        panel=_TRAINING,
    ),
    click.option(
        "--learning-rate",
        type=PositiveFloat(),
        metavar="RATE",
        help="Learning rate; each network has its own if not given.",
        panel=_TRAINING,
    ),
    click.option(
        "--aggregate",
        type=click.Choice(["mean", "geometric_mean", "vote", "max"]),
        default="mean",
        help="How a song's probabilities come from those of its excerpts.",
        panel=_TRAINING,
    ),
    click.option(
        "--calibration",
        type=click.Choice([_UNCALIBRATED, "temperature"]),
        default=_UNCALIBRATED,
        help="temperature: bring probabilities to how often songs are right that are held out, in "
        "three folds; takes three times as long.",
        panel=_TRAINING,
    ),
    seed_option,
)


def make_classifier(settings):
    """Make an untrained classifier of songs.

    Parameters
    ----------
    settings : namespace
        What `training_options` yield, and the sample rate.

    Returns
    -------
    classifier : SongClassifier
        It shows its training.
    """
    from sklearn.pipeline import make_pipeline

    from skgenre.preprocessing import WaveformScaler
    from skgenre.songs._song_classifier import SongClassifier

    classifiers = import_module("skgenre.classifiers")
    classifier = getattr(classifiers, _BY_OPTION[settings.network].classifier)
    network = classifier(**_network_settings(settings, classifier))
    # Bands are standardised in the network.
    has_scaler = not _takes_rate(classifier)
    return SongClassifier(
        make_pipeline(WaveformScaler(), network) if has_scaler else network,
        sample_rate=sample_rate(settings),
        excerpt_seconds=settings.excerpt_seconds,
        hop_seconds=settings.hop_seconds,
        max_excerpts=settings.max_excerpts,
        aggregate=settings.aggregate,
        calibration=settings.calibration if _calibrates(settings) else None,
    )


def _calibrates(settings):
    return settings.calibration != _UNCALIBRATED


def _network_settings(settings, classifier):
    chosen = {"class_weight": "balanced", "random_state": settings.seed, "verbose": 1}
    for name in ("loss", "epochs", "batch_size", "learning_rate"):
        if getattr(settings, name) is not None:
            chosen[name] = getattr(settings, name)
    if _takes_rate(classifier):
        chosen["sample_rate"] = sample_rate(settings)
    if settings.early_stopping:
        chosen |= {"early_stopping": True, "validation_fraction": _VALIDATION_FRACTION}
    return chosen


def _takes_rate(classifier):
    return "sample_rate" in classifier().get_params()


def sample_rate(settings):
    """Choose the rate to which songs are resampled, in Hz: the network's own if none is given."""
    return settings.sample_rate or _BY_OPTION[settings.network].sample_rate


def network_of(estimator):
    """Return the network of a classifier of excerpts, with a scaler before it or without."""
    return estimator[-1] if hasattr(estimator, "steps") else estimator


def check_held_out(settings, counts):
    """Check that songs can be held out, for calibration and for early stopping.

    Parameters
    ----------
    settings : namespace
        What `training_options` yield.
    counts : dict of str to int
        Songs of each genre that are trained on.

    Raises
    ------
    ValueError
        If a part that is held out, or the rest, would lack a genre.
    """
    if _calibrates(settings):
        counts = _hold_out_to_calibrate(counts)
    if settings.early_stopping:
        _check_early_stopping(counts)


def _hold_out_to_calibrate(counts):
    """Return how many songs of each genre are trained on while others are held out."""
    from skgenre.songs._calibration import N_FOLDS

    if min(counts.values()) < N_FOLDS:
        raise ValueError(
            f"--calibration holds out songs in {N_FOLDS} folds of those that it trains on, and "
            f"needs {N_FOLDS} of each genre; {_list_counts(counts)} are too few."
        )
    return {genre: count - ceil(count / N_FOLDS) for genre, count in counts.items()}


def _check_early_stopping(counts):
    n_held_out = ceil(_VALIDATION_FRACTION * sum(counts.values()))
    if min(counts.values()) < 2 or n_held_out < len(counts):
        raise ValueError(
            "--early-stopping holds out a fifth of the songs that it trains on, and needs each "
            f"genre there and in the rest; {_list_counts(counts)} are too few."
        )


def _list_counts(counts):
    return ", ".join(f"{count} {genre}" for genre, count in counts.items())


def fit(classifier, waveforms, labels):
    """Fit a classifier of songs.

    Parameters
    ----------
    classifier : SongClassifier
        The classifier.
    waveforms : list of ndarray
        Songs.
    labels : ndarray of shape (n_songs,)
        Their genres.

    Returns
    -------
    classifier : SongClassifier
        The same, fitted.
    """
    from skgenre._song_files.warnings import DuplicateSongWarning

    with warnings.catch_warnings():
        # They were reported when the songs were read, by the names of their files.
        warnings.simplefilter("ignore", DuplicateSongWarning)
        return classifier.fit(waveforms, labels)


def report_short_kernels(classifier):
    """Report that kernels span little time, where the sample rate is high.

    Parameters
    ----------
    classifier : SongClassifier
        What is to be trained.
    """
    network = network_of(classifier.estimator)
    if not hasattr(network, "strides"):
        # It has no convolutions, or they follow frames.
        return
    kernel_sizes = network.kernel_sizes
    seconds = kernel_sizes[0] / classifier.sample_rate
    if seconds < _SHORT_KERNEL_SECONDS:
        say(
            f"Note: at {classifier.sample_rate} Hz the kernels of the first layer span "
            f"{1000 * seconds:.1f} ms; at 400 Hz, its own rate, they span 78 ms."
        )


def report_duration(classifier, waveforms, labels, n_fits=1):
    """Report how long training will take, where that is more than a minute.

    Parameters
    ----------
    classifier : SongClassifier
        What is to be trained.
    waveforms : list of ndarray
        Songs to train on.
    labels : ndarray of shape (n_songs,)
        Their genres.
    n_fits : int, default=1
        How often.
    """
    from skgenre.songs._calibration import N_FOLDS
    from skgenre.songs._cutting import count_excerpts, excerpt_timesteps

    if classifier.calibration is not None:
        # All songs once, and all but a fold of them for each fold.
        n_fits *= N_FOLDS
    network = network_of(classifier.estimator)
    length, hop = excerpt_timesteps(classifier, classifier.sample_rate)
    counts = [count_excerpts(len(waveform), length, hop) for waveform in waveforms]
    n_excerpts = n_fits * network.epochs * sum(min(n, classifier.max_excerpts or n) for n in counts)
    if n_excerpts * length < _SHORT_TRAINING:
        return
    minutes = n_excerpts * _seconds_for_one(classifier, waveforms, labels) / 60
    if minutes > 1:
        say(f"Training will take about {minutes:.0f} minutes.")


def _seconds_for_one(classifier, waveforms, labels):
    """Time a short training, once it has been compiled."""
    from sklearn.base import clone

    trial = clone(classifier)
    network_of(trial.estimator).set_params(
        epochs=1, verbose=0, early_stopping=False, validation_fraction=None
    )
    trial.set_params(calibration=None, max_excerpts=max(1, _TRIAL_EXCERPTS // len(waveforms)))
    with working("Estimating how long it takes"):
        for _ in range(2):
            started = time.perf_counter()
            fit(trial, waveforms, labels)
            seconds = time.perf_counter() - started
    return seconds / trial.n_excerpts_.sum()
