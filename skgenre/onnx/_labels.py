"""Labels in the types that ONNX graphs have."""

import numpy as np


def as_graph_labels(classes):
    """Bring labels to text or int64, whatever type an array has for them.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        Labels.

    Returns
    -------
    labels : ndarray of shape (n_classes,), str or int64
        The same labels: truths and whole numbers of other types become integers.

    Raises
    ------
    ValueError
        If they are neither text nor whole numbers.
    """
    labels = np.array(classes.tolist())
    if labels.dtype.kind == "U" and all(isinstance(label, str) for label in classes):
        return labels
    if labels.dtype.kind in "biuf":
        with np.errstate(invalid="ignore"):
            whole = labels.astype(np.int64)
        if np.array_equal(whole, labels):
            return whole
    raise ValueError(
        f"its labels must be text or integers of 64 bits, got {classes.tolist()!r:.100}."
    )
