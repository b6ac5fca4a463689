"""Whole songs in, labels out."""

import warnings
from contextlib import closing
from numbers import Integral, Real
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import MetaEstimatorMixin, clone
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from skgenre._bunches import SongCourse
from skgenre._sklearn.documentation_link import DocumentationLinkMixin
from skgenre._sklearn.fit_metadata import fit_with_metadata
from skgenre._sklearn.private import AT_LEAST_ONE, HasMethods, Interval, StrOptions
from skgenre._sklearn.snapshots import replaced_once_fitted, snapshot
from skgenre._sklearn.typed import BaseEstimator, CallbackSupportMixin, ClassifierMixin, fit_context
from skgenre._song_files.checks import check_songs, name_song
from skgenre._song_files.reading import read_waveforms
from skgenre._song_files.recordings import Recordings, describe_duplicates
from skgenre._song_files.warnings import DuplicateSongWarning, UnreadableSongWarning
from skgenre._terminal.bars import follow
from skgenre._types import Cache, Estimator, Float, Int, Labels, Songs
from skgenre.audio._waveforms import EXCERPT_SECONDS, SAMPLE_RATE
from skgenre.songs._aggregation import aggregate_excerpts
from skgenre.songs._batches import predict_by_song
from skgenre.songs._cutting import count_timesteps, cut_nothing, cut_song
from skgenre.songs._excerpt_classifiers import (
    check_excerpt_classifier,
    check_sample_rate,
    default_estimator,
)
from skgenre.songs._labels import check_labelled_songs, check_trainable, learned_classes

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
        learns in it is given the song of each row as `groups`, where its `fit` takes them, and
        weights, with scikit-learn's metadata routing and without; nothing has to be requested. It
        needs `predict_proba`, which alone decides on labels: a threshold, as that of
        :class:`~sklearn.model_selection.FixedThresholdClassifier`, belongs around the songs. None
        means ``make_pipeline(WaveformScaler(), CNNGenreClassifier(class_weight="balanced"))``.
    sample_rate : int, default=400
        Rate in Hz to which sound files are brought. Waveforms must have it already.
    excerpt_seconds : float, default=3.0
        Length of an excerpt in seconds. A shorter song is filled up with silence.
    hop_seconds : float or None, default=None
        Seconds from the beginning of an excerpt to that of the next one; None means end to end.
        The excerpts of one song may take 1 GiB.
    max_excerpts : int or None, default=None
        At most so many excerpts of each song, evenly spread over it.
    aggregate : {"mean", "vote", "max"}, default="mean"
        How a song's probabilities come from those of its excerpts: their mean; the share of
        excerpts of which a class is the likeliest; or the greatest of each class, made to sum
        to one.
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
    n_excerpts_ : ndarray of shape (n_songs,)
        Excerpts that each song of `fit` was cut into; 0 where it was left out.

    See Also
    --------
    CNNGenreClassifier : Classifies excerpts.
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
        "sample_rate": [AT_LEAST_ONE],
        "excerpt_seconds": [Interval(Real, 0, None, closed="neither")],
        "hop_seconds": [Interval(Real, 0, None, closed="neither"), None],
        "max_excerpts": _COUNT_OR_NONE,
        "aggregate": [StrOptions({"mean", "vote", "max"})],
        "song_weight": [StrOptions({"equal", "length"})],
        "memory": [str, HasMethods(["cache"]), None],
        "n_jobs": [Integral, None],
        "on_error": [StrOptions({"raise", "skip"})],
        "verbose": ["verbose"],
    }

    classes_: Labels
    estimator_: Any
    class_prior_: NDArray[np.float64]
    n_excerpts_: NDArray[np.int64]

    def __init__(
        self,
        estimator: Estimator | None = None,
        *,
        sample_rate: Int = SAMPLE_RATE,
        excerpt_seconds: Float = EXCERPT_SECONDS,
        hop_seconds: Float | None = None,
        max_excerpts: Int | None = None,
        aggregate: Literal["mean", "vote", "max"] = "mean",
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
        self.song_weight = song_weight
        self.memory = memory
        self.n_jobs = n_jobs
        self.on_error = on_error
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Songs, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Learn from songs.

        All songs are read and cut first; then `estimator` is fitted once, on the excerpts of all.

        Parameters
        ----------
        X : list, array or series of n_songs paths or waveforms
            Songs: paths of sound files, or arrays of shape (n_samples,) at `sample_rate`, mono. In
            a matrix each row is a song.
        y : array-like of shape (n_songs,)
            Labels.
        sample_weight : array-like of shape (n_songs,), default=None
            Weights of songs.

        Returns
        -------
        SongClassifier
            The fitted classifier.

        Raises
        ------
        ValueError
            If a song cannot be read (unless ``on_error="skip"``), if the excerpts of one would take
            more than 1 GiB, if `estimator` has no probabilities or a threshold of its own, if
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
        estimator = self._fresh_estimator()
        songs, y, weights = check_labelled_songs(X, y, sample_weight)
        metadata = None if sample_weight is None else {"sample_weight": weights}
        watched = {"estimator": self, "X": songs, "y": y, "metadata": metadata}
        context = self._init_callback_context(max_subtasks=2)
        context.call_on_fit_task_begin(**watched)
        reading = context.subcontext(task_name="read-songs")
        reading.call_on_fit_task_begin(**watched)
        recordings = Recordings()
        parts = [song.excerpts for song in self._cut(songs, recordings)]
        reading.call_on_fit_task_end(**watched)
        self._fit_excerpts(
            estimator, parts, y, weights, context.subcontext(task_name="fit-estimator")
        )
        context.call_on_fit_task_end(**watched, reconstruction_attributes={})
        if repeated := recordings.repeated():
            text = describe_duplicates(repeated, songs, y)
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
        with closing(fitted._cut(check_songs(X))) as cut:
            predicted = predict_by_song(fitted.estimator_, cut)
            return [fitted._follow(song, probabilities) for song, probabilities in predicted]

    def _fit_excerpts(self, estimator, parts, y, weights, context):
        """Fit the classifier of excerpts on those of all songs."""
        n_excerpts = np.array([len(part) for part in parts])
        readable = n_excerpts > 0
        check_trainable(y[readable], weights[readable])
        song = np.repeat(np.arange(len(parts)), n_excerpts)
        metadata = {"groups": song, **self._weigh(song, n_excerpts, weights)}
        watched = {"estimator": self, "X": np.concatenate(parts), "y": y[song]}
        with context.propagate_callback_context(estimator):
            context.call_on_fit_task_begin(**watched)
            estimator = fit_with_metadata(estimator, watched["X"], watched["y"], metadata)
        context.call_on_fit_task_end(**watched)
        check_excerpt_classifier(estimator)
        classes, class_prior = learned_classes(estimator, y[readable], weights[readable])
        with replaced_once_fitted(self) as fitted:
            fitted.estimator_ = estimator
            fitted.classes_, fitted.class_prior_ = classes, class_prior
            fitted.n_excerpts_ = n_excerpts

    def _cut(self, songs, recordings=None):
        """Yield the excerpts of each song and where they begin; none of one that is unreadable."""
        length = self._n_timesteps("excerpt_seconds")
        hop = length if self.hop_seconds is None else self._n_timesteps("hop_seconds")
        with closing(self._read(songs)) as waveforms:
            for number, waveform in enumerate(waveforms):
                if waveform is None:
                    yield cut_nothing(length)
                    continue
                if recordings is not None:
                    recordings.add(number, waveform)
                name = name_song(number, songs[number])
                yield cut_song(waveform, length, hop, self.max_excerpts, name)

    def _read(self, songs):
        """Yield the waveform of each song; None of one that is unreadable."""
        waveforms = read_waveforms(songs, self.sample_rate, memory=self.memory, n_jobs=self.n_jobs)
        errors = []
        shown = follow(waveforms, len(songs), "Reading songs", shown=bool(self.verbose))
        with closing(waveforms), shown as followed:
            for waveform in followed:
                if not isinstance(waveform, ValueError):
                    yield waveform
                elif self.on_error == "skip":
                    errors.append(waveform)
                    yield None
                else:
                    raise waveform
        if errors:
            warnings.warn(
                f"{len(errors)} of {len(songs)} songs left out. " + " ".join(map(str, errors)),
                UnreadableSongWarning,
                stacklevel=4,
            )

    def _n_timesteps(self, name):
        return count_timesteps(name, getattr(self, name), self.sample_rate)

    def _fresh_estimator(self):
        if self.estimator is None:
            return default_estimator()
        check_excerpt_classifier(self.estimator)
        check_sample_rate(self.estimator, self.sample_rate)
        return clone(self.estimator)

    def _weigh(self, song, n_excerpts, weights):
        """Weigh excerpts, where songs differ in weight."""
        if self.song_weight == "equal":
            usual = np.average(n_excerpts, weights=weights)
            weights = weights * usual / np.maximum(n_excerpts, 1)
        return {"sample_weight": weights[song]} if np.ptp(weights[song]) > 0 else {}

    def _follow(self, song, probabilities):
        if probabilities is None:
            probabilities = np.empty((0, len(self.classes_)))
        return SongCourse(
            seconds=song.starts / self.sample_rate,
            probabilities=probabilities,
            labels=self.classes_[probabilities.argmax(axis=1)],
        )

    def __sklearn_tags__(self) -> "Tags":
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        return tags
