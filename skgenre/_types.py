"""Types that several public signatures name."""

import os
from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

PathLike: TypeAlias = str | os.PathLike[str]

# Integers and numbers of numpy are as good as Python's, wherever `Integral` and `Real` are.
Int: TypeAlias = int | np.integer[Any]
Float: TypeAlias = float | np.floating[Any] | np.integer[Any]

# A setting of each layer, or one for all of them.
PerLayer: TypeAlias = Int | tuple[Int, ...] | list[int]

RandomState: TypeAlias = Int | np.random.RandomState | None

# Values of a dict are invariant: a dict of integers is not one of floats.
ClassWeight: TypeAlias = Literal["balanced"] | dict[Any, float] | dict[Any, int]

# Instances and classes of `keras.losses.Loss` can be called, too.
Loss: TypeAlias = str | Callable[..., Any]

# Labels may be strings, integers or booleans.
Labels: TypeAlias = NDArray[Any]
Excerpts: TypeAlias = NDArray[np.float32]
Waveform: TypeAlias = NDArray[np.float32]
Probabilities: TypeAlias = NDArray[np.float32]

Paths: TypeAlias = Sequence[PathLike] | ArrayLike
Songs: TypeAlias = Sequence[PathLike | ArrayLike] | ArrayLike

# What scikit-learn's `set_fit_request` and the like take.
Request: TypeAlias = bool | str | None

# scikit-learn makes some methods by descriptors without types, so protocols ask only for their
# names.


class Chunked(Protocol):
    """An array of dask, Zarr or HDF5."""

    @property
    def chunks(self) -> Any: ...

    @property
    def shape(self) -> Any: ...


ExcerptsLike: TypeAlias = ArrayLike | Chunked


class Cache(Protocol):
    """A `joblib.Memory`, or what does the same."""

    @property
    def cache(self) -> Any: ...


class Estimator(Protocol):
    """An estimator; its other methods may be those of an estimator in it."""

    @property
    def fit(self) -> Any: ...


class HasPredictProba(Protocol):
    """A fitted classifier that gives probabilities."""

    @property
    def predict_proba(self) -> Any: ...


class PredictsSongs(HasPredictProba, Protocol):
    """A fitted classifier of songs."""

    @property
    def classes_(self) -> Any: ...

    @property
    def sample_rate(self) -> Any: ...
