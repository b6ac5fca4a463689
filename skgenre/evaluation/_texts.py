"""Names as a page can show them."""

import unicodedata

# They reverse the direction of the text around them, and can hide how a name ends.
_TURNING = {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}


def printable(value):
    r"""Write what a page cannot show, of a string, as Python writes it; all else is passed on.

    Names of files can hold control characters, and bytes that are not UTF-8.

    Examples
    --------
    >>> print(printable("a\x00b"), printable("caf\udce9"))
    a\x00b caf\udce9
    """
    if type(value) is not str or value.isprintable():
        return value
    return "".join(map(_escape, value))


def _escape(character):
    # Surrogates, control characters, and ends of lines and paragraphs that ASCII does not have.
    is_unfit = unicodedata.category(character) in {"Cs", "Cc", "Zl", "Zp"}
    if is_unfit or character in _TURNING:
        return character.encode("unicode_escape").decode("ascii")
    return character
