"""The contract that all classifiers share: labels, validation, fit and predict."""

from functools import partial
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted, check_random_state

from skgenre._arrays.checks import (
    at_least_two,
    check_excerpts,
    check_labels,
    check_outputs,
    check_training,
    check_validation,
)
from skgenre._arrays.relative_weights import weigh_relatively
from skgenre._engine.architecture import Architecture
from skgenre._engine.gradients import input_gradients
from skgenre._engine.job import Recipe, Schedule, State, join_histories
from skgenre._engine.programs import adapted_weights, fresh_weights, predict, train
from skgenre._engine.weights import unpack_weights
from skgenre._keras.callbacks import make_callbacks
from skgenre._keras.losses import make_loss
from skgenre._keras.optimizers import check_keras_defaults, make_optimizer, optimizer_kind
from skgenre._keras.scikeras_routing import route_params
from skgenre._sklearn.callbacks import EpochTasks, FitTask
from skgenre._sklearn.documentation_link import DocumentationLinkMixin
from skgenre._sklearn.private import check_first_partial_fit, validate_parameter_constraints
from skgenre._sklearn.snapshots import replaced_once_fitted, snapshot
from skgenre._sklearn.typed import CallbackSupportMixin, fit_context
from skgenre._tensorflow import keras
from skgenre._tensorflow.shards import ROWS_PER_PREDICTION_CALL
from skgenre._types import ExcerptsLike, Labels, Probabilities, Request
from skgenre.classifiers._class_weights import weigh_classes
from skgenre.classifiers._held_out import hold_out
from skgenre.classifiers._scikeras_gaps import SklearnKerasClassifier
from skgenre.classifiers._scikeras_names import explains_arguments, refuse_hooks
from skgenre.networks._fitted_state import check_fitted_state
from skgenre.networks._parameters import count_numbers


