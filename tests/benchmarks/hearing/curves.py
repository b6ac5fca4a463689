"""How scores depend on the rate, on the number of songs, and on how rare a genre is."""

import numpy as np
from sklearn.metrics import recall_score

from tests.benchmarks.hearing.contenders import LESSON, OURS, RECIPE, contenders
from tests.benchmarks.hearing.measure import N_FOLDS, folds, score
from tests.benchmarks.timing import announce

# The rare genre keeps one song in so many.
RARITY = 10


def at_rate(music):
    """Return rate, mean scores and their standard errors over the folds, for the filterbank."""
    rate = music.sample_rate
    announce(f"  {rate} Hz")
    found = [score(contenders(rate)[OURS](0), music, *rows) for rows in folds(music)]
    return rate, np.mean(found, axis=0), _standard_error(found)


def by_songs(music, counts, n_draws):
    """Yield number of songs, contender, and scores by song of each draw; None is all songs."""
    splits = list(folds(music))
    for n_songs in counts:
        for name in (OURS, RECIPE):
            announce(f"  {n_songs or 'all'} songs a genre, {name}")
            found = [
                score(contenders(music.sample_rate)[name](draw), music, *rows).by_song
                for draw in range(n_draws)
                for rows in [_few_songs(music, splits[draw % N_FOLDS], n_songs, draw)]
            ]
            yield n_songs, name, np.array(found)


def of_rare_genre(music, rare):
    """Yield contender, and the share of the rare genre's excerpts that it finds in each fold."""
    make = contenders(music.sample_rate)
    networks = {
        f"{OURS}, balanced": make[OURS](0),
        f"{OURS}, no weights": make[OURS](0).set_params(class_weight=None),
        f"{LESSON}, no weights": _without_weights(make[LESSON](0)),
        RECIPE: make[RECIPE](0),
    }
    splits = [(_thin(music, training, rare), test) for training, test in folds(music)]
    for name, classifier in networks.items():
        announce(f"  {rare} is rare, {name}")
        found = []
        for kept, test in splits:
            predicted = classifier.fit(music.X[kept], music.y[kept]).predict(music.X[test])
            found.append(recall_score(music.y[test], predicted, labels=[rare], average=None)[0])
        yield name, np.array(found)


def _without_weights(pipeline):
    pipeline[-1].set_params(class_weight=None)
    return pipeline


def _few_songs(music, fold, n_songs, draw):
    """Draw songs of each genre to train on; the rest of the fold tests."""
    training, test = fold
    rng = np.random.default_rng(draw)
    chosen = [
        rng.permutation(np.unique(music.song[training][music.y[training] == genre]))[:n_songs]
        for genre in np.unique(music.y)
    ]
    return training[np.isin(music.song[training], np.concatenate(chosen))], test


def _thin(music, training, rare):
    """Leave one in so many songs of a genre."""
    songs = np.unique(music.song[training][music.y[training] == rare])
    left_out = np.setdiff1d(songs, songs[::RARITY])
    return training[~np.isin(music.song[training], left_out)]


def _standard_error(scores):
    return np.std(scores, axis=0, ddof=1) / np.sqrt(len(scores))
