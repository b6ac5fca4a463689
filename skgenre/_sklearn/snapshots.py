"""Estimators as they are at one moment, while other threads fit them."""

from contextlib import contextmanager


@contextmanager
def replaced_once_fitted(estimator):
    """Fit a copy of an estimator, whose attributes become the estimator's if the block ends well.

    Until then, and after a failure, the estimator is what it was, to other threads as well.

    Parameters
    ----------
    estimator : estimator
        The estimator.

    Yields
    ------
    fitted : estimator
        The copy.
    """
    fitted = snapshot(estimator)
    before = dict(vars(fitted))
    yield fitted
    removed = before.keys() - vars(fitted).keys()
    changed = {
        name: value
        for name, value in vars(fitted).items()
        if name not in before or value is not before[name]
    }
    # Attributes that others have set meanwhile, such as parameters, are kept.
    kept = {name: value for name, value in vars(estimator).items() if name not in removed}
    # In one step: another thread sees the former attributes or the new ones.
    estimator.__dict__ = {**kept, **changed}


def snapshot(estimator):
    """Copy an estimator as it is at one moment, whatever other threads do to it afterwards."""
    fitted = object.__new__(type(estimator))
    vars(fitted).update(vars(estimator))
    return fitted
