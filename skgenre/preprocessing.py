"""Amplitude scaling that leaves the shape of a wave alone."""

from copy import deepcopy
from typing import Any, Literal, Self, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.preprocessing import StandardScaler
from sklearn.utils import Tags, assert_all_finite, gen_batches
from sklearn.utils.validation import check_is_fitted, validate_data

from skgenre._amplitudes import divisor, kept_in_range, scale_amplitudes
from skgenre._arrays.chunked import ChunkedExcerpts, check_chunked, is_chunked
from skgenre._arrays.finite import sums_may_overflow
from skgenre._sklearn.callbacks import without_callbacks
from skgenre._sklearn.documentation_link import DocumentationLinkMixin
from skgenre._sklearn.private import StrOptions
from skgenre._sklearn.snapshots import replaced_once_fitted, snapshot
from skgenre._sklearn.typed import (
    BaseEstimator,
    CallbackSupportMixin,
    OneToOneFeatureMixin,
    TransformerMixin,
    available_if,
    fit_context,
)
from skgenre._types import Chunked, ExcerptsLike

__all__ = ["WaveformScaler"]

# Bounds the float64 copies that exact sums need.
ROWS_PER_BLOCK = 1024
# Squares of larger amplitudes, summed over a data set, may leave float64's range.
LARGEST_AMPLITUDE = 1e140


def _for_the_data_set(scaler):
    if scaler.per_excerpt:
        raise AttributeError(
            "inverse_transform needs per_excerpt=False: an excerpt's own mean and scale are "
            "not kept."
        )
    return True


