"""Amplitudes near the end of floating point, where scikit-learn looks at them."""

import numpy as np


def sums_may_overflow():
    """Keep a check for NaN and infinity quiet: it begins with a sum, which may be inf - inf."""
    return np.errstate(invalid="ignore")
