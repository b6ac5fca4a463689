"""Numbers as readers see them."""


def as_percent(share: float) -> str:
    """Write a share as a whole percentage, which is 100% or 0% only where nothing is missing.

    Examples
    --------
    >>> as_percent(0.846), as_percent(0.999), as_percent(1.0)
    ('85%', '99%', '100%')
    """
    whole = round(100 * share)
    if whole == 100 and share < 1:
        whole = 99
    return f"{1 if whole == 0 and share > 0 else whole}%"


def as_clock(seconds: float) -> str:
    """Write a length in seconds as minutes, or hours, with their seconds.

    Examples
    --------
    >>> as_clock(83.6), as_clock(3723)
    ('1:24', '1:02:03')
    """
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def as_length(seconds: float) -> str:
    """Write a total length in words.

    Examples
    --------
    >>> as_length(50), as_length(600), as_length(3 * 3600 + 90)
    ('50 s', '10 min', '3 h 2 min')
    """
    if round(seconds) < 60:
        return f"{round(seconds)} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def as_count(number: int, singular: str, plural: str | None = None) -> str:
    """Write a number with what it counts.

    Examples
    --------
    >>> as_count(1, "song"), as_count(2000, "song")
    ('1 song', '2,000 songs')
    """
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def as_rate(hertz: int) -> str:
    """Write a sample rate.

    Examples
    --------
    >>> as_rate(44100), as_rate(400)
    ('44.1 kHz', '400 Hz')
    """
    return f"{hertz / 1000:g} kHz" if hertz >= 1000 else f"{hertz} Hz"
