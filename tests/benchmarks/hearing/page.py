"""Findings as tables of text and as a page of the documentation."""

from typing import NamedTuple

import numpy as np

from tests.benchmarks import machine
from tests.benchmarks.hearing.contenders import LESSON, OURS, RECIPE
from tests.benchmarks.hearing.curves import RARITY
from tests.benchmarks.hearing.measure import N_FOLDS, lead
from tests.benchmarks.table import columns, list_table

PACKAGES = ("skgenre", "scikit-learn", "keras", "tensorflow", "numpy", "aeon")
HEADER = ("music", "genres", "Hz", "songs", "classifier", "accuracy", "by excerpt", "by song", "s")

PAGE = """\
:html_theme.sidebar_secondary.remove: true

How well it hears
=================

How often classifiers are right about songs that they were not trained on. Scores are balanced
accuracies, the mean over the genres of the share that is right, by excerpt of three seconds and by
song, whose excerpts' evidence is added up; guessing gives 0.5 with two genres, 0.33 with three.
*Accuracy* is the share of excerpts that are right; in the last line of each block, which always
answers the commonest genre, it is that genre's share. *s* is the time of one fit in seconds, from
waveforms to a trained classifier; rough where the machine was busy with other work
(:doc:`benchmarks` has times in turn).

.. list-table::
   :header-rows: 1

{rows}

{leads}
{rates}
How many songs it takes
-----------------------

Balanced accuracy by song of classifiers that were trained on a few songs of each genre; the mean
over several draws, and its standard error.

.. list-table::
   :header-rows: 1

{by_songs}

A rare genre
------------

The share of a genre's excerpts that is found, where one song in {rarity} of that genre is left in
training, and all of the others.

.. list-table::
   :header-rows: 1

{rare}

How it is measured
------------------

- **Folds** are those of ``StratifiedGroupKFold({n_folds}, shuffle=True, random_state=0)``: each
  classifier is trained on all folds but one and scored on that one. The music that comes along is
  split by song, a folder of songs by artist, where its files name one. A score is the mean over
  folds and seeds; behind ± is its standard error over the folds.
- **Seeds** on the music that comes along: {seeds[0]} of the filterbank, {seeds[1]} of the CNN; on a
  folder of songs: {folder_seeds[0]} and {folder_seeds[1]}. One of each other.
- **{ours}** is :class:`~skgenre.FilterbankGenreClassifier` with its default settings.
  **{lesson}** is :class:`~skgenre.CNNGenreClassifier`, **MLP** is
  :class:`~skgenre.MLPGenreClassifier`, both with the settings of :doc:`lesson`, behind a
  :class:`~skgenre.WaveformScaler`. All have ``class_weight="balanced"`` (:doc:`guide/imbalance`).
- **{recipe}** is what many would use instead: 20 mel frequency cepstral coefficients, their means
  and deviations over time, and scikit-learn's ``SVC`` [1]_. **MiniRocket** is aeon's, with a ridge
  classifier [2]_; it takes minutes a fold, and is measured on the music that comes along alone.
- **Versions**: {versions}. Machine: {cores} cores, {processor}.
- **Another computer** takes another time, and the number of threads changes no score. Another
  processor rounds differently, which moves a score about as much as another seed does
  (:doc:`guide/reproducibility`).

``python -m tests.benchmarks --only hearing --page docs/hearing.rst`` writes this page in one run;
``--songs FOLDER`` adds a folder that has a folder of songs for each genre{command}.

What the figures cannot show
----------------------------

A few songs cannot tell much. The music that comes along has 54 songs, and its rock songs are by two
bands, who are on both sides of every split: a classifier may know a band's sound rather than the
genre. One song more or less that is right moves a score by several points.

{tuned}

Where other pages show scores of their own code, it runs for fewer epochs, on fewer excerpts or on
another split. Quote the table above.

References
----------

.. [1] Tzanetakis and Cook, "Musical genre classification of audio signals", IEEE Transactions on
   Speech and Audio Processing 10, 2002.
.. [2] Dempster, Schmidt and Webb, "MiniRocket: a very fast (almost) deterministic transform for
   time series classification", KDD 2021.
{reference}"""

TUNED = """\
The settings of the filterbank were chosen by their mean over Emotify [3]_, the music that comes
along and spoken digits. So all figures of this page flatter it: expect a little less on other
music."""
REFERENCE = """\
.. [3] Aljanaki, Wiering and Veltkamp, "Studying emotion induced by music through a crowdsourcing
   game", Information Processing and Management 52, 2016. 400 songs of a minute, 100 each of
   classical, electronic, pop and rock; for research, so it does not come along.
"""
RATES = """\
At which rate
-------------

{title}, by the filterbank, one seed.

.. list-table::
   :header-rows: 1

{rows}

.. figure:: _static/hearing_rates.svg
   :alt: Balanced accuracy by excerpt and by song, and seconds of a fit, over the sample rate.

"""


class Findings(NamedTuple):
    """All that was measured."""

    results: list
    rates: list
    by_songs: dict
    rare: dict