class BaseGenreClassifier(DocumentationLinkMixin, CallbackSupportMixin, SklearnKerasClassifier):
    """Base of classifiers that train one Keras network on waveforms.

    A subclass gives the network: `_build` and `_list_parameters`, functions of
    `skgenre.networks`, and `_network_settings`, which checks the subclass' own parameters and
    returns those functions' keyword arguments.
    """

    classes_: Labels
    history_: dict[str, list[float]]
    n_iter_: int
    n_features_in_: int
    feature_names_in_: NDArray[np.object_]

    # Whether the learning rate of `fit` rises and falls; it is constant otherwise.
    _warms_up_and_cools_down = False

    # Models saved by versions that did not record them lack these.
    _class_totals = 0.0
    _slot_names = None

    @explains_arguments
    @fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: ExcerptsLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: ExcerptsLike | None = None,
        y_val: ArrayLike | None = None,
        groups: ArrayLike | None = None,
    ) -> Self:
        """Train the network.

        A failed call, or one that is interrupted, leaves the classifier as it was.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_timesteps)
            Excerpts. float32 arrays are used without a copy, those of dask, Zarr or HDF5 are read
            piece by piece.
        y : array-like of shape (n_samples,)
            Labels: strings, integers or booleans, two classes or more.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, of which only the ratios count; a row of weight zero is left out.
        X_val : array-like of shape (n_val_samples, n_timesteps), default=None
            Excerpts on which loss and accuracy are taken after each epoch.
        y_val : array-like of shape (n_val_samples,), default=None
            Their labels, all of which occur in `y`.
        groups : array-like of shape (n_samples,), default=None
            Song of each excerpt. With `validation_fraction`, whole songs are held out.

        Returns
        -------
        object
            The fitted classifier.

        Raises
        ------
        ValueError
            If an argument or a parameter is not as described; before any training. Also if
            the training diverged to weights that are not finite.
        TypeError
            If `X` is sparse, or a callback, loss or optimizer is of the wrong type.

        See Also
        --------
        partial_fit : Train for one more epoch, on a part of the data.
        initialize : Draw the initial weights alone.

        Examples
        --------
        >>> from skgenre import CNNGenreClassifier
        >>> from skgenre.datasets import make_genre_excerpts
        >>> X, y = make_genre_excerpts(20, n_timesteps=60, random_state=0)
        >>> classifier = CNNGenreClassifier(epochs=2, random_state=0)
        >>> classifier.fit(X[:12], y[:12], X_val=X[12:], y_val=y[12:]).n_iter_
        2
        >>> sorted(classifier.history_)
        ['accuracy', 'loss', 'val_accuracy', 'val_loss']
        """
        context = self._init_callback_context(max_subtasks=self._setting("epochs"))
        with replaced_once_fitted(self) as fitted:
            task = FitTask(context, self)
            fitted._fit_all(X, y, sample_weight, X_val, y_val, groups, task)
        return self

    def _fit_all(self, X, y, sample_weight, X_val, y_val, groups, task):
        continuing = self.warm_start and hasattr(self, "classes_")
        checked = check_training(self, X, y, sample_weight, groups, reset=not continuing)
        if continuing:
            check_labels(checked.y, self.classes_, "y")
        else:
            self._start(at_least_two(np.unique(checked.y)))
        training, validation = self._set_apart(checked, X_val, y_val)
        if not continuing:
            self._adapt(training)
        training, validation, self._class_totals = weigh_relatively(
            training, validation, self._weigh_classes(checked)
        )
        epochs = self._setting("epochs")
        self._train(training, validation, epochs, task, self._warms_up_and_cools_down)

    @explains_arguments
    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self,
        X: ExcerptsLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train the network for one more epoch, on these excerpts.

        Nothing is held out: `validation_fraction` has no effect here.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_timesteps)
            Excerpts.
        y : array-like of shape (n_samples,)
            Labels.
        classes : array-like of shape (n_classes,), default=None
            All labels that will ever occur; needed in the first call only.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, of which only the ratios within this call count; a row of weight zero is left
            out. Classes keep their `class_weight` in a part that holds only some of them.

        Returns
        -------
        object
            The classifier.

        Raises
        ------
        ValueError
            If an argument or a parameter is not as described, if the first call has no
            `classes`, or if ``early_stopping=True`` or ``class_weight="balanced"``, which needs
            all labels at once.

        See Also
        --------
        fit : Train for all epochs at once.

        Examples
        --------
        >>> from skgenre import CNNGenreClassifier
        >>> from skgenre.datasets import make_genre_excerpts
        >>> X, y = make_genre_excerpts(20, n_timesteps=60, random_state=0)
        >>> classifier = CNNGenreClassifier(random_state=0)
        >>> classifier = classifier.partial_fit(X[:12], y[:12], classes=[0, 1])
        >>> classifier.partial_fit(X[12:], y[12:]).n_iter_
        2
        """
        context = self._init_callback_context(task_name="partial-fit", max_subtasks=1)
        with replaced_once_fitted(self) as fitted:
            fitted._fit_part(X, y, classes, sample_weight, FitTask(context, self))
        return self

    def _fit_part(self, X, y, classes, sample_weight, task):
        self._refuse_what_needs_all_data()
        first = check_first_partial_fit(self, classes)
        checked = check_training(self, X, y, sample_weight, None, reset=first)
        if first:
            self._start(at_least_two(self.classes_))
        check_labels(checked.y, self.classes_, "y")
        labelled = checked.labelled(self.classes_)
        if first:
            self._adapt(labelled)
        training, _, self._class_totals = weigh_relatively(
            labelled, None, self._weigh_classes(checked), self._class_totals
        )
        self._train(training, None, 1, task)

    @explains_arguments
    def initialize(self, X: ExcerptsLike, y: ArrayLike) -> Self:
        """Give the network its initial weights without training it.

        What it predicts then is what training starts from.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_timesteps)
            Excerpts; they decide the length of an excerpt.
        y : array-like of shape (n_samples,)
            Labels; they decide the classes.

        Returns
        -------
        object
            The classifier, able to predict, and for ``warm_start`` and ``partial_fit`` to
            continue from.

        Raises
        ------
        ValueError
            As in `fit`.

        See Also
        --------
        fit : Train the network.

        Examples
        --------
        >>> from skgenre import CNNGenreClassifier
        >>> from skgenre.datasets import make_genre_excerpts
        >>> X, y = make_genre_excerpts(20, n_timesteps=60, random_state=0)
        >>> CNNGenreClassifier(random_state=0).initialize(X, y).n_iter_
        0
        """
        self._validate_params()
        with replaced_once_fitted(self) as fitted:
            checked = check_training(fitted, X, y, None, None, reset=True)
            fitted._start(at_least_two(np.unique(checked.y)))
            fitted._adapt(checked.labelled(fitted.classes_))
        return self

    @explains_arguments
    def predict(self, X: ExcerptsLike) -> Labels:
        """Name the likeliest class of each excerpt.

        If several share the greatest probability, it is the first of them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_timesteps)
            Excerpts.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels.

        Raises
        ------
        NotFittedError
            If the classifier is not fitted.
        ValueError
            If the excerpts' length differs from fit, or they have samples that are NaN, infinite
            or so large that the network's outputs are not finite.

        See Also
        --------
        predict_proba : Probabilities instead of labels.

        Examples
        --------
        >>> from skgenre import CNNGenreClassifier
        >>> from skgenre.datasets import make_genre_excerpts
        >>> X, y = make_genre_excerpts(20, n_timesteps=60, random_state=0)
        >>> classifier = CNNGenreClassifier(epochs=1, random_state=0).fit(X, y)
        >>> classifier.predict(X).shape
        (20,)
        """
        fitted = snapshot(self)
        likeliest = fitted.predict_proba(X).argmax(axis=1)
        return fitted.classes_[likeliest]

    @explains_arguments
    def predict_proba(self, X: ExcerptsLike) -> Probabilities:
        """Estimate the probability of each class for each excerpt.

        They are the network's outputs as they are; nothing calibrates them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_timesteps)
            Excerpts.

        Returns
        -------
        ndarray of shape (n_samples, n_classes), float32
            One column per class, in the order of ``classes_``.

        Raises
        ------
        NotFittedError
            If the classifier is not fitted.
        ValueError
            If the excerpts' length differs from fit, or they have samples that are NaN, infinite
            or so large that the network's outputs are not finite.

        See Also
        --------
        predict : The likeliest classes.
        sklearn.calibration.CalibratedClassifierCV : Calibrates probabilities.

        Examples
        --------
        >>> from skgenre import CNNGenreClassifier
        >>> from skgenre.datasets import make_genre_excerpts
        >>> X, y = make_genre_excerpts(20, n_timesteps=60, random_state=0)
        >>> classifier = CNNGenreClassifier(epochs=1, random_state=0).fit(X, y)
        >>> classifier.predict_proba(X).shape
        (20, 2)
        """
        check_is_fitted(self)
        fitted = snapshot(self)
        X = check_excerpts(fitted, X)
        rows_per_call = int(vars(fitted).get("predict__batch_size", ROWS_PER_PREDICTION_CALL))
        outputs = predict(fitted._architecture(), fitted._weights, X, rows_per_call)
        check_outputs(outputs, X)
        return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs

    @property
    def model_(self) -> keras.Model:
        """The fitted network as a `keras.Model` of its own, built when first asked for.

        It is a copy: changing it does not change predictions.

        See Also
        --------
        skgenre.networks.parameter_table : Lists its parameters.

        Examples
        --------
        >>> from skgenre import CNNGenreClassifier
        >>> from skgenre.datasets import make_genre_excerpts
        >>> X, y = make_genre_excerpts(20, n_timesteps=60, random_state=0)
        >>> classifier = CNNGenreClassifier(epochs=1, random_state=0).fit(X, y)
        >>> classifier.model_.layers[1].name
        'conv1d_1'
        """
        check_is_fitted(self)
        fitted = snapshot(self)
        weights, model = vars(fitted).get("_model", (None, None))
        if weights is fitted._weights:
            return model
        model = fitted._architecture().build_model(seed=0)
        model.set_weights(unpack_weights(model.weights, fitted._weights))
        # Keras exports only what has been called.
        model(np.zeros((1, fitted.n_features_in_), np.float32))
        # Kept with its weights: another fit may have ended meanwhile.
        self._model = fitted._weights, model
        return model

    if TYPE_CHECKING:
        # scikit-learn generates these from the signatures above.

        def set_fit_request(
            self,
            *,
            sample_weight: Request = ...,
            X_val: Request = ...,
            y_val: Request = ...,
            groups: Request = ...,
        ) -> Self: ...

        def set_partial_fit_request(
            self, *, classes: Request = ..., sample_weight: Request = ...
        ) -> Self: ...

        def set_score_request(self, *, sample_weight: Request = ...) -> Self: ...

    def _validate_params(self):
        refuse_hooks(self)
        constraints = self._parameter_constraints
        in_force = {name: self._setting(name) for name in constraints}
        validate_parameter_constraints(
            {**constraints, "predict__batch_size": constraints["batch_size"]},
            {**self._routed_params(), **in_force},
            caller_name=type(self).__name__,
        )

    def _start(self, classes):
        """Forget any former training and draw initial weights."""
        self.classes_ = classes
        self._seed = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        self._fitted_settings = self._network_settings()
        self._weights = fresh_weights(self._architecture(), self._seed)
        self._slots_by_optimizer, self._slot_names = {}, None
        self._class_totals = [0.0] * len(classes)
        self.history_ = {"loss": [], "accuracy": []}
        self.n_iter_ = 0
        vars(self).pop("_model", None)

    def _adapt(self, labelled):
        """Standardise what reaches layers of the network that ask for it."""
        self._weights = adapted_weights(self._architecture(), self._weights, labelled)

    def _refuse_what_needs_all_data(self):
        if self.early_stopping:
            raise ValueError(
                "early_stopping=True is not supported by partial_fit, which trains for one epoch."
            )
        if self._setting("class_weight") == "balanced":
            raise ValueError(
                "class_weight='balanced' is not supported by partial_fit, which sees a part of "
                "the labels at a time: pass a dict."
            )

    def _weigh_classes(self, checked):
        class_weight = self._setting("class_weight")
        return weigh_classes(class_weight, checked.y, self.classes_, checked.sample_weight)

    def _set_apart(self, checked, X_val, y_val):
        """Split excerpts into those trained on and those only scored, which may be None."""
        fraction = self.validation_fraction
        if (X_val is None) != (y_val is None):
            raise ValueError("X_val and y_val go together: one of them is missing.")
        if X_val is not None and fraction is not None:
            raise ValueError(
                f"validation_fraction={fraction} and X_val are two ways to say the same: "
                "use one of them."
            )
        labelled = checked.labelled(self.classes_)
        if X_val is not None:
            return labelled, check_validation(self, X_val, y_val)
        if fraction is not None:
            held_out = hold_out(checked.y, checked.groups, fraction, self._seed)
            return labelled.take(~held_out), labelled.take(held_out)
        if self.early_stopping:
            raise ValueError(
                "early_stopping=True needs validation data: pass X_val and y_val to fit, or set "
                "validation_fraction."
            )
        return labelled, None

    def _train(self, training, validation, epochs, task, warms_up_and_cools_down=False):
        recipe = self._recipe()
        # Slots are useful only to an optimizer of the same kind.
        kind = optimizer_kind(recipe.optimizer)
        watched = self._watched(training, task.estimator)
        schedule = Schedule(
            epochs=int(epochs),
            # No batch has more rows than there are.
            batch_size=min(int(self._setting("batch_size")), len(training)),
            seed=self._seed,
            first_epoch=self.n_iter_,
            callbacks=make_callbacks(self._setting("callbacks"), self._arguments("callbacks")),
            patience=int(self.patience) if self.early_stopping else None,
            verbose=int(self._setting("verbose")),
            tasks=EpochTasks(task.context, partial(self._as_trained, kind), **watched),
            warms_up_and_cools_down=warms_up_and_cools_down,
        )
        task.context.call_on_fit_task_begin(**watched)
        state = State(self._weights, self._slots_by_optimizer.get(kind), self._slot_names)
        state, history = train(recipe, state, training, validation, schedule)
        vars(self).update(self._trained(kind, state, history))
        vars(self).pop("_model", None)
        task.context.call_on_fit_task_end(**watched, reconstruction_attributes=dict(vars(self)))

    def _trained(self, kind, state, history):
        """Make attributes of a training's course; `kind` names the optimizer's class."""
        return {
            "_weights": _finite(state.weights),
            "_slots_by_optimizer": {kind: state.slots},
            "_slot_names": state.slot_names,
            "history_": join_histories(self.history_, history),
            "n_iter_": self.n_iter_ + len(history["loss"]),
        }

    def _as_trained(self, kind, state, history):
        """Make all attributes of an estimator that has come so far in its training."""
        return {**vars(self), **self._trained(kind, state, history)}

    def _watched(self, training, estimator):
        """Return what scikit-learn's callbacks see of a training; arrays are read if they ask."""
        given = training.sample_weight
        return {
            "estimator": estimator,
            "X": training.excerpts,
            "y": lambda: self.classes_[training.codes],
            "metadata": None if given is None else {"sample_weight": given},
        }

    def _recipe(self):
        check_keras_defaults()
        settings = self._network_settings()
        if settings != self._fitted_settings:
            raise ValueError(
                "The network cannot change between calls that continue its training: it was "
                f"started with {self._fitted_settings}, now it would be {settings}."
            )
        architecture = self._architecture()
        return Recipe(architecture, self._loss(architecture.n_outputs), self._optimizer())

    def _loss(self, n_outputs):
        return make_loss(self._setting("loss"), n_outputs, self._arguments("loss"))

    def _optimizer(self):
        arguments = self._arguments("optimizer")
        return make_optimizer(self._setting("optimizer"), self.learning_rate, arguments)

    def _architecture(self):
        return Architecture(
            self._build,
            self.n_features_in_,
            self._n_outputs(),
            tuple(self._fitted_settings.items()),
        )

    def _n_outputs(self):
        n_classes = len(self.classes_)
        return 1 if n_classes == 2 else n_classes

    def _arguments(self, destination):
        return route_params(self._routed_params(), destination, pass_filter=())

    def __getstate__(self) -> dict[str, Any]:
        # A copy: it may be the estimator's own dict.
        state = dict(super().__getstate__())
        state.pop("_model", None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "_weights" in state:
            self._check_state()

    def _check_state(self):
        """Refuse what no training leaves behind, as a file from anywhere may bring."""
        parameters = self._list_parameters(
            self.n_features_in_, self._n_outputs(), **self._fitted_settings
        )
        check_fitted_state(vars(self), count_numbers(parameters))


def _finite(weights):
    if not np.isfinite(weights).all():
        raise ValueError(
            "Training diverged: the weights are not finite. Lower learning_rate or scale the "
            "excerpts."
        )
    return weights


def log_odds_gradients(classifier, X, classes):
    """Differentiate the log-odds of a class by each sample of an excerpt.

    Parameters
    ----------
    classifier : BaseGenreClassifier
        Fitted.
    X : ndarray of shape (n_samples, n_timesteps), float32
        Excerpts, checked; all of them go through the network at once.
    classes : ndarray of shape (n_samples,), int
        Number of the class for each excerpt.

    Returns
    -------
    gradients : ndarray of shape (n_samples, n_timesteps), float32
        Derivatives of the log-odds.
    """
    return input_gradients(classifier._architecture(), classifier._weights, X, classes)
