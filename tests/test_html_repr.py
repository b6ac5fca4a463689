"""What a notebook shows of estimators."""

import re

import pytest
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_html_repr

from skgenre import CNNGenreClassifier, MLPGenreClassifier, SongClassifier, WaveformScaler

ESTIMATORS = (CNNGenreClassifier, MLPGenreClassifier, SongClassifier, WaveformScaler)


def page(estimator):
    return f"https://skgenre.readthedocs.io/en/latest/generated/skgenre.{estimator}.html"


def links(html):
    """Return the pages that a diagram links to."""
    return {link.partition("#")[0] for link in re.findall(r'href="([^"]*)"', html)}


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_diagram_links_to_the_classs_page(estimator):
    assert links(estimator_html_repr(estimator())) == {page(estimator.__name__)}


def test_each_part_of_a_diagram_links_to_its_own_page():
    pipeline = make_pipeline(WaveformScaler(), MLPGenreClassifier())
    found = links(estimator_html_repr(SongClassifier(pipeline)))
    assert {page(name) for name in ("SongClassifier", "WaveformScaler", "MLPGenreClassifier")} <= (
        found
    )


class Derived(CNNGenreClassifier):
    """A class of a user, which has no page."""


def test_a_derived_class_links_to_no_page():
    assert not links(estimator_html_repr(Derived()))


def test_a_fitted_classifier_is_shown_with_routed_parameters(excerpts):
    classifier = CNNGenreClassifier(epochs=1, model__filters=4, optimizer__beta_1=0.8)
    html = estimator_html_repr(make_pipeline(WaveformScaler(), classifier).fit(*excerpts))
    assert "optimizer__beta_1" in html
    assert "model__filters" in html


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_each_parameter_is_explained(estimator):
    pytest.importorskip(
        "sklearn.utils._repr_html.fitted_attributes",
        reason="scikit-learn explains parameters and attributes from 1.9 on",
    )
    html = estimator_html_repr(estimator())
    explained = re.findall(r'class="param-doc-description"[^>]*>\s*(\w+): ', html)
    assert set(explained) == set(estimator().get_params(deep=False))


def test_each_attribute_of_a_fitted_classifier_is_explained(excerpts):
    pytest.importorskip(
        "sklearn.utils._repr_html.fitted_attributes",
        reason="scikit-learn explains parameters and attributes from 1.9 on",
    )
    html = estimator_html_repr(CNNGenreClassifier(epochs=1).fit(*excerpts))
    explained = set(re.findall(r'class="param-doc-description"[^>]*>\s*(\w+): ', html))
    assert {"classes_", "history_", "model_", "n_features_in_", "n_iter_"} <= explained
