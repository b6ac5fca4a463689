import matplotlib
import pytest
from hypothesis import HealthCheck, settings

from skgenre.datasets import make_genre_excerpts

# How fast examples are made tells of the machine, not of the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# Pictures are looked at by tests, and no window opens.
matplotlib.use("Agg")


@pytest.fixture(scope="session")
def excerpts():
    """120 excerpts of 60 time steps, in two named classes; read-only."""
    X, y = make_genre_excerpts(120, n_timesteps=60, random_state=0)
    X.flags.writeable = False
    return X, y.astype(str)


@pytest.fixture(scope="session")
def three_classes():
    """90 excerpts of 60 time steps, in three numbered classes."""
    return make_genre_excerpts(90, n_classes=3, n_timesteps=60, random_state=1)


@pytest.fixture
def save(tmp_path):
    """Write bytes into a file; returns its path."""

    def save(content, name="sound"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return save
