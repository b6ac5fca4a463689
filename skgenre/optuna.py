"""Searches with Optuna: trials are stopped early where they show no promise.

Inside the package ``import optuna`` means the library: imports are absolute.
"""

import copy
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from skgenre._extras import import_extra
from skgenre._tensorflow import keras

if TYPE_CHECKING:
    from optuna.trial import BaseTrial

__all__ = ["PruningCallback"]

# The direction in which each improves, in the words of Optuna's `StudyDirection`.
_DIRECTIONS = {
    "loss": "MINIMIZE",
    "val_loss": "MINIMIZE",
    "accuracy": "MAXIMIZE",
    "val_accuracy": "MAXIMIZE",
}


class PruningCallback(keras.callbacks.Callback):
    """Report each epoch to an Optuna trial, and end the training where the trial is pruned.

    After each epoch the monitored value is reported to the trial. If the study's pruner says so
    then, the fit ends with ``optuna.TrialPruned``, which ``study.optimize`` expects: the trial
    counts as pruned, and the search goes on. The classifier is left as it was before the fit.

    Parameters
    ----------
    trial : optuna.trial.Trial
        The trial, as the objective gets it. Copies of the callback, which clones and fits work on,
        report to the same trial.
    monitor : {"val_loss", "val_accuracy", "loss", "accuracy"}, default="val_loss"
        What is reported. The study has to minimize a loss and to maximize an accuracy. The first
        two need validation data.

    Raises
    ------
    ValueError
        If the study's direction is not that of `monitor`.

    See Also
    --------
    skgenre.CNNGenreClassifier : Takes it among its `callbacks`, alone or in a pipeline.
    sklearn.model_selection.HalvingGridSearchCV : Stops poor candidates early without Optuna.

    Notes
    -----
    A value is reported at the number of epochs that were reported to the trial before, from 0 on:
    a training that goes on with ``warm_start`` or ``partial_fit`` goes on there too. For the same
    reason a trial that trains on several folds must not give them all the callback.

    A value that is NaN ends the trial whatever the pruner: such a training has diverged.

    Pass an instance. A class with ``callbacks__trial`` would report to a copy of the trial, as
    scikit-learn copies parameters.

    References
    ----------
    .. [1] Akiba, Sano, Yanase, Ohta and Koyama, "Optuna: A next-generation hyperparameter
       optimization framework", KDD 2019.

    Examples
    --------
    >>> import optuna
    >>> from skgenre import CNNGenreClassifier
    >>> from skgenre.datasets import make_genre_excerpts
    >>> from skgenre.optuna import PruningCallback
    >>> X, y = make_genre_excerpts(80, n_timesteps=60, random_state=0)
    >>> def objective(trial):
    ...     classifier = CNNGenreClassifier(
    ...         learning_rate=trial.suggest_float("learning_rate", 1e-5, 1e-2, log=True),
    ...         epochs=3,
    ...         validation_fraction=0.25,
    ...         callbacks=[PruningCallback(trial)],
    ...         random_state=0,
    ...     )
    ...     return classifier.fit(X, y).history_["val_loss"][-1]
    >>> optuna.logging.set_verbosity(optuna.logging.WARNING)
    >>> study = optuna.create_study(pruner=optuna.pruners.MedianPruner(n_startup_trials=1))
    >>> for learning_rate in (1e-2, 1e-5):
    ...     study.enqueue_trial({"learning_rate": learning_rate})
    >>> study.optimize(objective, n_trials=2)
    >>> [trial.state.name for trial in study.trials]
    ['COMPLETE', 'PRUNED']
    """

    def __init__(
        self,
        trial: "BaseTrial",
        monitor: Literal["val_loss", "val_accuracy", "loss", "accuracy"] = "val_loss",
    ) -> None:
        super().__init__()
        _check_direction(trial, monitor)
        self.trial = trial
        self.monitor = monitor
        # Shared by all copies, so that steps go on where another fit has ended.
        self._reported: list[float] = []

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Copy the callback alone: a copy of the trial would be none of the study's."""
        return copy.copy(self)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Report an epoch's value, and end the training where the trial is pruned.

        Keras and the classifiers call it; nobody else has to.

        Parameters
        ----------
        epoch : int
            Number of the epoch within this fit; the step of the report goes on over fits.
        logs : dict of str to float, default=None
            Loss and accuracy of the epoch.

        Raises
        ------
        optuna.TrialPruned
            If the trial is to be pruned, or the value is NaN.
        ValueError
            If `monitor` is not among the logs.

        See Also
        --------
        skgenre.CNNGenreClassifier.fit : Calls it after each epoch.

        Examples
        --------
        >>> import optuna
        >>> from skgenre.optuna import PruningCallback
        >>> optuna.logging.set_verbosity(optuna.logging.WARNING)
        >>> study = optuna.create_study()
        >>> callback = PruningCallback(study.ask())
        >>> callback.on_epoch_end(0, {"loss": 0.24, "val_loss": 0.25})
        >>> study.trials[0].intermediate_values
        {0: 0.25}
        """
        value = self._value(logs or {})
        self.trial.report(value, step=len(self._reported))
        self._reported.append(value)
        # Pruners use the best value so far, and so would keep a trial that has diverged since.
        if math.isnan(value) or self.trial.should_prune():
            optuna = import_extra("optuna", "optuna")
            raise optuna.TrialPruned(
                f"Pruned after {len(self._reported)} epochs, at {self.monitor}={value:.4g}."
            )

    def _value(self, logs):
        if self.monitor in logs:
            return logs[self.monitor]
        remedy = ""
        if self.monitor in ("val_loss", "val_accuracy"):
            remedy = " Set validation_fraction, or pass X_val and y_val to fit."
        raise ValueError(
            f"monitor={self.monitor!r} is not among the values of an epoch, which are "
            f"{', '.join(map(repr, logs))}.{remedy}"
        )


def _check_direction(trial, monitor):
    expected = _DIRECTIONS.get(monitor)
    # A FixedTrial belongs to no study; of several objectives, Optuna refuses reports itself.
    study = getattr(trial, "study", None)
    if study is None or len(study.directions) > 1 or expected is None:
        return
    found = study.directions[0].name
    if found != expected:
        raise ValueError(
            f"monitor={monitor!r} is to {expected.lower()}, but the study has "
            f"direction={found.lower()!r}: its pruner would stop the best trials."
        )
