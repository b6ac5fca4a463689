"""Songs read and cut as the parameters of a classifier of songs say."""

import warnings
from contextlib import closing

from skgenre._song_files.checks import name_song
from skgenre._song_files.reading import read_waveforms
from skgenre._song_files.warnings import UnreadableSongWarning
from skgenre._terminal.bars import follow
from skgenre.songs._cutting import cut_nothing, cut_song, excerpt_timesteps


def read_and_cut(classifier, songs, sample_rate, recordings=None):
    """Read songs, each as soon as it is wanted, and cut them into excerpts.

    Parameters
    ----------
    classifier : SongClassifier
        Its parameters decide; it need not be fitted.
    songs : list
        Paths and waveforms.
    sample_rate : int
        In Hz.
    recordings : Recordings, default=None
        Here the songs that could be read are noted.

    Yields
    ------
    song : CutSong
        The excerpts of each song and where they begin; none of one that cannot be read.

    Raises
    ------
    ValueError
        If a song cannot be read, unless the classifier's `on_error` is "skip", or not be cut.
    """
    length, hop = excerpt_timesteps(classifier, sample_rate)
    with closing(_read(classifier, songs, sample_rate)) as waveforms:
        for number, waveform in enumerate(waveforms):
            if waveform is None:
                yield cut_nothing(length)
                continue
            if recordings is not None:
                recordings.add(number, waveform)
            name = name_song(number, songs[number])
            yield cut_song(waveform, length, hop, classifier.max_excerpts, name)


def _read(classifier, songs, sample_rate):
    """Yield the waveform of each song; None of one that is unreadable."""
    memory, n_jobs = classifier.memory, classifier.n_jobs
    waveforms = read_waveforms(songs, sample_rate, memory=memory, n_jobs=n_jobs)
    errors = []
    shown = follow(waveforms, len(songs), "Reading songs", shown=bool(classifier.verbose))
    with closing(waveforms), shown as followed:
        for waveform in followed:
            if not isinstance(waveform, ValueError):
                yield waveform
            elif classifier.on_error == "skip":
                errors.append(waveform)
                yield None
            else:
                raise waveform
    if errors:
        text = f"{len(errors)} of {len(songs)} songs left out. {' '.join(map(str, errors))}"
        warnings.warn(text, UnreadableSongWarning, stacklevel=4)
