"""Files that other programs write, against what FFmpeg decodes from them.

Encoders, containers, rates and numbers of channels; streams to a pipe, which cannot say how long
they are; joined files. FFmpeg decides what a file holds: its length to 0.05 seconds, its samples.
"""

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import soundfile

from skgenre.audio import read_audio, resample

PROGRAMS = ["ffmpeg", "flac", "lame", "oggenc", "opusdec", "opusenc", "sox"]
MISSING = [program for program in PROGRAMS if shutil.which(program) is None]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(MISSING),
        reason=f"Not installed: {', '.join(MISSING)}; .ci/run fetches them where apt-get can.",
    ),
]

SECONDS = 4
FFMPEG = "ffmpeg -nostdin -v error -i {wav}"
SOX_STREAM = "sox -t raw -r {rate} -c {n_channels} -e signed -b 16 - -t "
# Commands write `{file}`; those with a pipe have no way back to the beginning of what they wrote.
ENCODERS = {
    "lame.mp3": "lame --quiet {wav} {file}",
    "lame-v2.mp3": "lame --quiet -V2 {wav} {file}",
    "lame-abr.mp3": "lame --quiet --abr 96 {wav} {file}",
    "lame-id3.mp3": "lame --quiet --add-id3v2 --tt Title --ta Artist {wav} {file}",
    "lame-t.mp3": "lame --quiet -t {wav} {file}",
    "lame-t-32k.mp3": "lame --quiet -t -b 32 {wav} {file}",
    "lame-v2-t.mp3": "lame --quiet -V2 -t {wav} {file}",
    "lame-v9-t.mp3": "lame --quiet -V9 -t {wav} {file}",
    "lame-t-id3.mp3": "lame --quiet -t --add-id3v2 --tt Title {wav} {file}",
    "lame-pipe.mp3": "lame --quiet - - < {wav} | cat > {file}",
    "sox.mp3": "sox {wav} {file}",
    "sox-pipe.mp3": "sox {wav} -t mp3 - | cat > {file}",
    "ffmpeg.mp3": FFMPEG + " {file}",
    "ffmpeg-v4.mp3": FFMPEG + " -q:a 4 {file}",
    "ffmpeg-pipe.mp3": FFMPEG + " -f mp3 - | cat > {file}",
    "ffmpeg-v4-pipe.mp3": FFMPEG + " -q:a 4 -f mp3 - | cat > {file}",
    "ffmpeg.mp2": FFMPEG + " {file}",
    "ffmpeg-mp3.wav": FFMPEG + " -c:a libmp3lame {file}",
    "oggenc.ogg": "oggenc -Q {wav} -o {file}",
    "oggenc-pipe.ogg": "oggenc -Q - < {wav} | cat > {file}",
    "sox.ogg": "sox {wav} {file}",
    "ffmpeg.ogg": FFMPEG + " -c:a libvorbis {file}",
    "ffmpeg-pipe.ogg": FFMPEG + " -c:a libvorbis -f ogg - | cat > {file}",
    "ffmpeg.oga": FFMPEG + " -c:a flac {file}",
    "ffmpeg-speex.ogg": FFMPEG + " -c:a libspeex -ar 16000 {file}",
    "flac.oga": "flac -s --ogg {wav} -o {file}",
    "opusenc.opus": "opusenc --quiet {wav} {file}",
    "ffmpeg-pipe.opus": FFMPEG + " -c:a libopus -f ogg - | cat > {file}",
    "flac.flac": "flac -s {wav} -o {file}",
    "flac-pipe.flac": "flac -s - -c < {wav} | cat > {file}",
    "sox.flac": "sox {wav} {file}",
    "ffmpeg-pipe.flac": FFMPEG + " -f flac - | cat > {file}",
    "sox-pipe.wav": SOX_STREAM + "wav - < {raw} | cat > {file}",
    "sox-gsm.wav": "sox {wav} -c 1 -e gsm-full-rate {file}",
    "sox-ima.wav": "sox {wav} -e ima-adpcm {file}",
    "sox-ms.wav": "sox {wav} -e ms-adpcm {file}",
    "sox-ulaw.wav": "sox {wav} -e u-law {file}",
    "lame-decode.wav": "lame --quiet {wav} - | lame --quiet --decode --mp3input - - | cat > {file}",
    "opusdec.wav": "opusenc --quiet {wav} - | opusdec --quiet --force-wav - - | cat > {file}",
    "flac-decode.wav": "flac -s {wav} -c | flac -s -d - -c | cat > {file}",
    "ffmpeg-pipe.wav": FFMPEG + " -f wav - | cat > {file}",
    "ffmpeg-float.wav": FFMPEG + " -c:a pcm_f32le {file}",
    "ffmpeg-24.wav": FFMPEG + " -c:a pcm_s24le {file}",
    "ffmpeg-rf64.wav": FFMPEG + " -rf64 always {file}",
    "sox-pipe.au": SOX_STREAM + "au - < {raw} | cat > {file}",
    "ffmpeg-pipe.au": FFMPEG + " -f au - | cat > {file}",
    "sox.aiff": "sox {wav} {file}",
    "sox-pipe.aiff": SOX_STREAM + "aiff - < {raw} | cat > {file}",
    "ffmpeg.aiff": FFMPEG + " {file}",
    "ffmpeg.w64": FFMPEG + " {file}",
    "ffmpeg.caf": FFMPEG + " {file}",
    "ffmpeg-pipe.caf": FFMPEG + " -f caf - | cat > {file}",
    "ffmpeg-alac.caf": FFMPEG + " -c:a alac {file}",
    "sox.voc": "sox {wav} {file}",
    "sox.sph": "sox {wav} {file}",
    "ffmpeg.m4a": FFMPEG + " {file}",
    "ffmpeg-alac.m4a": FFMPEG + " -c:a alac {file}",
    "ffmpeg-fast.m4a": FFMPEG + " -movflags faststart {file}",
    "ffmpeg.aac": FFMPEG + " {file}",
    "ffmpeg-pipe.aac": FFMPEG + " -f adts - | cat > {file}",
    "ffmpeg.wma": FFMPEG + " {file}",
    "ffmpeg-v1.wma": FFMPEG + " -c:a wmav1 {file}",
    "ffmpeg-pipe.wma": FFMPEG + " -f asf - | cat > {file}",
    "ffmpeg.webm": FFMPEG + " {file}",
    "ffmpeg-vorbis.webm": FFMPEG + " -c:a libvorbis {file}",
    "ffmpeg-pipe.webm": FFMPEG + " -f webm - | cat > {file}",
    "ffmpeg.mka": FFMPEG + " -c:a flac {file}",
    "ffmpeg.wv": FFMPEG + " {file}",
    "ffmpeg.tta": FFMPEG + " {file}",
    "ffmpeg.ac3": FFMPEG + " {file}",
    "ffmpeg.ts": FFMPEG + " -c:a aac -f mpegts {file}",
}
RATES_AND_CHANNELS = [(8000, 1), (22050, 1), (44100, 1), (44100, 2), (48000, 2)]
# Two files of an encoder, end to end. FFmpeg puts silence of its own between those of Ogg and loses
# frames between those of FLAC and behind tags: these are held to what it decodes of each.
JOINED = {
    "lame-t.mp3": True,
    "lame-v2-t.mp3": True,
    "lame.mp3": True,
    "sox-pipe.mp3": True,
    "ffmpeg.mp2": True,
    "ffmpeg.aac": True,
    "lame-t-id3.mp3": False,
    "ffmpeg-pipe.mp3": False,
    "oggenc.ogg": False,
    "ffmpeg-pipe.ogg": False,
    "opusenc.opus": False,
    "flac.flac": False,
    "ffmpeg-pipe.flac": False,
}
IN_FRONT = {"zeros.mp3": bytes(70_000)}


