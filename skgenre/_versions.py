"""Versions of what computes: Python, the package and the libraries under it."""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

# Names of distributions: what the package depends on, then what its extras add.
REQUIRED = (
    *("numpy", "scipy", "scikit-learn", "keras", "tensorflow", "scikeras"),
    *("click", "rich", "rich-click"),
)
OPTIONAL = (
    "soundfile",
    "soxr",
    "skops",
    "av",
    "dask",
    "distributed",
    "pyarrow",
    "jinja2",
    "matplotlib",
    "onnx",
    "onnxruntime",
    "skl2onnx",
    "optuna",
    "ray",
)


def library_versions() -> dict[str, str]:
    """Look up the versions of Python, the package and its libraries.

    None of them is imported.

    Returns
    -------
    versions : dict of str to str
        By name; libraries that are not installed are left out.
    """
    versions = {"python": platform.python_version()}
    for name in ("skgenre", *REQUIRED, *OPTIONAL):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions


def show_versions() -> None:
    """Print the versions of Python, the package and its libraries, and the platform.

    Reports of faults are easier to follow with them. No library is imported for it.

    See Also
    --------
    sklearn.show_versions : The same for scikit-learn.

    Examples
    --------
    >>> from skgenre import show_versions
    >>> show_versions()  # doctest: +ELLIPSIS
    System:
    ...
    """
    versions = library_versions()
    system = {
        "python": sys.version.replace("\n", " "),
        "executable": sys.executable,
        "machine": platform.platform(),
    }
    del versions["python"]
    for title, facts in (("System", system), ("Libraries", versions)):
        print(f"{title}:")
        width = max(map(len, facts))
        print(*(f"{name:>{width + 4}}: {fact}" for name, fact in facts.items()), sep="\n")
