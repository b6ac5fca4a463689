"""A network on a filterbank as a scikit-learn classifier."""

from numbers import Real

from sklearn.utils import Tags

from skgenre._keras.constructor_arguments import takes
from skgenre._keras.losses import make_loss
from skgenre._keras.optimizers import make_optimizer, optimizer_class
from skgenre._sklearn.private import AT_LEAST_ONE, Interval
from skgenre._tensorflow import keras
from skgenre._types import ClassWeight, Float, Int, Loss, PerLayer, RandomState
from skgenre.classifiers._base import BaseGenreClassifier
from skgenre.classifiers._parameters import (
    TRAINING_CONSTRAINTS,
    TRAINING_DESTINATIONS,
    Callbacks,
    Optimizer,
    settings_per_layer,
)
from skgenre.networks._filterbank import build_filterbank, filterbank_parameters, frame_sizes


class FilterbankGenreClassifier(BaseGenreClassifier):
    """Classify waveforms by a network that hears power in bands, pooled over time.

    A fixed front end turns an excerpt into the logarithm of its power in mel bands, frame by
    frame. The network behind it learns linear maps of the bands and short convolutions over time,
    keeps mean and deviation of each over the excerpt, and of the maps also how fast they change:
    which sounds there are, whenever they come. On real music it is right more often than
    :class:`CNNGenreClassifier` and trains in less time, and it hears the whole band of a recording
    at hardly more cost.

    Parameters
    ----------
    sample_rate : int, default=400
        Samples per second of the excerpts, in Hz.
    window : int, default=None
        Samples of a frame. None means the power of two next to ``6.4 * sqrt(sample_rate)``: 128
        at 400 Hz, 512 at 8,000 Hz, 1,024 at 22,050 Hz.
    hop : int, default=None
        Samples between the beginnings of two frames. None means half a frame, and a quarter of
        one that lasts longer than 0.1 seconds.
    n_bands : int, default=40
        Mel bands between 0 Hz and half the sample rate.
    filters : tuple of int or int, default=(32,)
        Filters of each convolutional layer.
    kernel_sizes : tuple of int or int, default=(5,)
        Kernel size of each convolutional layer, in frames. `filters` and `kernel_sizes` are of
        equal length; an int stands for a tuple of the other's length.
    dense_units : int, default=64
        Width of the dense layer.
    dropout : float, default=0.3
        Share of the units before each dense layer that are dropped at each step of the training.
    level_noise : float, default=0.2
        Standard deviation of what is added to all standardised bands of an excerpt, drawn anew at
        each step of the training: recordings of one kind differ in level.
    label_smoothing : float, default=0.1
        Share of a label that "crossentropy" spreads evenly over all classes; other losses do
        without.
    weight_decay : float, default=0.05
        Share of each weight that it loses at each step, times the learning rate, for an optimizer
        given by name or class.
    loss : str, callable or keras.losses.Loss, default="crossentropy"
        Keras loss: a name, a function, a class or an instance; "crossentropy" is the binary one
        for two classes and otherwise the categorical one. Two classes are learned as one column
        of 0 and 1, more classes as one column each.
    optimizer : str, type or keras.optimizers.Optimizer, default="adamw"
        Keras optimizer: a name, a class or an instance. An instance is copied for each fit and
        keeps its own learning rate.
    learning_rate : float, default=0.002
        Highest learning rate, for an optimizer given by name or class. In `fit` the rate rises
        over the first twentieth of the steps, then it falls to 0 along half a cosine; in
        `partial_fit` it is constant.
    batch_size : int, default=64
        Excerpts per step.
    epochs : int, default=15
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
    CNNGenreClassifier : The lesson's network, on raw samples.
    skgenre.networks.build_filterbank : Builds the network.

    Notes
    -----
    The level of an excerpt counts: recordings of one kind may be louder than those of another.
    Put ``WaveformScaler(per_excerpt=True)`` in front where level says nothing, as where each
    recording comes from another device.

    What the front end makes of the excerpts is computed once a fit, in a temporary file where it
    takes more than a gigabyte.

    `callbacks` see the network behind the front end. scikeras' routed names are parameters as in
    :class:`CNNGenreClassifier`.

    References
    ----------
    .. [1] Tzanetakis and Cook, "Musical genre classification of audio signals", IEEE Transactions
       on Speech and Audio Processing 10, 2002.
    .. [2] Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019.
    .. [3] Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, "Rethinking the inception architecture
       for computer vision", CVPR 2016.

    Examples
    --------
    >>> from skgenre import FilterbankGenreClassifier
    >>> from skgenre.datasets import make_genre_excerpts
    >>> X, y = make_genre_excerpts(300, n_timesteps=400, random_state=0)
    >>> classifier = FilterbankGenreClassifier(epochs=10, random_state=0)
    >>> classifier.fit(X[:200], y[:200]).score(X[200:], y[200:]) > 0.9
    True
    """

    _parameter_constraints = {
        "sample_rate": [AT_LEAST_ONE],
        "window": [AT_LEAST_ONE, None],
        "hop": [AT_LEAST_ONE, None],
        "n_bands": [AT_LEAST_ONE],
        "filters": [AT_LEAST_ONE, tuple, list],
        "kernel_sizes": [AT_LEAST_ONE, tuple, list],
        "dense_units": [AT_LEAST_ONE],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "level_noise": [Interval(Real, 0, None, closed="left")],
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        **TRAINING_CONSTRAINTS,
    }

    _build = staticmethod(build_filterbank)
    _list_parameters = staticmethod(filterbank_parameters)
    _destinations = {
        "model": (
            "sample_rate",
            "window",
            "hop",
            "n_bands",
            "filters",
            "kernel_sizes",
            "dense_units",
            "dropout",
            "level_noise",
        ),
        **TRAINING_DESTINATIONS,
    }
    _warms_up_and_cools_down = True

    def __init__(
        self,
        *,
        sample_rate: Int = 400,
        window: Int | None = None,
        hop: Int | None = None,
        n_bands: Int = 40,
        filters: PerLayer = (32,),
        kernel_sizes: PerLayer = (5,),
        dense_units: Int = 64,
        dropout: Float = 0.3,
        level_noise: Float = 0.2,
        label_smoothing: Float = 0.1,
        weight_decay: Float = 0.05,
        loss: Loss = "crossentropy",
        optimizer: Optimizer = "adamw",
        learning_rate: Float = 0.002,
        batch_size: Int = 64,
        epochs: Int = 15,
        class_weight: ClassWeight | None = None,
        validation_fraction: Float | None = None,
        early_stopping: bool = False,
        patience: Int = 3,
        warm_start: bool = False,
        callbacks: Callbacks | None = None,
        random_state: RandomState = None,
        verbose: Int = 0,
    ) -> None:
        self.sample_rate = sample_rate
        self.window = window
        self.hop = hop
        self.n_bands = n_bands
        self.filters = filters
        self.kernel_sizes = kernel_sizes
        self.dense_units = dense_units
        self.dropout = dropout
        self.level_noise = level_noise
        self.label_smoothing = label_smoothing
        self.weight_decay = weight_decay
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
        sample_rate = int(self._setting("sample_rate"))
        window, hop = frame_sizes(sample_rate, self._setting("window"), self._setting("hop"))
        per_layer = {name: self._setting(name) for name in ("filters", "kernel_sizes")}
        return {
            "sample_rate": sample_rate,
            "window": window,
            "hop": hop,
            "n_bands": int(self._setting("n_bands")),
            **settings_per_layer(per_layer),
            "dense_units": int(self._setting("dense_units")),
            "dropout": float(self._setting("dropout")),
            "level_noise": float(self._setting("level_noise")),
        }

    def _loss(self, n_outputs):
        arguments = self._arguments("loss")
        if self._setting("loss") == "crossentropy":
            arguments = {"label_smoothing": float(self.label_smoothing), **arguments}
        return make_loss(self._setting("loss"), n_outputs, arguments)

    def _optimizer(self):
        optimizer, arguments = self._setting("optimizer"), self._arguments("optimizer")
        is_instance = isinstance(optimizer, keras.optimizers.Optimizer)
        if not is_instance and takes(optimizer_class(optimizer), "weight_decay"):
            arguments = {"weight_decay": float(self.weight_decay), **arguments}
        return make_optimizer(optimizer, self.learning_rate, arguments)

    def __sklearn_tags__(self) -> "Tags":
        tags = super().__sklearn_tags__()
        # Spectra of rows that are no sound say little of them.
        tags.classifier_tags.poor_score = True
        return tags
