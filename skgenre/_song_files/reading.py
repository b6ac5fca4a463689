"""Songs read, a few ahead of the one that is wanted."""

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from skgenre._song_files.cache import make_reader
from skgenre._song_files.checks import check_song

# Songs that wait for each thread.
SONGS_AHEAD = 2


def read_waveforms(songs, sample_rate, *, memory=None, n_jobs=None):
    """Read songs, a few ahead of the one that is wanted.

    Parameters
    ----------
    songs : list
        Paths and waveforms.
    sample_rate : int
        In Hz; waveforms have it already.
    memory : str, joblib.Memory or None, default=None
        Where decoded files are kept.
    n_jobs : int or None, default=None
        Songs that are read at once, by threads.

    Yields
    ------
    waveform : ndarray of shape (n_samples,), float32, or ValueError
        The songs in their order, or why one could not be read.
    """
    yield from read_ahead(make_song_reader(sample_rate, memory), songs, n_jobs)


def make_song_reader(sample_rate, memory=None):
    """Make what reads one song of many.

    Parameters
    ----------
    sample_rate : int
        In Hz; waveforms have it already.
    memory : str, joblib.Memory or None, default=None
        Where decoded files are kept.

    Returns
    -------
    read : callable
        Takes the number of a song and the song; returns its waveform, an array of shape
        (n_samples,) of float32, or the ValueError for which there is none.
    """
    read_file = make_reader(memory)

    def read(number, song):
        try:
            song = check_song(song, number, sample_rate)
            return read_file(song, sample_rate) if isinstance(song, str) else song
        except ValueError as error:
            return error

    return read


def read_ahead(read, songs, n_jobs=None):
    """Read songs by threads, a few ahead of the one that is wanted.

    Parameters
    ----------
    read : callable
        Takes the number of a song and the song.
    songs : list
        The songs.
    n_jobs : int or None, default=None
        Songs that are read at once.

    Yields
    ------
    found : object
        What `read` returns for each song, in their order.
    """
    n_threads = _count_threads(n_jobs, len(songs))
    yield from map(read, count(), songs) if n_threads == 1 else _in_threads(read, songs, n_threads)


def keep_readable(songs, waveforms, found, failures):
    """Pass on the waveforms that could be read.

    Parameters
    ----------
    songs : list
        What each waveform is called.
    waveforms : iterable of ndarray or ValueError
        As `read_waveforms` yields them.
    found, failures : list
        Here the songs are added, and the errors.

    Yields
    ------
    waveform : ndarray of shape (n_samples,), float32
        Those that are no errors.
    """
    for song, waveform in zip(songs, waveforms, strict=True):
        if isinstance(waveform, ValueError):
            failures.append(waveform)
        else:
            found.append(song)
            yield waveform


def _count_threads(n_jobs, n_songs):
    if n_songs == 1 and n_jobs != 0:
        return 1
    # It takes a moment to load.
    from joblib import cpu_count, effective_n_jobs

    # Where a cluster is in force, joblib counts the cores of all its machines, whatever is asked.
    most = cpu_count() if n_jobs is None or n_jobs < 0 else n_jobs
    return min(effective_n_jobs(n_jobs), most)


def _in_threads(read, songs, n_threads):
    # Decoding and resampling release Python's lock: threads do, and cost nothing to start. Those
    # of joblib would not be waited for when reading stops early.
    pool, pending = ThreadPoolExecutor(n_threads), deque()
    try:
        for number, song in enumerate(songs):
            pending.append(pool.submit(read, number, song))
            if len(pending) > SONGS_AHEAD * n_threads:
                yield pending.popleft().result()
        for future in pending:
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)
