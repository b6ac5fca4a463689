"""Clusters: connecting to one, or starting one here."""

from typing import TYPE_CHECKING, Any

from skgenre._extras import import_extra

if TYPE_CHECKING:
    from distributed import Client
    from distributed.deploy.cluster import Cluster


def connect(address: "str | Cluster | None" = None, **options: Any) -> "Client":
    """Connect to a cluster, so that a search on it outlives the workers that it loses.

    The client is dask's own, but for one thing: data that it scatters, as joblib does with the
    arguments of its tasks, are kept by the scheduler too and sent to another worker where the one
    that held them dies. With ``dask.distributed.Client`` the search would end in an error then.

    Parameters
    ----------
    address : str, cluster or None, default=None
        Address of a scheduler, or a cluster object of dask such as
        ``dask.distributed.LocalCluster``. None starts a cluster on this machine.
    **options : dict
        Further arguments of ``dask.distributed.Client``.

    Returns
    -------
    dask.distributed.Client
        The client, in force until it is closed; it can be used in a ``with`` statement.

    Raises
    ------
    OSError
        If no scheduler answers at the address.
    ValueError
        If the address cannot be one.
    ModuleNotFoundError
        If dask is not installed (``pip install 'skgenre[dask]'``).

    See Also
    --------
    skgenre.predictions.write_predictions : Predicts a great many songs, on a cluster too.

    Examples
    --------
    >>> from joblib import parallel_config
    >>> from sklearn.model_selection import cross_val_score
    >>> import skgenre
    >>> from skgenre.datasets import make_genre_excerpts
    >>> X, y = make_genre_excerpts(40, n_timesteps=60, random_state=0)
    >>> classifier = skgenre.CNNGenreClassifier(epochs=1, random_state=0)
    >>> with skgenre.dask.connect(processes=False, dashboard_address="127.0.0.1:0"):
    ...     with parallel_config("dask"):
    ...         scores = cross_val_score(classifier, X, y, cv=2)
    >>> len(scores)
    2
    """
    return import_extra("skgenre.dask._client", "dask").LastingClient(address, **options)
