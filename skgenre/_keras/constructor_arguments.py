"""Constructor arguments that parameters are routed to, with errors that name the parameter."""

import inspect

from skgenre._keras.did_you_mean import did_you_mean


def check_arguments(parameter, cls, arguments):
    """Refuse arguments that a class does not take."""
    known = _constructor_arguments(cls)
    for name in arguments:
        if name not in known:
            raise ValueError(
                f"{parameter}__{name} is unknown: {cls.__name__} takes no argument {name!r}."
                f"{did_you_mean(name, known)}"
            )


def takes(cls, name):
    """Return whether a class takes an argument."""
    return name in inspect.signature(cls.__init__).parameters


def _constructor_arguments(cls):
    """List what a class takes, by way of its base classes too where it hands on what is left."""
    names = []
    for base in cls.__mro__:
        parameters = inspect.signature(base.__init__).parameters
        names += parameters
        kinds = [parameter.kind for parameter in parameters.values()]
        if inspect.Parameter.VAR_KEYWORD not in kinds:
            break
    return names


def refuse_arguments(parameter, thing, arguments):
    """Refuse any arguments for what is no class."""
    if arguments:
        raise ValueError(
            f"{parameter}__{next(iter(arguments))} needs {parameter} to be a class"
            f"{' or a name' if parameter == 'optimizer' else ''}, got {thing!r}."
        )


def unknown_name(parameter, name, known):
    """Make the error for a name that Keras does not know."""
    return ValueError(
        f"{parameter}={name!r} is unknown to Keras.{did_you_mean(name, known)} "
        f"Known names: {', '.join(known)}."
    )