class Song(NamedTuple):
    """A file, and the files that FFmpeg decodes, one after the other, for what it holds."""

    path: Path
    truth: list


def music(rate, n_channels, seed):
    """Notes with overtones, swelling and fading, and some noise; below 150 Hz as above."""
    rng = np.random.default_rng(seed)
    times = np.arange(SECONDS * rate) / rate
    notes = np.zeros((n_channels, len(times)))
    for start in np.arange(0, SECONDS, 0.25):
        hertz = rng.uniform(25, 150, (n_channels, 1)) * [[1]]
        passed = (times - start).clip(0)
        notes += np.sin(2 * np.pi * hertz * passed) * np.exp(-4 * passed) * (times > start)
        notes += 0.3 * np.sin(2 * np.pi * 9 * hertz * passed) * np.exp(-8 * passed)
    notes += 0.02 * rng.standard_normal(notes.shape)
    return 0.7 * notes.T / np.abs(notes).max()


def encode(folder, name, rate, n_channels, seed):
    """Write a file; an encoder that fails is an error."""
    source = folder / f"{rate}-{n_channels}-{seed}"
    path = folder / f"{rate}-{n_channels}-{seed}-{name}"
    command = ENCODERS[name].format(
        wav=f"{source}.wav", raw=f"{source}.raw", file=path, rate=rate, n_channels=n_channels
    )
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stderr}"
    assert path.stat().st_size, f"{command} wrote nothing"
    return path


