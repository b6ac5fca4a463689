"""Folders of songs: what is in them, found while all are read once."""

import os
from collections import Counter
from numbers import Integral

import numpy as np

from skgenre._arrays.memory_maps import GrowingArray
from skgenre._extras import lacks_library
from skgenre._sklearn.private import AT_LEAST_ONE, HasMethods
from skgenre._sklearn.typed import validate_params
from skgenre._song_files.reading import make_song_reader, read_ahead
from skgenre._song_files.recordings import Recordings
from skgenre._terminal.bars import follow
from skgenre._types import Cache, Int, PathLike
from skgenre.audio._info import audio_info
from skgenre.audio._suffixes import OTHER_MUSIC_SUFFIXES, is_hidden, is_song
from skgenre.audio._waveforms import SAMPLE_RATE
from skgenre.datasets._audio_folder import list_audio_folder
from skgenre.datasets._scanned_folder import AudioFolderScan, ScannedSong


@validate_params(
    {
        "folder": [str, os.PathLike],
        "sample_rate": [AT_LEAST_ONE],
        "memory": [str, HasMethods(["cache"]), None],
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    },
    prefer_skip_nested_validation=True,
)
def scan_audio_folder(
    folder: PathLike,
    *,
    sample_rate: Int = SAMPLE_RATE,
    memory: str | Cache | None = None,
    n_jobs: Int | None = None,
    verbose: Int = 0,
) -> AudioFolderScan:
    """Find out what is in a folder that has a folder of songs for each genre, before learning.

    All songs are decoded, one after the other: which of them cannot be read, how long the others
    are, and which are the same recording, no header says. No more than a few are in memory at once.

    Parameters
    ----------
    folder : str or path-like
        The folder of folders, as :func:`load_audio_folder` takes it.
    sample_rate : int, default=400
        Rate in Hz to which songs are brought before they are compared.
    memory : str, joblib.Memory or None, default=None
        Folder or cache where decoded files are kept, as in :class:`~skgenre.SongClassifier`, which
        need not decode them again then.
    n_jobs : int or None, default=None
        Songs that are read at once, by threads. None means 1, -1 as many as there are cores.
    verbose : int, default=0
        Not zero: a progress bar on standard error.

    Returns
    -------
    AudioFolderScan
        Songs with their lengths, rates and errors, recordings that are there more than once, and
        files that are left out.

    Raises
    ------
    ValueError
        If there is no such folder, if it cannot be read, if there is no sound file in its folders,
        or if nothing can be written to the folder `memory`. Songs that cannot be read are listed
        instead.
    ModuleNotFoundError
        If soundfile or soxr are not installed (``pip install 'skgenre[audio]'``).

    See Also
    --------
    load_audio_folder : Lists the songs without opening them.
    skgenre.leakage.find_duplicates : Compares songs from anywhere.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> import soundfile
    >>> from skgenre.datasets import scan_audio_folder
    >>> noise = np.random.default_rng(0).integers(-16000, 16000, 8000, dtype="int16")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ["pop/a.wav", "pop/b.wav", "rock/a.flac"]:
    ...         file = Path(folder) / name
    ...         file.parent.mkdir(exist_ok=True)
    ...         soundfile.write(file, noise, 4000)
    ...     (Path(folder) / "rock" / "empty.mp3").touch()
    ...     scan = scan_audio_folder(folder)
    >>> [(genre.genre, genre.n_songs, genre.seconds) for genre in scan.by_genre()]
    [('pop', 2, 4.0), ('rock', 2, 2.0)]
    >>> scan.songs[-1].path, scan.songs[-1].error
    ('rock/empty.mp3', 'it is empty.')
    >>> scan.duplicates
    [['pop/a.wav', 'pop/b.wav', 'rock/a.flac']]
    """
    scan, _ = read_audio_folder(
        folder,
        sample_rate=sample_rate,
        memory=memory,
        n_jobs=n_jobs,
        verbose=verbose,
        keep_waveforms=False,
    )
    return scan


def read_audio_folder(
    folder, *, sample_rate, memory=None, n_jobs=None, verbose=0, keep_waveforms=True
):
    """Read all songs of a folder once: what `scan_audio_folder` returns, and the waveforms.

    Parameters
    ----------
    folder, sample_rate, memory, n_jobs, verbose
        As in `scan_audio_folder`.
    keep_waveforms : bool, default=True
        Whether the waveforms are wanted.

    Returns
    -------
    scan : AudioFolderScan
        What is in the folder.
    waveforms : list of ndarray of shape (n_samples,), float32
        Those of the songs without an error, in their order; none where they are not wanted. All
        are in memory, or in a temporary file where they take more than 1 GiB.
    """
    listed, sample_rate = list_audio_folder(folder), int(sample_rate)
    read = make_song_reader(sample_rate, memory)
    found = read_ahead(lambda *song: (_info(song[1]), read(*song)), listed.paths, n_jobs)
    songs, lengths, recordings = [], [], Recordings()
    shown = follow(found, len(listed.paths), "Reading songs", shown=bool(verbose))
    with GrowingArray() as kept, shown as followed:
        for number, (info, waveform) in enumerate(followed):
            songs.append(_describe(listed, number, info, waveform, sample_rate))
            if not isinstance(waveform, ValueError):
                recordings.add(number, waveform)
                if keep_waveforms:
                    kept.extend(waveform)
                    lengths.append(len(waveform))
        waveforms = np.split(kept.array(), np.cumsum(lengths, dtype=int))[:-1]
    repeated = [[songs[number].path for number in same] for same in recordings.repeated()]
    return _summarize(listed, songs, repeated), waveforms


def _info(path):
    """Read the facts of a file; where that fails, reading it gives the reason."""
    try:
        return audio_info(path)
    except ValueError:
        return None, None


def _describe(listed, number, info, waveform, sample_rate):
    path = listed.songs[number]
    known = str(path), path.parts[0]
    if not isinstance(waveform, ValueError):
        return ScannedSong(*known, len(waveform) / sample_rate, *info, error=None)
    extra = "av" if lacks_library(waveform) else None
    reason = _reason(waveform, listed.root / path)
    return ScannedSong(*known, None, *info, error=reason, needs_extra=extra)


def _reason(error, path):
    # The song has its path already.
    return str(error).removeprefix(f"Cannot read audio from {str(path)!r}: ")


def _summarize(listed, songs, repeated):
    seen = [file for file in listed.left_out if not is_hidden(file)]
    suffixes = Counter(file.suffix.lower() for file in seen)
    return AudioFolderScan(
        folder=str(listed.root),
        songs=songs,
        duplicates=repeated,
        n_left_out=listed.n_left_out,
        without_genre=[str(file) for file in seen if is_song(file)],
        unsupported={
            suffix: suffixes[suffix] for suffix in sorted(OTHER_MUSIC_SUFFIXES) if suffixes[suffix]
        },
        unreadable_folders={
            os.path.relpath(os.fsdecode(error.filename), listed.root): error.strerror
            for error in listed.unreadable
        },
    )
