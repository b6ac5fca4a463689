"""The networks that come with the package, a row for each.

What treats all networks alike reads this table: ``train --network``, saved files, ONNX models and
error texts. To add a network ``x``:

1. ``networks/_x.py``: `build_x`; `x_stack`, its layers, for Keras and for numpy; `x_parameters`,
   which lists its parameters without Keras;
2. ``classifiers/_x.py``: its classifier, with its own parameters;
3. a row below, and the new names in both facades, ``skgenre/__init__.py`` and ``__init__.pyi``;
4. for each kind of layer that no other network has, a function in ``networks/_layers.py``, in
   ``networks/_numpy_layers.py`` and in ``onnx/_converters.py``.
"""

from typing import NamedTuple


class Network(NamedTuple):
    """A network and the classifier that trains it."""

    name: str
    classifier: str
    description: str
    # What `train --network` calls it, and the rate in Hz of the songs that it learns there.
    option: str
    sample_rate: int

    @property
    def place(self):
        """Where users find the classifier; saved files refer to it by this name."""
        return f"skgenre.classifiers.{self.classifier}"

    @property
    def definition(self):
        """Where the classifier is defined; skops by itself refers to it by this name."""
        return f"skgenre.classifiers._{self.name}.{self.classifier}"


NETWORKS = {
    network.name: network
    for network in (
        Network(
            "filterbank", "FilterbankGenreClassifier", "network on a filterbank", "filterbank", 8000
        ),
        Network("cnn", "CNNGenreClassifier", "convolutional network", "lesson", 400),
        Network("mlp", "MLPGenreClassifier", "multilayer perceptron", "mlp", 400),
    )
}
# What classifies songs where users name no other.
DEFAULT_NETWORK = NETWORKS["filterbank"]