def decode(path):
    """Return the rate of a file and what FFmpeg decodes of it."""
    probe = ["ffprobe", "-v", "error", "-select_streams", "a:0"]
    shown = subprocess.run(
        [*probe, "-show_entries", "stream=sample_rate", "-of", "csv=p=0", path],
        capture_output=True,
        text=True,
        check=True,
    )
    rate = int(shown.stdout.split()[0].strip(","))
    command = ["ffmpeg", "-nostdin", "-v", "quiet", "-i", path, "-map", "0:a:0"]
    done = subprocess.run(
        [*command, "-ac", "1", "-f", "f32le", "-"], capture_output=True, check=True
    )
    return rate, np.frombuffer(done.stdout, np.float32)


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    """Every encoder at every rate and number of channels, all of which it knows, and joins."""
    folder = tmp_path_factory.mktemp("encoders")
    for (rate, n_channels), seed in product(RATES_AND_CHANNELS, (0, 1)):
        samples = music(rate, n_channels, seed)
        source = folder / f"{rate}-{n_channels}-{seed}"
        soundfile.write(f"{source}.wav", samples, rate, "PCM_16")
        Path(f"{source}.raw").write_bytes((samples * 32767).astype("<i2").tobytes())
    kinds = [(name, *pair) for name, pair in product(ENCODERS, RATES_AND_CHANNELS)]
    seconds = [(name, 44100, 2) for name in JOINED]
    with ThreadPoolExecutor() as pool:
        paths = list(pool.map(lambda kind: encode(folder, *kind, 0), kinds))
        others = list(pool.map(lambda kind: encode(folder, *kind, 1), seconds))
    songs = [Song(path, [path]) for path in paths]
    for (name, rate, n_channels), other in zip(seconds, others, strict=True):
        first = folder / f"{rate}-{n_channels}-0-{name}"
        joined = folder / f"joined-{name}"
        joined.write_bytes(first.read_bytes() + other.read_bytes())
        songs.append(Song(joined, [joined] if JOINED[name] else [first, other]))
    for name, junk in IN_FRONT.items():
        path = folder / name
        path.write_bytes(junk + (folder / "44100-2-0-lame.mp3").read_bytes())
        songs.append(Song(path, [path]))
    return songs


def difference(song):
    """Return what is wrong with how a file is read; None for nothing."""
    try:
        waveform = read_audio(song.path)
        rates, parts = zip(*map(decode, song.truth), strict=True)
        truth = resample(np.concatenate(parts), original_rate=rates[0])
    except (ValueError, subprocess.CalledProcessError) as error:
        return f"{song.path.name}: {error}"
    n_samples = min(len(waveform), len(truth))
    correlation = np.corrcoef(waveform[:n_samples], truth[:n_samples])[0, 1]
    seconds = (len(waveform) - len(truth)) / 400
    if abs(seconds) <= 0.05 and correlation >= 0.999:
        return None
    return f"{song.path.name}: {seconds:+.3f} s, correlation {correlation:.4f}"


def test_files_of_other_programs_are_read_as_ffmpeg_decodes_them(songs):
    with ThreadPoolExecutor() as pool:
        wrong = [line for line in pool.map(difference, songs) if line]
    print(f"{len(songs) - len(wrong)} of {len(songs)} files as FFmpeg decodes them")
    n_encoded = len(ENCODERS) * len(RATES_AND_CHANNELS)
    assert len(songs) == n_encoded + len(JOINED) + len(IN_FRONT)
    assert not wrong, "\n".join(wrong)
