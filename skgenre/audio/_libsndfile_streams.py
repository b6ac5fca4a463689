"""Streams of decoded sound, block by block."""

# Samples decoded at a time, over all channels.
SAMPLES_PER_BLOCK = 2**18
_UNKNOWN_LENGTH = 2**63 - 1


class LibsndfileStream:
    """Sound that libsndfile decodes.

    Parameters
    ----------
    sound : soundfile.SoundFile
        The open file.
    view : FileView or None
        What it reads; None is a file that it opened itself.
    n_skipped : int
        Frames in front that do not belong to the sound.
    n_frames : int or None
        How many frames it has behind them; None leaves it to libsndfile.

    Attributes
    ----------
    samplerate, n_channels : int
        Rate in Hz, and number of channels.
    n_frames : int or None
        How many frames it has to have; None where the file does not say.
    """

    def __init__(self, sound, view=None, n_skipped=0, n_frames=None):
        self.samplerate = sound.samplerate
        self.n_channels = sound.channels
        self._sound = sound
        self._view = view
        self._n_skipped = n_skipped
        # libsndfile claims that it can seek in DWVW, and cannot.
        self._can_seek = sound.seekable() and not sound.subtype.startswith("DWVW")
        if n_frames is None and sound.frames != _UNKNOWN_LENGTH:
            n_frames = sound.frames
        self.n_frames = n_frames
        # Otherwise soundfile seeks to where it is after each block, which libsndfile cannot do in
        # some kinds of file and which breaks its decoding of MP3.
        sound.seekable = lambda: False

    def blocks(self, first):
        """Decode.

        Parameters
        ----------
        first : int
            The first frame that is wanted.

        Yields
        ------
        place : int
            Where a block begins; the first block's may be earlier than wanted.
        block : ndarray of shape (n_block_frames, n_channels), float32
            Amplitudes, full scale is 1.

        Raises
        ------
        ValueError
            If the file ends before it should.
        """
        place = self._seek(first)
        per_block = max(SAMPLES_PER_BLOCK // self.n_channels, 1)
        while place != self.n_frames:
            n_wanted = per_block if self.n_frames is None else min(self.n_frames - place, per_block)
            block = self._read(n_wanted)
            if not len(block):
                break
            yield place, block
            place += len(block)
        if self.n_frames is not None and place < self.n_frames:
            n_missing = self.n_frames - place
            raise ValueError(f"it ends {n_missing} frames before the length that it declares.")

    def _seek(self, first):
        if first and self._can_seek and self.n_frames is not None:
            first = min(first, self.n_frames)
            self._sound.seek(self._n_skipped + first)
            return first
        if self._n_skipped:
            self._read(self._n_skipped)
        return 0

    def _read(self, n_frames):
        try:
            return self._sound.read(n_frames, dtype="float32", always_2d=True)
        finally:
            # The reason for what the decoder makes of it.
            if self._view and self._view.failure:
                raise self._view.failure
