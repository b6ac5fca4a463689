"""Classifiers of excerpts as files hold them: attributes, and neither TensorFlow nor Keras."""

from numbers import Integral

from skgenre.networks._cnn import cnn_parameters
from skgenre.networks._fitted_state import check_fitted_state
from skgenre.networks._mlp import mlp_parameters
from skgenre.networks._parameters import count_numbers


class StoredClassifier:
    """The attributes of a classifier of excerpts; it stands in its place and cannot predict.

    A subclass gives the name of the classifier's class, and lists the parameters of its network.
    """

    name: str

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
        n_timesteps, n_classes = self.n_features_in_, len(self.classes_)
        if not isinstance(n_timesteps, Integral) or n_timesteps < 1:
            raise ValueError(f"The state has n_features_in_={n_timesteps!r:.100}.")
        n_outputs = 1 if n_classes == 2 else n_classes
        return self._network(n_timesteps, n_outputs, **self._fitted_settings)


class StoredCNN(StoredClassifier):
    """A `CNNGenreClassifier`."""

    name = "CNNGenreClassifier"
    _network = staticmethod(cnn_parameters)


class StoredMLP(StoredClassifier):
    """An `MLPGenreClassifier`."""

    name = "MLPGenreClassifier"
    _network = staticmethod(mlp_parameters)


# By the names that files have for what they stand for.
STAND_INS = {f"skgenre.classifiers.{kind.name}": kind for kind in (StoredCNN, StoredMLP)}
