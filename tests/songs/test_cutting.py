"""Songs cut into excerpts: the ones that are kept, and no more memory than they take."""

import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression

from skgenre import SongClassifier
from skgenre.audio import cut_excerpts

SECOND = 400


def fit(**params):
    X = np.random.default_rng(0).standard_normal((4, 2 * SECOND))
    classifier = SongClassifier(LogisticRegression(solver="newton-cg"), **params)
    return classifier.fit(X, [0, 1, 0, 1])


class Sees(LogisticRegression):
    """Keeps the excerpts of the latest prediction."""

    def predict_proba(self, X):
        self.seen_ = X
        return super().predict_proba(X)


@pytest.mark.parametrize("hop", [1, 3, 50, 200, 301])
@pytest.mark.parametrize("max_excerpts", [None, 1, 4, 10_000])
def test_excerpts_are_those_of_cut_excerpts(hop, max_excerpts):
    classifier = SongClassifier(
        Sees(solver="newton-cg"),
        excerpt_seconds=0.5,
        hop_seconds=hop / SECOND,
        max_excerpts=max_excerpts,
    ).fit([NOISE, -NOISE], [0, 1])
    for n_samples in (1, 199, 200, 201, 399, 400, 1234):
        waveform = np.random.default_rng(0).standard_normal(n_samples)
        [course] = classifier.predict_excerpts([waveform])
        every = cut_excerpts(waveform, n_timesteps=200, hop=hop)
        n_kept = min(max_excerpts or len(every), len(every))
        kept = ((np.arange(n_kept) + 0.5) * len(every) / n_kept).astype(int)
        assert_array_equal(classifier.estimator_.seen_[:n_kept], every[kept])
        assert_allclose(course.seconds, kept * hop / SECOND)
        assert len(course.labels) == n_kept


NOISE = np.random.default_rng(1).standard_normal(200)


def peak_bytes(function, *arguments):
    tracemalloc.start()
    try:
        function(*arguments)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_only_what_is_kept_takes_memory():
    classifier = fit(hop_seconds=0.01, max_excerpts=10)
    hour = np.random.default_rng(0).standard_normal(3600 * SECOND).astype(np.float32)
    # All excerpts would take 1.7 GB.
    assert peak_bytes(classifier.predict, [hour]) < 3 * hour.nbytes


@pytest.mark.parametrize(
    ("params", "n_samples"),
    [
        ({"hop_seconds": 1 / SECOND, "excerpt_seconds": 300}, 1000 * SECOND),
        ({"hop_seconds": 1 / SECOND, "max_excerpts": 10**9}, 3600 * SECOND),
        ({"excerpt_seconds": 1e7}, 10),
        ({"excerpt_seconds": 1e300}, 10),
    ],
    ids=["hop", "max_excerpts", "excerpt", "absurd"],
)
def test_excerpts_beyond_a_gigabyte_are_refused(params, n_samples):
    classifier = fit().set_params(**params)
    waveform = np.zeros(n_samples, np.float32)
    message = (
        r"Cannot cut song 0, .* more than 1073741824\. .*excerpt_seconds.*hop_seconds.*max_excerpts"
    )

    def predict():
        with pytest.raises(ValueError, match=message):
            classifier.predict([waveform])

    assert peak_bytes(predict) < 64e6
    with pytest.raises(ValueError, match=message):
        classifier.fit([waveform, waveform], [0, 1])


@pytest.mark.parametrize("seconds", [1e7, 1e17])
def test_excerpts_beyond_a_gigabyte_are_refused_for_unreadable_songs_too(seconds, tmp_path):
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    message = "^Cannot cut songs: one excerpt of .* more than 1073741824.*excerpt_seconds"
    classifier = fit().set_params(excerpt_seconds=seconds, on_error="skip")
    paths = [tmp_path / "broken.wav"] * 2
    with pytest.raises(ValueError, match=message):
        classifier.predict(paths)
    with pytest.raises(ValueError, match=message):
        classifier.fit(paths, [0, 1])


def test_a_hop_beyond_all_songs_takes_one_excerpt():
    classifier = fit(hop_seconds=1e300)
    assert_array_equal(classifier.n_excerpts_, [1] * 4)
    assert_array_equal(classifier.predict_excerpts([NOISE])[0].seconds, [0])


@pytest.mark.parametrize("name", ["excerpt_seconds", "hop_seconds"])
@pytest.mark.parametrize("value", [float("inf"), 1e308])
def test_lengths_are_finite(name, value):
    with pytest.raises(ValueError, match=f"{name}.*(is no finite length|must be a float)"):
        fit(**{name: value})
