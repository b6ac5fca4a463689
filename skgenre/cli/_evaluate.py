"""``skgenre evaluate``."""

from types import SimpleNamespace

import rich_click as click

from skgenre.cli import _training
from skgenre.cli._folder import (
    check_genres,
    folder_options,
    list_folder,
    read_songs,
)
from skgenre.cli._greeting import load_tensorflow
from skgenre.cli._help import epilog


@click.command(
    epilog=epilog("skgenre evaluate music", "skgenre evaluate music --folds 3 --network mlp")
)
@folder_options
@_training.training_options
@click.option("--folds", type=click.IntRange(2), default=5, metavar="N", help="Parts to test on.")
def evaluate(folder, folds, **settings):
    """Cross-validate on a folder of songs, song by song."""
    settings = SimpleNamespace(**settings)
    listed = list_folder(folder)
    check_genres(listed.target_names[listed.target], n_songs=2)
    songs = read_songs(listed, settings.sample_rate, settings.cache, settings.jobs)
    check_genres(songs.labels, n_songs=2)
    load_tensorflow()
    raise NotImplementedError(_training.make_classifier(settings, len(set(songs.labels))))
