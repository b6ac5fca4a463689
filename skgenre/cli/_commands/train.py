"""``skgenre train``."""

from functools import partial
from types import SimpleNamespace

import rich_click as click

from skgenre._terminal.text import say
from skgenre.cli import _training
from skgenre.cli._files import output_option
from skgenre.cli._folder import check_genres, count_songs, folder_options, read_songs
from skgenre.cli._greeting import load_tensorflow
from skgenre.cli._help import epilog, panels


@click.command(
    epilog=epilog(
        "skgenre train music -o genres.skops",
        "skgenre train music -o genres.skops --epochs 30 --early-stopping",
        "skgenre train music -o genres.skops --network lesson --cache ~/.cache/songs",
    )
)
@panels
@folder_options
@_training.training_options
@output_option(".skops", help="The model, which `skgenre predict` reads.")
def train(folder, output, **settings):
    """Train on a folder of songs and write a model.

    The folder has a folder for each genre. To learn how well the model will do on other songs, run
    `skgenre evaluate` with the same options.
    """
    settings = SimpleNamespace(**settings)
    check = partial(_check_songs, settings=settings)
    rate = _training.sample_rate(settings)
    songs = read_songs(folder, rate, settings.cache, settings.jobs, check=check)
    load_tensorflow()
    classifier = _training.make_classifier(settings)
    _training.report_short_kernels(classifier)
    _training.report_duration(classifier, songs.waveforms, songs.labels)
    if classifier.calibration is not None:
        # Each training shows its own bar.
        say("Training on all songs, then on all but a third of them, three times, to calibrate.")
    _training.fit(classifier, songs.waveforms, songs.labels)
    _save(classifier, output)
    say(f"Trained on {songs.describe()}. The model is in {output}.")
    return songs.status


def _check_songs(labels, settings):
    check_genres(labels, n_songs=1)
    _training.check_held_out(settings, count_songs(labels))


def _save(classifier, output):
    from skgenre.persistence._saving import save

    for estimator in (classifier.estimator, classifier.estimator_):
        _training.network_of(estimator).set_params(verbose=0)
    save(classifier, output)
