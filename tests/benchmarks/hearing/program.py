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
        _hear_folder(found, folder, chosen, options.rates, sizes)
    if options.page:
        _write(found, sizes, options.page)
    print(as_text(found))


def _choices(given, folder, sizes):
    for genres in given or []:
        music.check_choice(genres, folder.genres)
    return given or _last(music.choices(folder.genres), sizes)


def _last(sets, sizes):
    return sets if sizes.hearing_sets is None else sets[-sizes.hearing_sets :]


def _hear_folder(found, folder, choices, rates, sizes):
    """Measure all that there is to measure at a rate before songs are resampled to the next."""
    curve = found.rates[folder.name, music.name(folder.genres)] = []
    for rate in sorted({*rates, music.LOWEST_HZ, *sizes.hearing_rates}):
        excerpts = folder.at(rate)
        if rate in rates:
            sets = (excerpts.of(genres) for genres in choices)
            _compare(found, folder.name, sets, sizes.hearing_seeds_of_folder)
        if rate == music.LOWEST_HZ:
            _vary_songs(found, folder.name, excerpts, folder.genres[-1], sizes)
        if rate in sizes.hearing_rates:
            curve.append(curves.at_rate(excerpts))


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
