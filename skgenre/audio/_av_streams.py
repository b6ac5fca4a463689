"""Sound that FFmpeg decodes, through PyAV."""

import os
from itertools import groupby

import numpy as np
from packaging.version import Version

from skgenre.audio._libsndfile_streams import SAMPLES_PER_BLOCK

# Containers that hold sound themselves: none names other files or addresses.
_FORMATS = (
    "3g2,3gp,aac,ac3,aiff,amr,ape,asf,avi,caf,dsf,eac3,flv,m4a,matroska,mj2,mov,mp4,mpc,mpc8,mpeg,"
    "mpegts,ogg,tta,wav,webm,wv"
)
_CODECS = (
    "aac,aac_latm,ac3,adpcm_g722,adpcm_g726,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,adpcm_swf,"
    "adpcm_yamaha,alac,amrnb,amrwb,ape,"
    "dsd_lsbf,dsd_lsbf_planar,dsd_msbf,dsd_msbf_planar,eac3,flac,gsm,gsm_ms,libopencore_amrnb,"
    "libopencore_amrwb,libopus,libspeex,mp1,mp1float,mp2,mp2float,mp3,mp3float,mpc7,mpc8,opus,"
    "pcm_alaw,pcm_f32be,pcm_f32le,pcm_f64be,pcm_f64le,pcm_mulaw,pcm_s16be,pcm_s16le,pcm_s24be,"
    "pcm_s24le,pcm_s32be,pcm_s32le,pcm_s8,pcm_u8,speex,tta,vorbis,wavpack,wmalossless,wmapro,"
    "wmav1,wmav2,wmavoice"
)
# These record the length of a stream; others estimate it.
_FORMATS_WITH_LENGTH = {"ape", "mov", "tta", "wv"}
# A packet at each end may be left out, and some containers count in milliseconds.
_TOLERANCE_SECONDS = 0.5
# The object of such a file that holds its length, and where to look for it.
_ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_MAX_ASF_HEADER = 2**16


class AvStream:
    """Sound of one rate and one number of channels; as `LibsndfileStream`, it cannot seek."""

    n_frames = None

    def __init__(self, samplerate, n_channels, blocks):
        self.samplerate = samplerate
        self.n_channels = n_channels
        self._blocks = blocks

    def blocks(self, first):
        """Decode; as `LibsndfileStream.blocks`, from the beginning."""
        place = 0
        for block in _join(block for _, block in self._blocks):
            yield place, block
            place += len(block)


def _join(blocks):
    """Join blocks as short as frames to such as libsndfile decodes at a time."""
    waiting, n_samples = [], 0
    for block in blocks:
        waiting.append(block)
        n_samples += block.size
        if n_samples >= SAMPLES_PER_BLOCK:
            yield np.concatenate(waiting)
            waiting, n_samples = [], 0
    if waiting:
        yield np.concatenate(waiting)


def decode_with_av(av, file):
    """Decode the first stream of sound of a file.

    Parameters
    ----------
    av : module
        PyAV.
    file : file object
        Open for reading bytes.

    Yields
    ------
    stream : AvStream
        In the order of time; another one begins where the rate or the channels change.

    Raises
    ------
    ValueError
        If the file has no sound, is damaged, or ends before the length that it declares.
    """
    for (samplerate, n_channels), blocks in groupby(_blocks(av, file), _rate_and_channels):
        yield AvStream(samplerate, n_channels, blocks)


def _check_asf(file):
    """Refuse a Windows Media file whose length is not the one recorded; FFmpeg would accept it."""
    file.seek(0)
    head = file.read(_MAX_ASF_HEADER)
    _, _, properties = head.partition(_ASF_PROPERTIES)
    n_declared, flags = int.from_bytes(properties[24:32], "little"), properties[72:73]
    n_bytes = file.seek(0, os.SEEK_END)
    # The first flag marks a stream.
    if flags == b"\x02" and n_declared > n_bytes:
        raise ValueError(
            f"it ends {n_declared - n_bytes} bytes before the length that it declares."
        )


def _rate_and_channels(pair):
    samplerate, block = pair
    return samplerate, block.shape[1]


def _blocks(av, file):
    _check_asf(file)
    file.seek(0)
    settings = {"container_options": {"format_whitelist": _FORMATS, "codec_whitelist": _CODECS}}
    if Version(av.__version__) < Version("19"):
        # Tags may be of any bytes; later versions do not mind.
        settings["metadata_errors"] = "replace"
    try:
        with av.open(file, "r", **settings) as container:
            if not container.streams.audio:
                raise ValueError("it has no sound.")
            yield from _decode(container)
    except av.FFmpegError as error:
        raise ValueError(f"FFmpeg stopped: {error.strerror}.") from error


def _decode(container):
    stream = container.streams.audio[0]
    if stream.codec_context is None:
        raise ValueError("FFmpeg does not know its encoding.")
    n_seconds, n_surplus = 0, _n_surplus(container, stream)
    for frame in container.decode(stream):
        n_seconds += frame.samples / frame.sample_rate
        block = _amplitudes(frame)
        yield frame.sample_rate, block[n_surplus:]
        n_surplus = max(n_surplus - len(block), 0)
    n_missing = _declared_seconds(container, stream) - n_seconds
    if n_missing > _TOLERANCE_SECONDS:
        raise ValueError(f"it ends {n_missing:.3g} seconds before the length that it declares.")


def _n_surplus(container, stream):
    """Return how much of the encoder's delay FFmpeg leaves in.

    It counts that of Opus in Matroska at the rate of what was encoded, and skips as many samples at
    48 kHz.
    """
    context = stream.codec_context
    head = context.extradata or b""
    if "matroska" not in container.format.name or not head.startswith(b"OpusHead"):
        return 0
    return max(int.from_bytes(head[10:12], "little") - context.delay, 0)


def _declared_seconds(container, stream):
    """Return how long the sound is to be; 0 where the file does not say."""
    names = set(container.format.name.split(","))
    if names & _FORMATS_WITH_LENGTH and stream.duration:
        return float(stream.duration * stream.time_base)
    # Which of several streams is as long as the whole file is unknown.
    if "matroska" in names and len(container.streams) == 1 and container.duration:
        return container.duration / 1e6
    return 0


def _amplitudes(frame):
    """Return the samples of a frame, full scale is 1, with a column for each channel."""
    samples = frame.to_ndarray()
    if frame.format.is_planar:
        samples = samples.T
    samples = samples.reshape(-1, frame.layout.nb_channels)
    if samples.dtype == np.uint8:
        return (samples.astype(np.float32) - 128) / 128
    if samples.dtype.kind == "i":
        return samples.astype(np.float32) / -float(np.iinfo(samples.dtype).min)
    # Amplitudes beyond float32's range become infinite.
    with np.errstate(over="ignore"):
        return samples.astype(np.float32)
