"""Whole songs in, labels out."""

import warnings
from contextlib import closing
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import MetaEstimatorMixin, clone
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from skgenre._bunches import SongCourse
from skgenre._sklearn.documentation_link import DocumentationLinkMixin
from skgenre._sklearn.private import AT_LEAST_ONE, HasMethods, Interval, StrOptions
from skgenre._sklearn.snapshots import replaced_once_fitted, snapshot
from skgenre._sklearn.typed import BaseEstimator, CallbackSupportMixin, ClassifierMixin, fit_context
from skgenre._song_files.checks import check_songs
from skgenre._song_files.recordings import Recordings, describe_duplicates
from skgenre._song_files.warnings import DuplicateSongWarning
from skgenre._types import Cache, Estimator, Float, Int, Labels, Request, Songs
from skgenre.audio._waveforms import EXCERPT_SECONDS
from skgenre.songs._aggregation import AGGREGATES, aggregate_excerpts
from skgenre.songs._batches import predict_by_song
from skgenre.songs._calibration import find_temperature, split_for_calibration
from skgenre.songs._cutting import sample_rate_of
from skgenre.songs._excerpt_classifiers import (
    check_excerpt_classifier,
    check_sample_rate,
    chosen_sample_rate,
    default_estimator,
)
from skgenre.songs._fitting import fit_on_excerpts
from skgenre.songs._gathering import gather_excerpts
from skgenre.songs._labels import check_labelled_songs, check_trainable, learned_classes
from skgenre.songs._reading import read_and_cut

_COUNT_OR_NONE = [AT_LEAST_ONE, None]


