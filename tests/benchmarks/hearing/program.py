"""The order of what is measured of hearing, and where it goes."""

from tests.benchmarks.hearing import curves, music
from tests.benchmarks.hearing.measure import results
from tests.benchmarks.hearing.page import Findings, as_page, as_text, draw_rates
from tests.benchmarks.timing import announce


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
    folder = options.songs and music.SongFolder(
        options.songs, sizes.hearing_songs, sizes.hearing_step
    )
    chosen = _choices(options.genres, folder, sizes) if folder else []
    found = Findings([], {}, {}, {})
    sets = list(music.shipped(sizes.hearing_step))
    _compare(found, music.SHIPPED, _last(sets, sizes), sizes.hearing_seeds)
    _vary_songs(found, music.SHIPPED, sets[-1], "rock", sizes)
    if folder:
        at_rates = _at_rates(folder, options.rates, chosen)
        _compare(found, folder.name, at_rates, sizes.hearing_seeds_of_folder)
        _vary_songs(found, folder.name, folder.at(music.LOWEST_HZ), folder.genres[-1], sizes)
        rates = curves.by_rate(folder, sizes.hearing_rates)
        found.rates[folder.name, music.name(folder.genres)] = list(rates)
    if options.page:
        _write(found, sizes, options.page)
    print(as_text(found))


def _choices(given, folder, sizes):
    for genres in given or []:
        music.check_choice(genres, folder.genres)
    return given or _last(music.choices(folder.genres), sizes)


def _last(sets, sizes):
    return sets if sizes.hearing_sets is None else sets[-sizes.hearing_sets :]


def _at_rates(folder, rates, choices):
    for rate in rates:
        excerpts = folder.at(rate)
        yield from (excerpts.of(genres) for genres in choices)


def _compare(found, source, sets, n_seeds):
    for excerpts in sets:
        found.results.extend(results(source, excerpts, n_seeds))


def _vary_songs(found, source, excerpts, rare, sizes):
    counts = curves.by_songs(excerpts, sizes.hearing_counts, sizes.hearing_draws)
    found.by_songs[source] = list(counts)
    found.rare[source, rare] = list(curves.of_rare_genre(excerpts, rare))


def _write(found, sizes, page):
    page.write_text(as_page(found, sizes), encoding="utf-8")
    for rates in found.rates.values():
        pictures = page.parent / "_static"
        pictures.mkdir(exist_ok=True)
        draw_rates(rates, pictures / "hearing_rates.svg")
