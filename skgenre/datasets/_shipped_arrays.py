"""Files of the music that comes with the package; scikit-learn is not loaded."""

from importlib import resources

import numpy as np

DATA = resources.files(__package__) / "data"


def read_arrays(source):
    """Read a source's arrays, as `_build_genre_excerpts` has written them."""
    with (DATA / f"{source.name}.npz").open("rb") as file, np.load(file, allow_pickle=False) as npz:
        return dict(npz)
