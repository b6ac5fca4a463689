"""What functions return as a `Bunch`, with the attributes that it has."""

from typing import TYPE_CHECKING

__all__ = ["FilterResponses", "GenreExcerpts", "HalvedExcerpts", "SongCourse", "SongFolder"]

if TYPE_CHECKING:
    from collections.abc import ItemsView, KeysView, ValuesView
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

    from skgenre._types import Labels

    class _Bunch:
        # Not derived from `Bunch`: by its `__getattr__`, any attribute would be there. And without
        # `__iter__`: whoever unpacks it means arrays, and would get keys.
        def __init__(self, **attributes: Any) -> None: ...

        def __getitem__(self, key: str) -> Any: ...

        def __contains__(self, key: object) -> bool: ...

        def __len__(self) -> int: ...

        def get(self, key: str, default: Any = None) -> Any: ...

        def keys(self) -> KeysView[str]: ...

        def values(self) -> ValuesView[Any]: ...

        def items(self) -> ItemsView[str, Any]: ...

    class GenreExcerpts(_Bunch):
        data: NDArray[np.float32]
        target: NDArray[np.int64]
        target_names: NDArray[np.str_]
        groups: NDArray[np.int64]
        song_names: NDArray[np.str_]
        test_mask: NDArray[np.bool_]
        sample_rate: int
        DESCR: str

    class HalvedExcerpts(_Bunch):
        X_train: NDArray[np.float32]
        y_train: NDArray[np.int64]
        X_test: NDArray[np.float32]
        y_test: NDArray[np.int64]
        target_names: NDArray[np.str_]

    class SongFolder(_Bunch):
        paths: list[str]
        target: NDArray[np.int64]
        target_names: NDArray[np.str_]
        n_left_out: int

    class FilterResponses(_Bunch):
        kernels: NDArray[np.float32]
        frequencies: NDArray[np.float64]
        magnitudes: NDArray[np.floating[Any]]
        peak_frequencies: NDArray[np.float64]
        sample_rate: int

    class SongCourse(_Bunch):
        seconds: NDArray[np.float64]
        probabilities: NDArray[np.floating[Any]]
        labels: Labels

else:
    from sklearn.utils import Bunch

    FilterResponses = GenreExcerpts = HalvedExcerpts = SongCourse = SongFolder = Bunch
