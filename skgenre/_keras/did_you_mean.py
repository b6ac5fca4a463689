"""What a wrong name may have been meant to be."""

from difflib import get_close_matches


def did_you_mean(name, known):
    """Half a sentence that names the known name nearest to a wrong one, or nothing."""
    near = get_close_matches(name, known, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
