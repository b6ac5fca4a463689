"""What is wanted of the streams of a sound file: where it begins, how long it is, what fits."""

import numpy as np

# More frames than any file has.
_MANY = 2**53


class Passage:
    """A part of a sound file, cut from its streams while they are decoded.

    Parameters
    ----------
    offset : float
        Where to begin, in seconds.
    duration : float or None
        How long it is, in seconds; None is to the end.
    mono : bool
        Whether to take the mean of the channels.
    sample_rate : int
        The rate in Hz that the waveform is to have,
    max_bytes : int
        and what it may take in memory.
    """

    def __init__(self, offset, duration, *, mono, sample_rate, max_bytes):
        self._offset = offset
        self._duration = duration
        self._mono = mono
        self._sample_rate = sample_rate
        self._max_bytes = max_bytes
        self._n_channels = None
        # Seconds that were decoded so far, and samples of the waveform made from them.
        self._n_seconds = 0
        self._n_samples = 0

    def blocks(self, streams):
        """Decode what is wanted.

        Parameters
        ----------
        streams : iterable of LibsndfileStream or AvStream
            The file's.

        Yields
        ------
        samplerate : int
            Rate of a block in Hz.
        block : ndarray of shape (n_frames,) or (n_frames, n_channels), float32
            Amplitudes.

        Raises
        ------
        ValueError
            If there is nothing, if it takes more memory than it may, or if a file that was joined
            has another number of channels and they are kept.
        """
        for stream in streams:
            if not self._mono and self._n_channels not in (None, stream.n_channels):
                raise ValueError(
                    f"a part of it has {stream.n_channels} channels and one before has "
                    f"{self._n_channels}: mono=True reads both."
                )
            self._n_channels = stream.n_channels
            first, stop = self._bounds(stream.samplerate)
            if stop <= 0:
                break
            yield from self._cut(stream, max(first, 0), stop)
        if not self._n_samples:
            raise ValueError(
                f"it holds {self._n_seconds:g} seconds, none after offset={self._offset}."
            )

    def _bounds(self, samplerate):
        """Return the first frame of a stream that is wanted, and where to stop."""
        first = _to_frames(self._offset - self._n_seconds, samplerate)
        if self._duration is None:
            return first, _MANY
        return first, first + max(1, _to_frames(self._duration, samplerate))

    def _cut(self, stream, first, stop):
        rate, end = stream.samplerate, stream.n_frames or 0
        n_samples = self._count_samples(stream, min(end, stop) - first)
        for place, block in stream.blocks(first):
            end = place + len(block)
            n_samples = self._count_samples(stream, min(end, stop) - first)
            wanted = block[max(first - place, 0) : stop - place]
            if len(wanted):
                yield rate, mix(wanted) if self._mono else wanted
            if end >= stop:
                break
        self._n_seconds += end / rate
        self._n_samples = n_samples

    def _count_samples(self, stream, n_frames):
        """Return how many samples the waveform has with so many frames of a stream."""
        n_samples = self._n_samples + resampled_length(
            max(n_frames, 0), stream.samplerate, self._sample_rate
        )
        if n_samples * (1 if self._mono else stream.n_channels) * 4 > self._max_bytes:
            hours = n_samples / self._sample_rate / 3600
            raise ValueError(f"{hours:.3g} hours of sound take more than {self._max_bytes} bytes.")
        return n_samples


def _to_frames(seconds, samplerate):
    return round(min(seconds * samplerate, _MANY))


def mix(block):
    """Take the mean of the channels."""
    if block.shape[1] == 1:
        return block[:, 0]
    # Amplitudes near the end of float32's range may leave it; then they are not finite.
    with np.errstate(over="ignore", invalid="ignore"):
        return block @ np.full(block.shape[1], 1 / block.shape[1], block.dtype)


def resampled_length(n_samples, original_rate, sample_rate):
    """Return how many samples there are at another rate."""
    return -(-n_samples * sample_rate // original_rate)