def as_text(found):
    """The tables in columns between bars."""
    tables = [_lines(found.results), _song_lines(found), _rare_lines(found)]
    if found.rates:
        tables.append(_rate_lines(found))
    return "\n\n".join([*map(columns, tables), _leads(found)])


def as_page(found, sizes):
    """A reStructuredText page with the tables and how they came about."""
    facts = dict(machine.facts())
    with_emotify = any("emotify" in str(result.source).lower() for result in found.results)
    return PAGE.format(
        rows=list_table(_lines(found.results)),
        leads=_leads(found),
        rates=_rates(found),
        by_songs=list_table(_song_lines(found)),
        rare=list_table(_rare_lines(found)),
        rarity=RARITY,
        n_folds=N_FOLDS,
        seeds=sizes.hearing_seeds,
        folder_seeds=sizes.hearing_seeds_of_folder,
        ours=OURS,
        lesson=LESSON,
        recipe=RECIPE,
        versions=", ".join(f"{package} {facts[package]}" for package in PACKAGES),
        cores=facts["cores"],
        processor=facts["processor"],
        command=", here Emotify [3]_" if with_emotify else "",
        tuned=TUNED if with_emotify else "",
        reference=REFERENCE if with_emotify else "",
    )


def draw_rates(rates, path):
    """Draw scores and seconds over the rate."""
    from matplotlib.figure import Figure

    hertz = [rate for rate, _, _ in rates]
    means, errors = (np.array([row[number] for row in rates]) for number in (1, 2))
    figure = Figure((7, 3.2), layout="constrained")
    heard, timed = figure.subplots(1, 2)
    for column, label in ((1, "by excerpt"), (2, "by song")):
        heard.errorbar(
            hertz, means[:, column], errors[:, column], label=label, marker="o", capsize=3
        )
    timed.plot(hertz, means[:, 3], marker="o", color="tab:gray")
    heard.set(xscale="log", xlabel="Sample rate (Hz)", ylabel="Balanced accuracy")
    timed.set(xscale="log", xlabel="Sample rate (Hz)", ylabel="Seconds of a fit", ylim=(0, None))
    heard.legend()
    for axes in (heard, timed):
        axes.set_xticks(hertz, [f"{rate:,}" for rate in hertz], rotation=90)
        axes.minorticks_off()
    # Without a date, the same figures give the same file.
    figure.savefig(path, metadata={"Date": None})


def _lines(results):
    """The header and a line for each result; a cell that repeats the one above it is empty."""
    found, above = [HEADER], ("",) * 4
    for result in results:
        where = (str(result.source), result.genres, f"{result.sample_rate:,}", str(result.n_songs))
        is_new = where != above
        scores = [_with_error(column) for column in result.scores.T[:3]]
        seconds = f"{np.median(result.scores[:, 3]):.1f}"
        found.append((*(where if is_new else ("",) * 4), result.classifier, *scores, seconds))
        above = where
    return found


def _leads(found):
    heard = {result.classifier for result in found.results}
    return "\n".join(
        f"Over the {n_sets} sets that both heard, the {OURS} leads {other} by {100 * excerpt:+.1f} "
        f"points by excerpt and {100 * song:+.1f} by song."
        for other in (RECIPE, LESSON, "MiniRocket")
        if other in heard
        for (excerpt, song), n_sets in [lead(found.results, OURS, other)]
    )


def _rates(found):
    if not found.rates:
        return ""
    last = found.results[-1]
    genres = max((r for r in found.results if r.source == last.source), key=lambda r: r.n_songs)
    title = f"{genres.genres[0].upper()}{genres.genres[1:]} of {last.source}"
    return RATES.format(title=title, rows=list_table(_rate_lines(found)))


def _rate_lines(found):
    lines = [("Hz", "by excerpt", "by song", "s")]
    for rate, means, errors in found.rates:
        scores = [f"{means[i]:.3f} ± {errors[i]:.3f}" for i in (1, 2)]
        lines.append((f"{rate:,}", *scores, f"{means[3]:.1f}"))
    return lines


def _song_lines(found):
    lines = [("music", "songs a genre", OURS, RECIPE)]
    for source, rows in found.by_songs.items():
        scores = {}
        for n_songs, name, of_draws in rows:
            scores.setdefault(n_songs, {})[name] = _with_error(of_draws)
        lines += [(str(source), str(n), by[OURS], by[RECIPE]) for n, by in scores.items()]
    return lines


def _rare_lines(found):
    return [("music", "rare genre", "classifier", "share found")] + [
        (str(source), genre, name, _with_error(shares))
        for (source, genre), rows in found.rare.items()
        for name, shares in rows
    ]


def _with_error(scores):
    """Mean and standard error; only the mean where all scores are equal, or just one is there."""
    if len(scores) == 1 or np.ptp(scores) == 0:
        return f"{np.mean(scores):.3f}"
    return f"{np.mean(scores):.3f} ± {np.std(scores, ddof=1) / np.sqrt(len(scores)):.3f}"
