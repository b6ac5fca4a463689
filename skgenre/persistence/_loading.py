"""Saved estimators made of what files hold, where that is of types that are trusted."""

from collections.abc import Sequence

from numpy.ma import MAError

from skgenre._extras import import_extra
from skgenre._files.untrusted import one_error
from skgenre._files.zip_archives import DAMAGED
from skgenre._types import PathLike
from skgenre.persistence import _archives
from skgenre.persistence._trusted_types import LOADERS

# A damaged file raises Python's own errors, in skops' code or in that of the types that it
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


def read_checked(path: PathLike, trusted: Sequence[str] = ()) -> bytes:
    """Read a file of a saved estimator, and refuse types that are not trusted.

    Nothing is made of it yet, so that what could not be loaded is refused quickly.

    Parameters
    ----------
    path : str or path-like
        The file.
    trusted : sequence of str, default=()
        Types to allow beside those that may always be in a file.

    Returns
    -------
    content : bytes
        The file's.

    Raises
    ------
    ValueError
        If it is no such file, or holds other types.
    ModuleNotFoundError
        If skops is not installed.
    """
    skops_io = import_extra("skops.io", "save")
    with one_error("load a model from", path, REFUSED):
        content = _archives.read(path)
        check_types(skops_io, content, trusted)
        return content


def check_types(skops_io, content: bytes, trusted: Sequence[str]):
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