class WaveformScaler(
    DocumentationLinkMixin,
    CallbackSupportMixin,
    OneToOneFeatureMixin,
    TransformerMixin,
    BaseEstimator,
):
    """Scale the amplitude of waveforms with one mean and one scale over time.

    Every sample becomes ``(x - mean) / scale``. The mean and the scale are single numbers,
    taken over all samples of the training set or, with ``per_excerpt=True``, over the samples
    of each excerpt. (:class:`~sklearn.preprocessing.StandardScaler` takes a mean and a scale
    for each column, that is for each moment in time, and so deforms the wave.)

    Parameters
    ----------
    scale : {"rms", "std", "peak"} or None, default="rms"
        What becomes 1: the root mean square of the samples ("rms"), their standard deviation
        ("std"; the same as "rms" where the mean is removed), or their greatest distance from
        zero ("peak"). None leaves the amplitude.
    center : bool, default=True
        Whether to remove the mean first.
    per_excerpt : bool, default=False
        Whether each excerpt is scaled by its own samples, which makes loudness irrelevant, or
        all by one mean and one scale learned in ``fit``.
    copy : bool, default=True
        Whether to leave the input alone; False scales float arrays in place where possible.

    Attributes
    ----------
    mean_ : float
        Mean of all samples seen in fit; 0.0 where ``center=False``. Absent where
        ``per_excerpt=True``.
    scale_ : float
        Divisor of all samples; 1.0 where ``scale=None`` or where the samples are silent.
        Absent where ``per_excerpt=True``.
    n_samples_seen_ : int
        Excerpts seen in fit.
    n_features_in_ : int
        Time steps in an excerpt.
    feature_names_in_ : ndarray of shape (n_timesteps,)
        Column names, where fit saw a data frame.

    See Also
    --------
    CNNGenreClassifier : The classifier that comes after it in a pipeline.

    Notes
    -----
    float32 and float64 are kept, sums are taken in float64. A silent or constant excerpt
    (one that varies by no more than rounding) is centred and not divided.

    Examples
    --------
    >>> import numpy as np
    >>> from skgenre import WaveformScaler
    >>> X = np.array([[0.0, 2.0, 0.0, -2.0], [0.0, 4.0, 0.0, -4.0]])
    >>> WaveformScaler(scale="peak").fit_transform(X)
    array([[ 0. ,  0.5,  0. , -0.5],
           [ 0. ,  1. ,  0. , -1. ]])
    >>> WaveformScaler(scale="peak", per_excerpt=True).fit_transform(X)
    array([[ 0.,  1.,  0., -1.],
           [ 0.,  1.,  0., -1.]])
    """

    _parameter_constraints = {
        "scale": [StrOptions({"rms", "std", "peak"}), None],
        "center": ["boolean"],
        "per_excerpt": ["boolean"],
        "copy": ["boolean"],
    }

    mean_: float
    scale_: float
    n_samples_seen_: int
    n_features_in_: int
    feature_names_in_: NDArray[np.object_]

    def __init__(
        self,
        *,
        scale: Literal["rms", "std", "peak"] | None = "rms",
        center: bool = True,
        per_excerpt: bool = False,
        copy: bool = True,
    ) -> None:
        self.scale = scale
        self.center = center
        self.per_excerpt = per_excerpt
        self.copy = copy

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ExcerptsLike, y: object = None) -> Self:
        """Learn the mean and the scale of a training set.

        What an earlier fit has learned is forgotten.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_timesteps)
            Excerpts.
        y : None
            Ignored.

        Returns
        -------
        WaveformScaler
            The fitted scaler.

        Raises
        ------
        ValueError
            If `X` is empty, not two-dimensional, or has samples that are NaN, infinite or beyond
            1e140.

        See Also
        --------
        partial_fit : Learn from a data set that comes in parts.

        Examples
        --------
        >>> import numpy as np
        >>> from skgenre import WaveformScaler
        >>> X = np.array([[0.0, 2.0, 0.0, -2.0], [0.0, 4.0, 0.0, -4.0]])
        >>> WaveformScaler(scale="peak").fit(X).scale_
        4.0
        """
        return self._learn(X, y, first=True)

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: ExcerptsLike, y: object = None) -> Self:
        """Learn from one more part of a training set, as if all parts had come at once.

        A data set larger than memory can be learned from in this way.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_timesteps)
            Excerpts.
        y : None
            Ignored.

        Returns
        -------
        WaveformScaler
            The fitted scaler.

        Raises
        ------
        ValueError
            As in `fit`, or if the excerpts' length differs from the parts before.

        See Also
        --------
        fit : Learn from a whole data set.

        Examples
        --------
        >>> import numpy as np
        >>> from skgenre import WaveformScaler
        >>> X = np.array([[0.0, 2.0, 0.0, -2.0], [0.0, 4.0, 0.0, -4.0]])
        >>> WaveformScaler(scale="peak").partial_fit(X[:1]).partial_fit(X[1:]).scale_
        4.0
        """
        return self._learn(X, y, first=not hasattr(self, "n_samples_seen_"))

    @overload
    def transform(self, X: Chunked) -> Any: ...

    @overload
    def transform(self, X: ArrayLike) -> NDArray[Any]: ...

    def transform(self, X: Any) -> Any:
        """Scale excerpts.

        Each excerpt keeps its shape: only its amplitude and its offset change.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_timesteps)
            Excerpts.

        Returns
        -------
        ndarray of shape (n_samples, n_timesteps)
            Scaled excerpts; float32 stays float32. Of an array of dask, Zarr or HDF5, a dask array
            that is computed when it is asked for.

        Raises
        ------
        ValueError
            If the excerpts' length differs from fit, if they have samples that are NaN, infinite
            or beyond 1e140, or if scaled samples leave the range of their dtype.

        See Also
        --------
        inverse_transform : Undo the scaling.

        Examples
        --------
        >>> import numpy as np
        >>> from skgenre import WaveformScaler
        >>> X = np.array([[0.0, 2.0, 0.0, -2.0], [0.0, 4.0, 0.0, -4.0]])
        >>> WaveformScaler(scale="peak").fit(X).transform(X[:1])
        array([[ 0. ,  0.5,  0. , -0.5]])
        """
        check_is_fitted(self, None if self.per_excerpt else "scale_")
        return snapshot(self)._transform(X)

    def _transform(self, X):
        X = self._validate(X, reset=False, copy=self.copy, writeable=True)
        if isinstance(X, ChunkedExcerpts):
            return self._lazily("transform", X)
        return scale_amplitudes(X, vars(self))

    @overload
    def inverse_transform(self, X: Chunked) -> Any: ...

    @overload
    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]: ...

    @available_if(_for_the_data_set)
    def inverse_transform(self, X: Any) -> Any:
        """Undo the scaling; available where ``per_excerpt=False``.

        An excerpt's own mean and scale, of ``per_excerpt=True``, are not kept.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_timesteps)
            Scaled excerpts.

        Returns
        -------
        ndarray of shape (n_samples, n_timesteps)
            Excerpts with their former amplitude.

        Raises
        ------
        ValueError
            As in `transform`.

        See Also
        --------
        transform : Scale excerpts.

        Examples
        --------
        >>> import numpy as np
        >>> from skgenre import WaveformScaler
        >>> X = np.array([[0.0, 2.0, 0.0, -2.0], [0.0, 4.0, 0.0, -4.0]])
        >>> scaler = WaveformScaler(scale="peak").fit(X)
        >>> scaler.inverse_transform(scaler.transform(X))
        array([[ 0.,  2.,  0., -2.],
               [ 0.,  4.,  0., -4.]])
        """
        check_is_fitted(self, "scale_")
        return snapshot(self)._inverse_transform(X)

    def _inverse_transform(self, X):
        X = self._validate(X, reset=False, copy=self.copy, writeable=True)
        if isinstance(X, ChunkedExcerpts):
            return self._lazily("inverse_transform", X)
        with kept_in_range(X.dtype):
            X *= X.dtype.type(self.scale_)
            X += X.dtype.type(self.mean_)
        return X

    def _learn(self, X, y, first):
        context = self._init_callback_context()
        with replaced_once_fitted(self) as fitted:
            if first:
                fitted._reset()
            X = fitted._validate(X, reset=first)
            context.call_on_fit_task_begin(estimator=self, X=X, y=y)
            fitted._add(X)
            context.call_on_fit_task_end(
                estimator=self, X=X, y=y, reconstruction_attributes=dict(vars(fitted))
            )
        return self

    def _reset(self):
        for name in ("mean_", "scale_"):
            vars(self).pop(name, None)
        self.n_samples_seen_ = 0
        self._moments, self._extremes = StandardScaler(), (np.inf, -np.inf)

    def _add(self, X):
        self.n_samples_seen_ += len(X)
        if self.per_excerpt:
            return
        self._moments = deepcopy(self._moments)
        for block in map(_check_block, X.blocks()) if isinstance(X, ChunkedExcerpts) else [X]:
            self._extremes = _add_moments(self._moments, self._extremes, block)
        self._settle(X.dtype)

    def _validate(self, X, *, reset, copy=False, writeable=False):
        if is_chunked(X):
            dtype = np.float32 if X.dtype == np.float32 else np.float64
            return check_chunked(self, X, reset=reset, dtype=dtype)
        with sums_may_overflow():
            X = validate_data(
                self, X, reset=reset, dtype=_DTYPES, copy=copy, force_writeable=writeable
            )
        return _check_amplitudes(X)

    def _lazily(self, method, X):
        # A snapshot, which does not write to chunks that may be the user's own.
        scaler = without_callbacks(self).set_params(copy=True)
        return X.map_chunks(getattr(scaler, method), X.shape[1], X.dtype)

    def _settle(self, dtype):
        mean, variance = self._moments.mean_.item(), self._moments.var_.item()
        self.mean_ = mean if self.center else 0.0
        sizes = {
            None: 1.0,
            "std": np.sqrt(variance),
            "rms": np.hypot(np.sqrt(variance), mean - self.mean_),
            "peak": max(abs(extreme - self.mean_) for extreme in self._extremes),
        }
        self.scale_ = float(divisor(sizes[self.scale], mean, dtype))

    def __sklearn_tags__(self) -> "Tags":
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


_DTYPES = (np.float64, np.float32)


def _check_block(X):
    with sums_may_overflow():
        assert_all_finite(X, input_name="X")
    return _check_amplitudes(X)


def _check_amplitudes(X):
    if X.dtype == np.float64 and (largest := max(X.max(), -X.min())) > LARGEST_AMPLITUDE:
        raise ValueError(
            f"X has an amplitude of {largest:.3g}; WaveformScaler takes up to "
            f"{LARGEST_AMPLITUDE:g}."
        )
    return X


def _add_moments(moments, extremes, X):
    """Let moments learn from more excerpts, and widen the extremes."""
    lowest, highest = extremes
    for rows in gen_batches(len(X), ROWS_PER_BLOCK):
        with sums_may_overflow():
            moments.partial_fit(X[rows].reshape(-1, 1))
        lowest, highest = min(lowest, X[rows].min()), max(highest, X[rows].max())
    return float(lowest), float(highest)
