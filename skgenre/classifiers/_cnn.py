"""The lesson's convolutional network as a scikit-learn classifier."""

from skgenre._sklearn.private import AT_LEAST_ONE
from skgenre._types import ClassWeight, Float, Int, Loss, PerLayer, RandomState
from skgenre.classifiers._base import BaseGenreClassifier
from skgenre.classifiers._parameters import (
    TRAINING_CONSTRAINTS,
    TRAINING_DESTINATIONS,
    Callbacks,
    Optimizer,
    settings_per_layer,
)
from skgenre.networks._cnn import build_cnn, cnn_parameters


class CNNGenreClassifier(BaseGenreClassifier):
    """Classify raw waveforms with a small one-dimensional convolutional network.

    The defaults are those of a lesson that tells classical music from rock in 3-second
    excerpts sampled at 400 Hz (1,200 samples): four strided convolutions, one dense layer,
    mean squared error and Adam. It takes excerpts of any length and two classes or more, and
    works wherever a scikit-learn classifier does.

    Parameters
    ----------
    filters : tuple of int or int, default=(32, 32, 48, 48)
        Filters of each convolutional layer.
    kernel_sizes : tuple of int or int, default=(31, 31, 15, 15)
        Kernel size of each convolutional layer, in time steps.
    strides : tuple of int or int, default=(4, 3, 2, 2)
        Stride of each convolutional layer, in time steps. `filters`, `kernel_sizes` and
        `strides` are of equal length; an int stands for a tuple of the others' length.
    dense_units : int, default=64
        Width of the dense layer.
    loss : str, callable or keras.losses.Loss, default="mean_squared_error"
        Keras loss: a name, a function, a class or an instance; "crossentropy" is the binary one
        for two classes and otherwise the categorical one. Two classes are learned as one column
        of 0 and 1, more classes as one column each.
    optimizer : str, type or keras.optimizers.Optimizer, default="adam"
        Keras optimizer: a name, a class or an instance. An instance is copied for each fit and
        keeps its own learning rate.
    learning_rate : float, default=0.001
        Learning rate at the start of each fit, for an optimizer given by name or class.
    batch_size : int, default=16
        Excerpts per step.
    epochs : int, default=10
        Passes over the training set, at most.
    class_weight : dict or "balanced", default=None
        Weights by label, of which only the ratios count; a label that is left out weighs 1.
        "balanced" weighs each class by ``n_samples / (n_classes * count)``; without it, a mean
        squared error behind a sigmoid tends to give up rare classes.
    validation_fraction : float, default=None
        Share of the training set to hold out and score after each epoch: drawn with the seed,
        stratified, and by whole songs where `fit` is given `groups`.
    early_stopping : bool, default=False
        Whether to stop once the validation loss has not improved for `patience` epochs, and to
        keep the weights of the best epoch. Needs validation data.
    patience : int, default=3
        Epochs without improvement before training stops.
    warm_start : bool, default=False
        Whether `fit` continues from the former fit's weights, optimizer state and history.
    callbacks : list of keras.callbacks.Callback, default=None
        Keras callbacks, instances or classes. Each fit works on fresh copies, which see a Keras
        model of their own. Weights, optimizer state and learning rate that they set there count
        in this fit, and nothing that they do reaches another; loss and optimizer stay those of
        the parameters.
    random_state : int, RandomState instance or None, default=None
        Decides initial weights, the order of excerpts and the held-out part. An int gives the
        same weights, byte for byte, in every fit on the same machine. No global generator is
        seeded.
    verbose : int, default=0
        1 shows a progress bar on standard error, with epoch, loss, accuracy and time left; where
        that is neither a terminal nor a notebook, one line at the end. 2 prints one line an
        epoch on standard output.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels, sorted.
    history_ : dict of list of float
        "loss" and "accuracy" of each epoch, and "val_loss" and "val_accuracy" where there is
        validation data; also what callbacks put into the logs, such as "learning_rate". Losses
        are weighted, by weights whose mean over the training set is 1; accuracies are not.
        Continued training appends.
    n_iter_ : int
        Epochs trained.
    model_ : keras.Model
        The fitted network. It is a copy: changing it does not change predictions.
    n_features_in_ : int
        Time steps in an excerpt.
    feature_names_in_ : ndarray of shape (n_timesteps,)
        Column names, where fit saw a data frame.

    See Also
    --------
    MLPGenreClassifier : The lesson's baseline, without convolutions.
    WaveformScaler : Scales amplitude before the network.

    Notes
    -----
    A kernel of 31 steps at 400 Hz spans 78 milliseconds. Excerpts of one song are alike: keep
    songs apart with ``groups`` and a group-wise splitter, or scores flatter.

    scikeras' routed names are parameters too: constructor arguments of the optimizer, the loss
    or the callbacks (``optimizer__beta_1=0.8``), and the parameters above behind the
    destination that scikeras gives them (``model__kernel_sizes``, ``fit__epochs``).
    ``predict__batch_size`` bounds the excerpts that are predicted at once.

    References
    ----------
    .. [1] Kingma and Ba, "Adam: A method for stochastic optimization", ICLR 2015.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from skgenre import CNNGenreClassifier, WaveformScaler
    >>> from skgenre.datasets import make_genre_excerpts
    >>> X, y = make_genre_excerpts(300, n_timesteps=240, random_state=0)
    >>> pipe = make_pipeline(WaveformScaler(), CNNGenreClassifier(epochs=5, random_state=0))
    >>> pipe.fit(X[:200], y[:200]).score(X[200:], y[200:]) > 0.9
    True
    """

    _parameter_constraints = {
        "filters": [AT_LEAST_ONE, tuple, list],
        "kernel_sizes": [AT_LEAST_ONE, tuple, list],
        "strides": [AT_LEAST_ONE, tuple, list],
        "dense_units": [AT_LEAST_ONE],
        **TRAINING_CONSTRAINTS,
    }

    _build = staticmethod(build_cnn)
    _list_parameters = staticmethod(cnn_parameters)
    _destinations = {
        "model": ("filters", "kernel_sizes", "strides", "dense_units"),
        **TRAINING_DESTINATIONS,
    }

    def __init__(
        self,
        *,
        filters: PerLayer = (32, 32, 48, 48),
        kernel_sizes: PerLayer = (31, 31, 15, 15),
        strides: PerLayer = (4, 3, 2, 2),
        dense_units: Int = 64,
        loss: Loss = "mean_squared_error",
        optimizer: Optimizer = "adam",
        learning_rate: Float = 0.001,
        batch_size: Int = 16,
        epochs: Int = 10,
        class_weight: ClassWeight | None = None,
        validation_fraction: Float | None = None,
        early_stopping: bool = False,
        patience: Int = 3,
        warm_start: bool = False,
        callbacks: Callbacks | None = None,
        random_state: RandomState = None,
        verbose: Int = 0,
    ) -> None:
        self.filters = filters
        self.kernel_sizes = kernel_sizes
        self.strides = strides
        self.dense_units = dense_units
        self.loss = loss
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.class_weight = class_weight
        self.validation_fraction = validation_fraction
        self.early_stopping = early_stopping
        self.patience = patience
        self.warm_start = warm_start
        self.callbacks = callbacks
        self.random_state = random_state
        self.verbose = verbose

    def _network_settings(self):
        per_layer = {name: self._setting(name) for name in ("filters", "kernel_sizes", "strides")}
        return {**settings_per_layer(per_layer), "dense_units": int(self._setting("dense_units"))}
