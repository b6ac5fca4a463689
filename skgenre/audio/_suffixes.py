"""Suffixes of sound files, and of other music."""

# What skgenre.audio.read_audio reads; the last three lines with PyAV.
SOUND_SUFFIXES = frozenset(
    {
        *(".aif", ".aifc", ".aiff", ".au", ".bwf", ".caf", ".flac", ".mp2", ".mp3", ".mpga"),
        *(".oga", ".ogg", ".opus", ".rf64", ".snd", ".w64", ".wav", ".wave"),
        *(".3gp", ".aac", ".ac3", ".amr", ".ape", ".asf", ".dsf", ".m4a", ".m4b", ".m4r"),
        *(".mka", ".mpc", ".spx"),
        *(".tta", ".weba", ".webm", ".wma", ".wv"),
    }
)
# Music that is not read: scores and modules, protected or rare encodings, and films.
OTHER_MUSIC_SUFFIXES = frozenset(
    {
        *(".it", ".kar", ".mid", ".midi", ".mod", ".mptm", ".s3m", ".sid", ".xm"),
        *(".aa", ".aax", ".alac", ".dff", ".dts", ".m4p", ".ofr", ".ra", ".rm", ".shn", ".tak"),
        *(".avi", ".flv", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".ogv", ".wmv"),
    }
)


def is_song(file):
    """Return whether a path, relative to the folder that is looked through, is a song's."""
    return not is_hidden(file) and file.suffix.lower() in SOUND_SUFFIXES


def is_other_music(file):
    """Return whether a path, relative to the folder that is looked through, is unread music's."""
    return not is_hidden(file) and file.suffix.lower() in OTHER_MUSIC_SUFFIXES


def is_hidden(file):
    """Return whether a path, relative to the folder that is looked through, is hidden."""
    return any(part.startswith(".") for part in file.parts)
