"""Files that are not read: how many of each kind, and the way out."""

from collections import Counter
from pathlib import PurePath

from skgenre._extras import lacks_library
from skgenre._terminal.text import say


def count_suffixes(paths):
    """Count files by the ends of their names.

    Parameters
    ----------
    paths : iterable of str or path-like
        Files.

    Returns
    -------
    counts : Counter
        By suffix, in lower case.
    """
    return Counter(PurePath(path).suffix.lower() for path in paths)


def describe_left_out(lacking, unsupported):
    """Describe which files are not read, and what would help.

    Parameters
    ----------
    lacking : mapping of str to int
        Files that the extra `av` would read, by suffix.
    unsupported : mapping of str to int
        Files of music that nothing here reads, by suffix.

    Returns
    -------
    lines : list of str
        A line for each of the two, if there are any.
    """
    parts = [
        (lacking, "FFmpeg decodes them: pip install 'skgenre[av]'"),
        (unsupported, "not read; convert them, to FLAC for example"),
    ]
    return [f"{_list_counts(counts)}: {way_out}" for counts, way_out in parts if counts]


def report_failures(failures):
    """Report files that could not be read, one by one unless they lack a library.

    Parameters
    ----------
    failures : iterable of (str, ValueError)
        Paths, and why they could not be read.
    """
    lacking = []
    for path, error in failures:
        if lacks_library(error):
            lacking.append(path)
        else:
            say(error)
    for line in describe_left_out(count_suffixes(lacking), {}):
        say(line)


def _list_counts(counts):
    return ", ".join(f"{count} {suffix}" for suffix, count in sorted(counts.items()))
