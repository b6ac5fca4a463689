"""One bar for the trainings of all folds."""

import sys
from contextlib import contextmanager

from skgenre._sklearn.wrappers import last_step
from skgenre._terminal.bars import bar, shared
from skgenre.songs._excerpt_classifiers import chosen_sample_rate, default_estimator


class FoldProgress:
    """Shows how far a cross-validation has come.

    Parameters
    ----------
    shown : skgenre._terminal.bars.Bar
        A bar with one step a fold.
    n_folds : int
        Number of folds.
    """

    def __init__(self, shown, n_folds):
        self._bar, self._n_folds = shown, n_folds

    @contextmanager
    def fold(self, number, classifier):
        """Move the bar by one step while a classifier of songs is fitted on a fold and tested.

        Parameters
        ----------
        number : int
            Number of the fold, from 1.
        classifier : SongClassifier
            A clone: its network is told to report its epochs.

        Yields
        ------
        None
            Nothing.
        """
        text = f"Fold {number}/{self._n_folds}"
        self._bar.advance(0, description=f"{text}, {_first_task(classifier)}")
        if classifier.estimator is None:
            estimator = default_estimator(chosen_sample_rate(classifier))
            classifier.set_params(estimator=estimator)
        network = last_step(classifier.estimator)
        if hasattr(network, "epochs") and hasattr(network, "verbose"):
            network.set_params(verbose=1)
            # Networks with the same settings are compiled once.
            task = "compiling" if number == 1 else "training"
            self._bar.advance(0, description=f"{text}, {task}")
        with shared(self._bar, text):
            yield


class _Unseen:
    """Stands in for `FoldProgress` where nothing is shown."""

    @contextmanager
    def fold(self, number, classifier):
        yield


@contextmanager
def folds_shown(n_folds, *, shown):
    """Show a cross-validation for as long as a block runs.

    Parameters
    ----------
    n_folds : int
        Number of folds.
    shown : bool
        Whether to show anything.

    Yields
    ------
    progress : FoldProgress
        Its `fold` takes a number and a classifier.
    """
    if not shown:
        yield _Unseen()
        return
    with bar("Cross-validation", n_folds) as progress:
        yield FoldProgress(progress, n_folds)


def _first_task(classifier):
    is_missing = classifier.estimator is None and "tensorflow" not in sys.modules
    return "loading TensorFlow" if is_missing else "training"
