"""Classifiers of excerpts as files hold them: attributes, and neither TensorFlow nor Keras."""

from importlib import import_module
from numbers import Integral

from skgenre._networks import NETWORKS, Network
from skgenre.networks._fitted_state import check_fitted_state
from skgenre.networks._numpy_network import NumpyNetwork
from skgenre.networks._parameters import count_numbers


class StoredClassifier:
    """The attributes of a classifier of excerpts; it stands in its place.

    A subclass gives its row of the table of networks.
    """

    # Looked up in the class: a file may bring attributes of any name.
    row: Network

    @property
    def name(self):
        """The name of the classifier's class."""
        return type(self).row.classifier

    def __setstate__(self, state):
        vars(self).update(state)
        if self.is_fitted:
            check_fitted_state(vars(self), count_numbers(self.network()))

    @property
    def is_fitted(self):
        """Whether there are weights."""
        return "_weights" in vars(self)

    def settings(self):
        """Return the parameters with which the classifier was made."""
        return {
            name: value
            for name, value in vars(self).items()
            if not name.startswith("_") and not name.endswith("_")
        }

    def network(self):
        """List the parameters of the fitted network."""
        name = type(self).row.name
        list_parameters = getattr(import_module(f"skgenre.networks._{name}"), f"{name}_parameters")
        return list_parameters(*self._shape(), **self._fitted_settings)

    def numpy_network(self):
        """Make the fitted network, to predict by numpy."""
        if not self.is_fitted:
            raise ValueError(f"This {self.name} is not fitted yet.")
        settings, weights = self._fitted_settings, self._weights
        return NumpyNetwork(type(self).row.name, *self._shape(), settings, weights)

    def _shape(self):
        """Return the network's numbers of time steps and of outputs."""
        n_timesteps, n_classes = self.n_features_in_, len(self.classes_)
        if not isinstance(n_timesteps, Integral) or n_timesteps < 1:
            raise ValueError(f"The state has n_features_in_={n_timesteps!r:.100}.")
        return n_timesteps, 1 if n_classes == 2 else n_classes


_CLASSES = {
    f"Stored{row.classifier}": type(
        f"Stored{row.classifier}", (StoredClassifier,), {"__module__": __name__, "row": row}
    )
    for row in NETWORKS.values()
}
# By the names that files have for what they stand for.
STAND_INS = {row.place: f"{__name__}.Stored{row.classifier}" for row in NETWORKS.values()}


def make_stored(place, state):
    """Make the stored classifier that stands for one of the package.

    Parameters
    ----------
    place : str
        The class for which it stands, by the name that files have.
    state : dict
        Its attributes.

    Returns
    -------
    stored : StoredClassifier
        What loading it from a file makes.

    Raises
    ------
    KeyError
        If there is no such classifier.
    ValueError
        If no training leaves such a state behind.
    """
    stored = _CLASSES[STAND_INS[place].rpartition(".")[2]]()
    stored.__setstate__(state)
    return stored


def __getattr__(name):
    # skops looks a class up in its module.
    if name in _CLASSES:
        return _CLASSES[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
