"""The order of what is measured of hearing, and where it goes."""

from tests.benchmarks.hearing import curves, music
from tests.benchmarks.hearing.measure import results
from tests.benchmarks.hearing.page import Findings, as_page, as_text, draw_rates
from tests.benchmarks.timing import announce

RATES = (400, 2000, 4000, 8000, 16_000, 22_050)


def hear(options, sizes):
    """Measure, print the tables and write the page.

    Parameters
    ----------
    options : namespace
        `songs`, `genres`, `rates` and `page`.
    sizes : Sizes
        Seeds and draws.
    """
    announce("hearing: scores on songs that were not heard in training")
    found = Findings([], [], {}, {})
    sets = list(music.shipped(sizes.hearing_step))
    if options.songs is None:
        _add(found, music.SHIPPED, sets, sets[-1], sizes, rare="rock")
    else:
        _add(found, music.SHIPPED, sets, None, sizes, rare=None)
        folder = music.SongFolder(options.songs)
        choices = options.genres or [folder.genres]
        at_rates = [folder.at(rate).of(genres) for rate in options.rates for genres in choices]
        at_lowest = folder.at(min(options.rates)).of(folder.genres)
        _add(found, options.songs.name, at_rates, at_lowest, sizes, rare=folder.genres[-1])
        found.rates.extend(curves.by_rate(folder, folder.genres, RATES))
    if options.page:
        options.page.write_text(as_page(found, sizes), encoding="utf-8")
        if found.rates:
            draw_rates(found.rates, options.page.parent / "_static" / "hearing_rates.svg")
    print(as_text(found))


def _add(found, source, sets, whole, sizes, rare):
    n_seeds = sizes.hearing_seeds if source == music.SHIPPED else sizes.hearing_seeds_of_folder
    for excerpts in sets:
        found.results.extend(results(source, excerpts, n_seeds))
    if whole is not None:
        found.by_songs[source] = list(curves.by_songs(whole, sizes.hearing_draws))
        found.rare[source, rare] = list(curves.of_rare_genre(whole, rare))
