"""Results as a table of text and as a page of the documentation."""

import numpy as np

from tests.accuracy.measure import N_FOLDS
from tests.benchmarks import machine
from tests.benchmarks.table import columns, list_table

SCORES = ("accuracy", "balanced accuracy", "balanced accuracy by song")
HEADER = ("genres", "excerpts", "songs", "split", "classifier", *SCORES)
PACKAGES = ("skgenre", "scikit-learn", "keras", "tensorflow", "numpy", "aeon")

PAGE = """\
:html_theme.sidebar_secondary.remove: true

What it reaches
===============

How often the classifiers are right about the music that comes along (:doc:`guide/data`), on songs
that they were not trained on. Scores count excerpts of three seconds; those of the last column
count songs, whose excerpts' evidence is added up. *Accuracy* is the share of excerpts that are
right. *Balanced accuracy* is the mean of that share over the genres: guessing gives 0.5 with two
genres and 0.33 with three. The last line of each block always answers the commonest genre, so its
accuracy is that genre's share.

.. list-table::
   :header-rows: 1

{rows}

``python -m tests.accuracy --page docs/accuracy.rst`` writes this page in one run.

How it is measured
------------------

- **Filterbank** is :class:`~skgenre.FilterbankGenreClassifier` with its default settings and
  ``class_weight="balanced"``. **MFCC + SVC** is what many would use instead: 20 mel frequency
  cepstral coefficients, their means and deviations over time, and scikit-learn's ``SVC``
  (``tests/accuracy/mfcc.py``).
- **CNN** is :class:`~skgenre.CNNGenreClassifier` and **MLP** is
  :class:`~skgenre.MLPGenreClassifier`, both with their default settings: those of :doc:`lesson`,
  {epochs} epochs included. **Class weights** stands for ``class_weight="balanced"``
  (:doc:`guide/imbalance`). **MiniRocket** is aeon's ``MiniRocketClassifier`` with its default
  settings (:doc:`comparison`). Each follows a :class:`~skgenre.WaveformScaler` in a pipeline.
- **Folds by song** are those of ``StratifiedGroupKFold({n_folds})``. Each classifier is trained on
  all folds but one and scored on that one, with {n_seeds} seeds (``random_state`` from 0 to
  {last_seed}). A score is the mean over the folds; behind ± is its standard error over the folds.
- **Test songs** are the rows of ``test_mask``: every fourth song of each source. A score is the
  mean over the {n_seeds} seeds; behind ± is its standard error over the seeds. It does not cover
  the choice of the test songs.
- **Another computer** takes another time, and the number of threads changes no score. Another
  processor rounds differently, which moves a score about as much as another seed does
  (:doc:`guide/reproducibility`).
- **Versions**: {versions}.

What the figures cannot show
----------------------------

The excerpts are many, but the songs are few. The test songs include two rock songs only, and each
of them moves the balanced accuracy by many points. The rock songs are by two bands, and both bands
are on both sides of every split, so a network may know a band's sound rather than the genre.

Where other pages show scores of their own code, it runs for fewer epochs, on fewer excerpts or on
another split. Quote the table above.
"""


def as_text(results):
    """The table in columns between bars."""
    return columns(_lines(results))


def as_page(results, n_seeds, epochs):
    """A reStructuredText page with the table and how it came about."""
    facts = dict(machine.facts())
    return PAGE.format(
        rows=list_table(_lines(results)),
        n_folds=N_FOLDS,
        n_seeds=n_seeds,
        last_seed=n_seeds - 1,
        epochs=epochs,
        versions=", ".join(f"{package} {facts[package]}" for package in PACKAGES),
    )


def _lines(results):
    """The header and a line for each result; a cell that repeats the one above it is empty."""
    found, above = [HEADER], ("",) * 4
    for result in results:
        setting = (result.genres, f"{result.n_excerpts:,}", str(result.n_songs), result.split)
        new = ("" if cell == former else cell for cell, former in zip(setting, above, strict=True))
        scores = map(_with_error, result[-len(SCORES) :])
        found.append((*new, result.classifier, *scores))
        above = setting
    return found


def _with_error(scores):
    """Mean and standard error; only the mean where all scores are equal, or just one is there."""
    if len(scores) == 1 or np.ptp(scores) == 0:
        return f"{np.mean(scores):.2f}"
    return f"{np.mean(scores):.2f} ± {np.std(scores, ddof=1) / np.sqrt(len(scores)):.2f}"
