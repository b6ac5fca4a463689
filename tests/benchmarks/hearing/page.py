"""Findings as tables of text and as a page of the documentation."""

from typing import NamedTuple

import numpy as np

from tests.benchmarks import machine
from tests.benchmarks.hearing.contenders import COMMONEST, LESSON, MOST_FOR_ROCKET, OURS, RECIPE
from tests.benchmarks.hearing.curves import RARITY
from tests.benchmarks.hearing.measure import N_FOLDS, leads
from tests.benchmarks.hearing.music import SHIPPED
from tests.benchmarks.hearing.words import PAGE, RATES
from tests.benchmarks.table import columns, list_table

PACKAGES = ("skgenre", "scikit-learn", "keras", "tensorflow", "numpy", "aeon")
HEADER = (
    *("music", "genres", "Hz", "songs", "groups", "classifier"),
    *("accuracy", "by excerpt", "by song", "s"),
)


class Findings(NamedTuple):
    """All that was measured."""

    results: list
    by_songs: dict  # rows by source
    rare: dict  # rows by source and rare genre
    rates: dict  # rows by source and genres


def as_text(found):
    """The tables in columns between bars."""
    tables = [_lines(found.results), _song_lines(found), _rare_lines(found)]
    tables += map(_rate_lines, found.rates.values())
    return "\n\n".join([*map(columns, tables), _leads(found)])


def as_page(found, sizes):
    """A reStructuredText page with the tables and how they came about."""
    facts = dict(machine.facts())
    folders = {result.source for result in found.results} - {SHIPPED}
    return PAGE.format(
        rows=list_table(_lines(found.results)),
        leads=_leads(found),
        rates="\n".join(_rates(*key, rows) for key, rows in found.rates.items()),
        by_songs=list_table(_song_lines(found)),
        rare=list_table(_rare_lines(found)),
        draws=sizes.hearing_draws,
        rarity=RARITY,
        n_folds=N_FOLDS,
        seeds=sizes.hearing_seeds,
        folder_seeds=sizes.hearing_seeds_of_folder,
        ours=OURS,
        lesson=LESSON,
        recipe=RECIPE,
        commonest=COMMONEST,
        most_for_rocket=MOST_FOR_ROCKET,
        versions=", ".join(f"{package} {facts[package]}" for package in PACKAGES),
        cores=facts["cores"],
        processor=facts["processor"],
        command="".join(f", here {name}" for name in folders),
    )


def draw_rates(rates, path):
    """Draw scores and seconds over the rate."""
    import matplotlib
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
    # Without a date and with names that are no accident, the same figures give the same file.
    with matplotlib.rc_context({"svg.hashsalt": "rates", "svg.fonttype": "none"}):
        figure.savefig(path, metadata={"Date": None})


def _lines(results):
    """The header and a line for each result; a cell that repeats the one above it is empty."""
    found, above = [HEADER], ("",) * 5
    for result in results:
        counts = map(str, (result.n_songs, result.n_groups))
        where = (result.source, result.genres, f"{result.sample_rate:,}", *counts)
        is_new = where != above
        scores = [_with_error(column) for column in result.scores.T[:3]]
        seconds = f"{np.median(result.scores[:, 3]):.1f}"
        found.append((*(where if is_new else ("",) * 5), result.classifier, *scores, seconds))
        above = where
    return found


def _leads(found):
    return "\n".join(
        f"- At {rate:,} Hz the {OURS} leads {other} by {100 * excerpt:+.1f} points by excerpt and "
        f"{100 * song:+.1f} by song; sets that both heard: {n_sets}."
        for other in (RECIPE, LESSON, "MiniRocket")
        for rate, n_sets, (excerpt, song) in leads(found.results, OURS, other)
    )


def _rates(source, genres, rates):
    title = f"{genres[0].upper()}{genres[1:]}"
    return RATES.format(genres=title, source=source, rows=list_table(_rate_lines(rates)))


def _rate_lines(rates):
    lines = [("Hz", "by excerpt", "by song", "s")]
    for rate, means, errors in rates:
        scores = [f"{means[i]:.3f} ± {errors[i]:.3f}" for i in (1, 2)]
        lines.append((f"{rate:,}", *scores, f"{means[3]:.1f}"))
    return lines


def _song_lines(found):
    lines = [("music", "songs a genre", OURS, RECIPE)]
    for source, rows in found.by_songs.items():
        scores = {}
        for n_songs, name, of_draws in rows:
            scores.setdefault(n_songs, {})[name] = _with_error(of_draws)
        lines += [(source, str(n or "all"), by[OURS], by[RECIPE]) for n, by in scores.items()]
    return lines


def _rare_lines(found):
    return [("music", "rare genre", "classifier", "share found")] + [
        (source, genre, name, _with_error(shares))
        for (source, genre), rows in found.rare.items()
        for name, shares in rows
    ]


def _with_error(scores):
    """Mean and standard error; only the mean where all scores are equal, or just one is there."""
    if len(scores) == 1 or np.ptp(scores) == 0:
        return f"{np.mean(scores):.3f}"
    return f"{np.mean(scores):.3f} ± {np.std(scores, ddof=1) / np.sqrt(len(scores)):.3f}"
