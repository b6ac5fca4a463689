"""Each constructor argument of Keras' losses and optimizers, varied.

As a program it fits with each, in the order that is asked for, and prints what each fit gave.
"""

import hashlib
import inspect
import json
import sys

import keras

WRAPPERS = ("LossScaleOptimizer", "MultiOptimizer")
# Values where the default says nothing of another one, and what else has to be set beside them.
OTHERS = {
    "axis": {"axis": 0},
    "clipnorm": {"clipnorm": 1e-3},
    "clipvalue": {"clipvalue": 1e-4},
    "dtype": {"dtype": "float64"},
    "ema_momentum": {"use_ema": True, "ema_momentum": 0.5},
    "ema_overwrite_frequency": {"use_ema": True, "ema_overwrite_frequency": 2},
    "exclude_layers": {"exclude_layers": ["dense_1"]},
    "exclude_embeddings": {"exclude_embeddings": False},
    "global_clipnorm": {"global_clipnorm": 1e-3},
    "gradient_accumulation_steps": {"gradient_accumulation_steps": 2},
    "loss_scale_factor": {"loss_scale_factor": 3.0},
    "muon_l2_regularization_strength": {"muon_l2_regularization_strength": 0.1},
    "reduction": {"reduction": "sum"},
    "relative_step": {"relative_step": False},
    "weight_decay": {"weight_decay": 0.3},
    "rms_rate": {"rms_rate": 0.7},
    "adam_weight_decay": {"adam_weight_decay": 0.3},
    "adam_lr_ratio": {"adam_lr_ratio": 0.3},
}
# Not of the computation, or no constructor argument of the class itself.
LEFT_OUT = ("self", "name", "kwargs", "learning_rate", "ignore_class")


def variations(cls):
    """List constructor arguments: the defaults first, then one or two others at a time."""
    parameters = inspect.signature(cls.__init__).parameters
    found = [{}]
    for name, parameter in parameters.items():
        if name not in LEFT_OUT:
            found.append(OTHERS.get(name) or {name: _another(parameter.default)})
    return found


def optimizers():
    """Keras' optimizers that are no wrappers."""
    return {
        name: cls
        for name, cls in vars(keras.optimizers).items()
        if inspect.isclass(cls)
        and issubclass(cls, keras.optimizers.Optimizer)
        and cls is not keras.optimizers.Optimizer
        and name not in WRAPPERS
    }


def losses():
    """Keras' losses for targets with a column for each class."""
    return {
        name: cls
        for name, cls in vars(keras.losses).items()
        if inspect.isclass(cls)
        and cls is not keras.losses.Loss
        and not name.startswith(("Sparse", "CTC"))
    }


def _another(default):
    if isinstance(default, bool):
        return not default
    if isinstance(default, (int, float)):
        return default * 0.5 + 0.1 if default < 1 or isinstance(default, float) else default + 1
    raise ValueError(f"no other value for {default!r}")


def recipes():
    """List parameters of a classifier; the defaults of a class stand between its variations."""
    for parameter, classes in (("optimizer", optimizers()), ("loss", losses())):
        for cls in classes.values():
            default, *others = variations(cls)
            for settings in (default, *(part for other in others for part in (other, default))):
                routed = {f"{parameter}__{name}": value for name, value in settings.items()}
                yield {parameter: cls, **routed}


def outcome(X, y, params):
    """Digest the weights that a fit ends with, or say why it ended."""
    import tensorflow as tf

    from skgenre import MLPGenreClassifier

    classifier = MLPGenreClassifier(hidden_units=3, batch_size=8, epochs=2, random_state=0)
    try:
        fitted = classifier.set_params(**params).fit(X, y)
    except (ValueError, tf.errors.InvalidArgumentError) as error:
        # Training diverges, or a loss along the rows does not fit the weights of rows.
        return type(error).__name__
    weights = b"".join(array.tobytes() for array in fitted.model_.get_weights())
    return hashlib.sha256(weights).hexdigest()


def main(order):
    """Fit with each recipe, first to last or last to first."""
    from skgenre.datasets import make_genre_excerpts

    X, y = make_genre_excerpts(40, n_classes=3, n_timesteps=6, random_state=0)
    found = [*recipes()][:: {"forwards": 1, "backwards": -1}[order]]
    outcomes = [(str(sorted(params.items(), key=str)), outcome(X, y, params)) for params in found]
    print(json.dumps(outcomes))


if __name__ == "__main__":
    main(*sys.argv[1:])
