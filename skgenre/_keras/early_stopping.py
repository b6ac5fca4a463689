"""The end of a training that no longer gets better."""

import numpy as np


class EarlyStopping:
    """Ends a training some epochs after that with the lowest validation loss, and goes back to it.

    What `keras.callbacks.EarlyStopping` does with ``restore_best_weights=True``, without the Keras
    model that callbacks need, which takes as long to build as a short training.

    Parameters
    ----------
    network : CompiledNetwork
        What is trained.
    patience : int or None
        Epochs without improvement before the end; None goes on to the last epoch and stays there.

    Attributes
    ----------
    is_over : bool
        Whether the end has come.
    """

    def __init__(self, network, patience):
        self._network, self._patience = network, patience
        self._best_loss, self._best_weights, self._waited = np.inf, None, 0
        self.is_over = False

    def update(self, logs):
        """Take an epoch into account."""
        if self._patience is None:
            return
        if self._best_weights is None or logs["val_loss"] < self._best_loss:
            # Nothing is less than NaN.
            self._best_loss, self._waited = np.nan_to_num(logs["val_loss"], nan=np.inf), 0
            self._best_weights = self._network.weights()
        else:
            self._waited += 1
            self.is_over = self._waited >= self._patience

    def restore(self):
        """Give the network the weights of the best epoch."""
        if self._best_weights is not None:
            self._network.set_weights(self._best_weights)