class SongClassifier(
    DocumentationLinkMixin,
    CallbackSupportMixin,
    ClassifierMixin,
    MetaEstimatorMixin,
    BaseEstimator,
):
    """Classify whole songs by the excerpts that they are cut into.

    A song is a sound file or a waveform of any length. Songs are decoded, mixed to mono,
    resampled and cut into excerpts; a classifier learns the excerpts, and a song's label is
    what its excerpts say together. As the samples are songs, no split, cross-validation or
    search can have one song on both sides.

    Parameters
    ----------
    estimator : estimator or None, default=None
        Classifies excerpts: rows of ``round(excerpt_seconds * sample_rate)`` amplitudes. What
        learns in it is given the song of each row, or its group, as `groups`, where its `fit` takes
        them, and weights, with scikit-learn's metadata routing and without; nothing has to be
        requested. It needs `predict_proba`, which alone decides on labels: a threshold, as that of
        :class:`~sklearn.model_selection.FixedThresholdClassifier`, belongs around the songs. None
        means ``FilterbankGenreClassifier(sample_rate=sample_rate, class_weight="balanced")``.
    sample_rate : int or None, default=None
        Rate in Hz to which sound files are brought. Waveforms must have it already. None means the
        `sample_rate` of `estimator`, or of what predicts in it, and 400 where it has none; 8,000
        where `estimator` is None.
    excerpt_seconds : float, default=3.0
        Length of an excerpt in seconds. A shorter song is filled up with silence.
    hop_seconds : float or None, default=None
        Seconds from the beginning of an excerpt to that of the next one; None means end to end.
        The excerpts of one song may take 1 GiB.
    max_excerpts : int or None, default=None
        At most so many excerpts of each song, evenly spread over it.
    aggregate : {"mean", "geometric_mean", "vote", "max"}, default="mean"
        How a song's probabilities come from those of its excerpts: their mean; their geometric
        mean, which is the mean of their logarithms, made to sum to one; the share of excerpts of
        which a class is the likeliest; or the greatest of each class, made to sum to one.
    calibration : {"temperature"} or None, default=None
        How a song's probabilities are brought to how often songs of such a probability are right.
        "temperature" divides their logarithms by one number, which leaves the labels as they are.
        `fit` finds it by the least log loss on songs that are held out, in three folds; training
        takes three times as long. Pass `groups` to `fit` where songs share artists and new ones do
        not: otherwise the probabilities come out too high.
    song_weight : {"equal", "length"}, default="equal"
        Whether each song weighs the same in training, however long it is, or each excerpt.
    memory : str, joblib.Memory or None, default=None
        Folder or cache where decoded files are kept, to be decoded again only once they change. A
        file is known by what it holds, wherever it lies. A folder named by a str holds arrays in
        numpy's format and no code; a `joblib.Memory` holds pickles, which run code when they are
        read, and must be in a folder that only you can write to.
    n_jobs : int or None, default=None
        Songs that are read at once, by threads. None means 1, -1 as many as there are cores.
    on_error : {"raise", "skip"}, default="raise"
        What becomes of a song that cannot be read. With "skip" a warning names it; `fit` leaves
        it out, and in prediction it gets what is known without hearing it, `class_prior_`.
    verbose : int, default=0
        Not zero: a progress bar on standard error while songs are read; where that is neither a
        terminal nor a notebook, one line at the end.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels.
    estimator_ : estimator
        The fitted classifier of excerpts.
    class_prior_ : ndarray of shape (n_classes,)
        Share of each class among the songs of `fit`.
    sample_rate_ : int
        Rate at which songs are learned and predicted, in Hz.
    temperature_ : float
        What the logarithms of a song's probabilities are divided by; 1 without `calibration`.
    n_excerpts_ : ndarray of shape (n_songs,)
        Excerpts that each song of `fit` was cut into; 0 where it was left out.

    See Also
    --------
    FilterbankGenreClassifier : Classifies excerpts, unless another `estimator` is given.
    skgenre.datasets.load_audio_folder : Finds songs in a folder for each genre.
    skgenre.audio.read_audio : Reads one file.

    Examples
    --------
    >>> import numpy as np
    >>> from skgenre import CNNGenreClassifier, SongClassifier
    >>> seconds = np.arange(0, 9, 1 / 400)
    >>> songs = [np.sin(2 * np.pi * pitch * seconds) for pitch in [20, 21, 22, 90, 91, 92]]
    >>> labels = ["low", "low", "low", "high", "high", "high"]
    >>> classifier = SongClassifier(CNNGenreClassifier(batch_size=2, random_state=0))
    >>> classifier.fit(songs, labels).predict([songs[0][:1500], songs[5]])
    array(['low', 'high'], dtype='<U4')
    """

    _parameter_constraints = {
        "estimator": [HasMethods(["fit"]), None],
        "sample_rate": _COUNT_OR_NONE,
        "excerpt_seconds": [Interval(Real, 0, None, closed="neither")],
        "hop_seconds": [Interval(Real, 0, None, closed="neither"), None],
        "max_excerpts": _COUNT_OR_NONE,
        "aggregate": [StrOptions({*AGGREGATES})],
        "calibration": [StrOptions({"temperature"}), None],
        "song_weight": [StrOptions({"equal", "length"})],
        "memory": [str, HasMethods(["cache"]), None],
        "n_jobs": [Integral, None],
        "on_error": [StrOptions({"raise", "skip"})],
        "verbose": ["verbose"],
    }

    classes_: Labels
    estimator_: Any
    class_prior_: NDArray[np.float64]
    sample_rate_: int
    temperature_: float
    n_excerpts_: NDArray[np.int64]

    def __init__(
        self,
        estimator: Estimator | None = None,
        *,
        sample_rate: Int | None = None,
        excerpt_seconds: Float = EXCERPT_SECONDS,
        hop_seconds: Float | None = None,
        max_excerpts: Int | None = None,
        aggregate: Literal["mean", "geometric_mean", "vote", "max"] = "mean",
        calibration: Literal["temperature"] | None = None,
        song_weight: Literal["equal", "length"] = "equal",
        memory: str | Cache | None = None,
        n_jobs: Int | None = None,
        on_error: Literal["raise", "skip"] = "raise",
        verbose: Int = 0,
    ) -> None:
        self.estimator = estimator
        self.sample_rate = sample_rate
        self.excerpt_seconds = excerpt_seconds
        self.hop_seconds = hop_seconds
        self.max_excerpts = max_excerpts
        self.aggregate = aggregate
        self.calibration = calibration
        self.song_weight = song_weight
        self.memory = memory
        self.n_jobs = n_jobs
        self.on_error = on_error
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=False)
    def fit(
        self,
        X: Songs,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | None = None,
    ) -> Self:
        """Learn from songs.

        All songs are read and cut first; then `estimator` is fitted once, on the excerpts of all.
        With `calibration` clones of it are fitted on parts of the songs as well.

        Excerpts are one array of float32: in memory up to 1 GiB, in a temporary file where there
        are more, which takes memory only as far as `estimator` copies it.

        Parameters
        ----------
        X : list, array or series of n_songs paths or waveforms
            Songs: paths of sound files, or arrays of shape (n_samples,) at `sample_rate_`, mono. In
            a matrix each row is a song.
        y : array-like of shape (n_songs,)
            Labels.
        sample_weight : array-like of shape (n_songs,), default=None
            Weights of songs.
        groups : array-like of shape (n_songs,), default=None
            What each song shares with others, such as its artist. Where songs are held out, for
            `calibration` or by `estimator`, those of one group are held out together. None means
            that each song is by itself.

        Returns
        -------
        SongClassifier
            The fitted classifier.

        Raises
        ------
        ValueError
            If a song cannot be read (unless ``on_error="skip"``), if the excerpts of one would take
            more than 1 GiB, if a class has fewer than three songs, or groups, to calibrate with, if
            `estimator` has no probabilities, a threshold of its own or another `sample_rate`, if
            something that learns in it gets no `sample_weight` where songs differ in weight, or
            holds out excerpts without knowing their songs, or as `estimator` does.

        Warns
        -----
        UnreadableSongWarning
            If songs were left out.
        DuplicateSongWarning
            If songs are the same recording; once the training is done.

        See Also
        --------
        skgenre.datasets.load_audio_folder : Finds songs in a folder for each genre.

        Examples
        --------
        >>> import numpy as np
        >>> from skgenre import MLPGenreClassifier, SongClassifier
        >>> songs = np.random.default_rng(0).standard_normal((4, 2400))
        >>> classifier = SongClassifier(MLPGenreClassifier(epochs=1, random_state=0))
        >>> classifier.fit(songs, ["rock", "rock", "pop", "pop"]).n_excerpts_
        array([2, 2, 2, 2])
        """
        sample_rate = int(chosen_sample_rate(self))
        estimator = self._fresh_estimator(sample_rate)
        songs, labels = check_labelled_songs(X, y, sample_weight, groups)
        metadata = {} if sample_weight is None else {"sample_weight": labels.weights}
        metadata |= {} if groups is None else {"groups": groups}
        watched = {"estimator": self, "X": songs, "y": labels.y, "metadata": metadata or None}
        context = self._init_callback_context(max_subtasks=2)
        context.call_on_fit_task_begin(**watched)
        reading = context.subcontext(task_name="read-songs")
        reading.call_on_fit_task_begin(**watched)
        recordings = Recordings()
        excerpts = gather_excerpts(read_and_cut(self, songs, sample_rate, recordings))
        reading.call_on_fit_task_end(**watched)
        fitting = context.subcontext(task_name="fit-estimator")
        self._fit_excerpts(estimator, excerpts, labels, sample_rate, fitting)
        context.call_on_fit_task_end(**watched, reconstruction_attributes={})
        if repeated := recordings.repeated():
            text = describe_duplicates(repeated, songs, labels.y)
            warnings.warn(text, DuplicateSongWarning, stacklevel=3)
        return self

    def predict(self, X: Songs) -> Labels:
        """Name the likeliest class of each song.

        It is the one with the greatest probability, the first of those that share it.

        Parameters
        ----------
        X : list, array or series of n_songs paths or waveforms
            Songs, as in `fit`.

        Returns
        -------
        ndarray of shape (n_songs,)
            Labels.

        Raises
        ------
        NotFittedError
            If the classifier is not fitted.
        ValueError
            If a song cannot be read (unless ``on_error="skip"``).

        See Also
        --------
        predict_proba : Probabilities of each song.
        predict_excerpts : Probabilities of each excerpt.

        Examples
        --------
        >>> import numpy as np
        >>> from skgenre import MLPGenreClassifier, SongClassifier
        >>> songs = np.random.default_rng(0).standard_normal((4, 2400))
        >>> classifier = SongClassifier(MLPGenreClassifier(epochs=1, random_state=0))
        >>> classifier = classifier.fit(songs, ["rock", "rock", "pop", "pop"])
        >>> classifier.predict(songs).shape
        (4,)
        """
        fitted = snapshot(self)
        likeliest = fitted.predict_proba(X).argmax(axis=1)
        return fitted.classes_[likeliest]

    def predict_proba(self, X: Songs) -> NDArray[np.floating[Any]]:
        """Estimate the probability of each class for each song.

        `aggregate` says how they come from the probabilities of the song's excerpts.

        Parameters
        ----------
        X : list, array or series of n_songs paths or waveforms
            Songs, as in `fit`.

        Returns
        -------
        ndarray of shape (n_songs, n_classes)
            One column per class, in the order of ``classes_``.

        Raises
        ------
        NotFittedError
            If the classifier is not fitted.
        ValueError
            If a song cannot be read (unless ``on_error="skip"``).

        See Also
        --------
        predict : The likeliest classes.
        predict_excerpts : Probabilities of each excerpt.

        Examples
        --------
        >>> import numpy as np
        >>> from skgenre import MLPGenreClassifier, SongClassifier
        >>> songs = np.random.default_rng(0).standard_normal((4, 2400))
        >>> classifier = SongClassifier(MLPGenreClassifier(epochs=1, random_state=0))
        >>> classifier = classifier.fit(songs, ["rock", "rock", "pop", "pop"])
        >>> classifier.predict_proba(songs).shape
        (4, 2)
        """
        fitted = snapshot(self)
        courses = fitted.predict_excerpts(X)
        return np.array([aggregate_excerpts(fitted, course.probabilities) for course in courses])

    def predict_excerpts(self, X: Songs) -> list[SongCourse]:
        """Return the course of each song: the probabilities of its excerpts, one after the other.

        It shows where in a song the classifier finds which class.

        Parameters
        ----------
        X : list, array or series of n_songs paths or waveforms
            Songs, as in `fit`.

        Returns
        -------
        list of :class:`~sklearn.utils.Bunch`
            One for each song, with the following attributes.

            seconds : ndarray of shape (n_excerpts,)
                Where each excerpt begins. A song that could not be read has no excerpts.
            probabilities : ndarray of shape (n_excerpts, n_classes)
                Probabilities of the classes.
            labels : ndarray of shape (n_excerpts,)
                Likeliest classes.

        Raises
        ------
        NotFittedError
            If the classifier is not fitted.
        ValueError
            If a song cannot be read (unless ``on_error="skip"``).

        See Also
        --------
        predict_proba : Probabilities of the whole song.

        Examples
        --------
        >>> import numpy as np
        >>> from skgenre import MLPGenreClassifier, SongClassifier
        >>> songs = np.random.default_rng(0).standard_normal((4, 2400))
        >>> classifier = SongClassifier(MLPGenreClassifier(epochs=1, random_state=0))
        >>> classifier = classifier.fit(songs, ["rock", "rock", "pop", "pop"])
        >>> course = classifier.predict_excerpts(songs)[0]
        >>> course.seconds
        array([0., 3.])
        >>> course.probabilities.shape
        (2, 2)
        """
        check_is_fitted(self)
        fitted = snapshot(self)
        with closing(read_and_cut(fitted, check_songs(X), sample_rate_of(fitted))) as cut:
            predicted = predict_by_song(fitted.estimator_, cut)
            return [fitted._follow(song, probabilities) for song, probabilities in predicted]

    def _fit_excerpts(self, estimator, excerpts, labels, sample_rate, context):
        """Fit the classifier of excerpts on those of all songs, and calibrate what it says."""
        readable = excerpts.counts > 0
        y, weights = labels.y[readable], labels.weights[readable]
        check_trainable(y, weights)
        folds = self._calibration_folds(np.flatnonzero(readable & (labels.weights > 0)), labels)
        watched = {"estimator": self, "X": excerpts.X, "y": labels.y[excerpts.songs]}
        with context.propagate_callback_context(estimator):
            context.call_on_fit_task_begin(**watched)
            estimator = fit_on_excerpts(estimator, excerpts, labels, self.song_weight)
        context.call_on_fit_task_end(**watched)
        check_excerpt_classifier(estimator)
        classes, class_prior = learned_classes(estimator, y, weights)
        params = {"aggregate": self.aggregate, "song_weight": self.song_weight}
        temperature = find_temperature(estimator, excerpts, labels, folds, params) if folds else 1.0
        with replaced_once_fitted(self) as fitted:
            fitted.estimator_, fitted.temperature_ = estimator, temperature
            fitted.classes_, fitted.class_prior_ = classes, class_prior
            fitted.sample_rate_, fitted.n_excerpts_ = sample_rate, excerpts.counts

    def _calibration_folds(self, songs, labels):
        return [] if self.calibration is None else split_for_calibration(songs, labels)

    def _fresh_estimator(self, sample_rate):
        if self.estimator is None:
            return default_estimator(sample_rate)
        check_excerpt_classifier(self.estimator)
        check_sample_rate(self.estimator, sample_rate)
        return clone(self.estimator)

    def _follow(self, song, probabilities):
        if probabilities is None:
            probabilities = np.empty((0, len(self.classes_)))
        return SongCourse(
            seconds=song.starts / sample_rate_of(self),
            probabilities=probabilities,
            labels=self.classes_[probabilities.argmax(axis=1)],
        )

    if TYPE_CHECKING:
        # scikit-learn generates it from the signature above.
        def set_fit_request(
            self, *, sample_weight: Request = ..., groups: Request = ...
        ) -> Self: ...

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Files of former versions lack what was added since.
        super().__setstate__({"calibration": None, **state})

    def __sklearn_tags__(self) -> "Tags":
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        return tags
