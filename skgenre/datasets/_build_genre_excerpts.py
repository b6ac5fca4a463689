"""Build the data files of `load_genre_excerpts` from unpacked Debian packages.

Run ``python -m skgenre.datasets._build_genre_excerpts FOLDER OUT``, where FOLDER holds, at any
depth, what ``dpkg-deb -x`` unpacked from the packages named in `skgenre.datasets._sources`.
The shipped files were written with soundfile 0.14 (libsndfile 1.2.2) and soxr 1.1 on x86-64 Linux;
the same versions write the same bytes, others may round a few samples differently.
"""

import argparse
import zipfile
from pathlib import Path

import numpy as np

from skgenre.audio._waveforms import N_TIMESTEPS, SAMPLE_RATE
from skgenre.datasets._sources import AMPLITUDE_ONE, SILENT_BELOW, SOURCES

EXCERPTS_PER_GENRE = 900


def find_file(folder, name):
    """Return the path of the one file under `folder` that ends in `name`."""
    *_, last = Path(name).parts
    found = sorted(path for path in Path(folder).rglob(last) if path.match(name))
    if len(found) != 1:
        raise ValueError(f"{folder} must hold exactly one {name}, got {len(found)}.")
    return found[0]


def read_mono(file):
    """Decode `file` to the mean of its channels: (n_samples,) float64, and its rate in Hz."""
    import soundfile

    samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
    return samples.mean(axis=1, dtype=np.float64), rate


def read_part(folder, source, name):
    """Decode one file of a package, from the package's archive where it has one."""
    if source.archive is None:
        return read_mono(find_file(folder, name))
    with zipfile.ZipFile(find_file(folder, source.archive)) as archive, archive.open(name) as file:
        return read_mono(file)


def add_parts(parts):
    """Mix waveforms of unequal length: the sum, as if silence followed the shorter ones."""
    mixed = np.zeros(max(map(len, parts)))
    for part in parts:
        mixed[: len(part)] += part
    return mixed


def read_song(folder, source, key):
    """Return a whole song at 400 Hz: (n_samples,) float64."""
    import soxr

    parts, rates = zip(
        *(read_part(folder, source, part.format(key)) for part in source.parts), strict=True
    )
    (rate,) = set(rates)
    return soxr.resample(add_parts(parts), rate, SAMPLE_RATE, quality="HQ")


def cut(song):
    """Cut a song end to end into 3-s excerpts, without those that are silent."""
    n_excerpts = len(song) // N_TIMESTEPS
    excerpts = song[: n_excerpts * N_TIMESTEPS].reshape(n_excerpts, N_TIMESTEPS)
    return excerpts[np.abs(excerpts).max(axis=1) >= SILENT_BELOW]


def excerpts_per_song(counts, budget):
    """Return the largest number to take from each song, at most, that keeps to the budget."""
    affordable = (n for n in range(1, max(counts) + 1) if np.minimum(counts, n).sum() <= budget)
    return max(affordable)


def spread(excerpts, n_wanted):
    """Take `n_wanted` evenly spaced excerpts, from the first to the last."""
    n_taken = min(n_wanted, len(excerpts))
    return excerpts[np.linspace(0, len(excerpts) - 1, n_taken).round().astype(int)]


def to_int16(excerpts):
    """Round to int16, where 2**14 stands for amplitude 1."""
    if np.abs(excerpts).max() * AMPLITUDE_ONE > np.iinfo(np.int16).max:
        raise ValueError(f"Amplitudes must stay below 2, got {np.abs(excerpts).max():.3f}.")
    return np.round(excerpts * AMPLITUDE_ONE).astype(np.int16)


def is_test_song(n_songs):
    """Mark every fourth song; from the second on, the artists differ most."""
    return np.arange(n_songs) % 4 == 1


def build_source(folder, source):
    """Return the arrays of one data file."""
    songs = [cut(read_song(folder, source, key)) for key in source.songs]
    n_wanted = excerpts_per_song([len(song) for song in songs], EXCERPTS_PER_GENRE)
    songs = [spread(song, n_wanted) for song in songs]
    return {
        "excerpts": to_int16(np.concatenate(songs)),
        "songs": np.repeat(np.arange(len(songs), dtype="<i4"), [len(song) for song in songs]),
        "song_names": np.array(list(source.songs.values()), dtype=str),
        "is_test_song": is_test_song(len(songs)),
    }


def main(arguments=None):
    """Write one uncompressed npz file per source."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the packages are unpacked")
    parser.add_argument("out", type=Path, help="folder for the npz files")
    options = parser.parse_args(arguments)
    for source in SOURCES:
        with (options.out / f"{source.name}.npz").open("wb") as file:
            np.savez(file, **build_source(options.folder, source))


if __name__ == "__main__":
    main()
