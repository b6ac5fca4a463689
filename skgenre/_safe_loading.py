"""Saved estimators made of what files hold, where that is of types that are trusted."""

from collections.abc import Sequence

from numpy.ma import MAError

from skgenre._trusted_types import LOADERS
from skgenre._zip_archives import DAMAGED

# Whatever a file says is met by Python's own errors, in skops' code or in that of the types it
# names.
REFUSED = (
    *DAMAGED,
    ArithmeticError,
    AttributeError,
    ImportError,
    LookupError,
    MAError,
    OSError,
    TypeError,
)


def check_types(skops_io, content, trusted: Sequence[str]):
    """Refuse a file that holds types that are not trusted.

    Parameters
    ----------
    skops_io : module
        `skops.io`.
    content : bytes
        The file.
    trusted : sequence of str
        Types to allow beside those that may always be in a file.

    Raises
    ------
    ValueError
        If there are others.
    """
    untrusted = set(skops_io.get_untrusted_types(data=content)) - {*LOADERS, *trusted}
    if untrusted:
        raise ValueError(f"it holds types that are not trusted: {sorted(untrusted)}.")
