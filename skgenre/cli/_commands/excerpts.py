"""``skgenre excerpts``."""

import rich_click as click

from skgenre._networks import NETWORKS
from skgenre._terminal.text import say
from skgenre.cli._files import output_option
from skgenre.cli._folder import check_genres, describe_songs, folder_options, read_songs
from skgenre.cli._help import epilog
from skgenre.cli._options import excerpt_seconds_option, sample_rate_option, seed_option


@click.command(
    epilog=epilog(
        "skgenre excerpts music -o genres.npz",
        "skgenre excerpts music -o genres.npz --test-size 0.5",
    )
)
@folder_options
@sample_rate_option(NETWORKS["cnn"].sample_rate)
@excerpt_seconds_option
@click.option(
    "--test-size",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.25,
    metavar="SHARE",
    help="Share of the songs to test on.",
)
@seed_option
@output_option(".npz", help="The excerpts, which `skgenre.datasets.load_excerpts_npz` reads.")
def excerpts(folder, sample_rate, cache, jobs, excerpt_seconds, test_size, seed, output):
    """Cut two genres into a file of training and test excerpts, with no song on both sides."""
    songs = read_songs(folder, sample_rate, cache, jobs, check=_check_songs)
    n_training, n_test = _write(songs, excerpt_seconds, sample_rate, test_size, seed, output)
    say(f"{n_training} excerpts to train on and {n_test} to test on are in {output}.")
    return songs.status


def _check_songs(labels):
    check_genres(labels, n_songs=2)
    if len(set(labels)) > 2:
        raise ValueError(f"needs two genres, got {describe_songs(labels)}.")


def _write(songs, excerpt_seconds, sample_rate, test_size, seed, output):
    import numpy as np
    from sklearn.model_selection import train_test_split

    from skgenre.datasets._excerpts_npz import save_excerpts_npz
    from skgenre.songs._cutting import count_timesteps

    parts = train_test_split(
        np.arange(len(songs.labels)),
        test_size=test_size,
        stratify=songs.labels,
        random_state=seed,
    )
    n_timesteps = count_timesteps("--excerpt-seconds", excerpt_seconds, sample_rate)
    (X_train, y_train), (X_test, y_test) = (
        _cut_evenly([songs.waveforms[row] for row in part], songs.labels[part], n_timesteps)
        for part in parts
    )
    save_excerpts_npz(output, X_train, y_train, X_test, y_test)
    return len(y_train), len(y_test)


def _cut_evenly(waveforms, labels, n_timesteps):
    """Cut songs, and keep as many excerpts of each genre, spread over its songs."""
    import numpy as np

    from skgenre.songs._cutting import cut_song, spread

    by_song = [
        cut_song(waveform, n_timesteps, hop=n_timesteps, max_excerpts=None).excerpts
        for waveform in waveforms
    ]
    genres = np.unique(labels)
    by_genre = [
        np.concatenate([cut for cut, label in zip(by_song, labels, strict=True) if label == genre])
        for genre in genres
    ]
    n_each = min(map(len, by_genre))
    kept = [cut[spread(len(cut), n_each)] for cut in by_genre]
    return np.concatenate(kept), np.repeat(genres, n_each)
