"""What functions return as a `Bunch`, with the attributes that it has."""

from typing import TYPE_CHECKING

__all__ = ["FilterResponses", "GenreExcerpts", "HalvedExcerpts", "SongCourse", "SongFolder"]

if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

    from skgenre._types import Labels

    # Derived from dict, as `Bunch` is: by its `__getattr__`, checkers would take any attribute to
    # be there.
    class GenreExcerpts(dict[str, Any]):
        data: NDArray[np.float32]
        target: NDArray[np.int64]
        target_names: NDArray[np.str_]
        groups: NDArray[np.int64]
        song_names: NDArray[np.str_]
        test_mask: NDArray[np.bool_]
        sample_rate: int
        DESCR: str

    class HalvedExcerpts(dict[str, Any]):
        X_train: NDArray[np.float32]
        y_train: NDArray[np.int64]
        X_test: NDArray[np.float32]
        y_test: NDArray[np.int64]
        target_names: NDArray[np.str_]

    class SongFolder(dict[str, Any]):
        paths: list[str]
        target: NDArray[np.int64]
        target_names: NDArray[np.str_]
        n_left_out: int

    class FilterResponses(dict[str, Any]):
        kernels: NDArray[np.float32]
        frequencies: NDArray[np.float64]
        magnitudes: NDArray[np.floating[Any]]
        peak_frequencies: NDArray[np.float64]
        sample_rate: int

    class SongCourse(dict[str, Any]):
        seconds: NDArray[np.float64]
        probabilities: NDArray[np.floating[Any]]
        labels: Labels

else:
    from sklearn.utils import Bunch

    FilterResponses = GenreExcerpts = HalvedExcerpts = SongCourse = SongFolder = Bunch
