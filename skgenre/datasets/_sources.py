"""Where the shipped excerpts come from: packages, songs, licences."""

from dataclasses import dataclass, field

AMPLITUDE_ONE = 2**14
"""The int16 value that stands for amplitude 1, so that peaks up to 2 are kept unclipped."""

SILENT_BELOW = 1e-3
"""Excerpts of which no amplitude reaches it were left out."""


@dataclass(frozen=True)
class Source:
    """Songs of one genre from one package, under one licence.

    Attributes
    ----------
    name : str
        Stem of the data file, and of the licence notice beside it.
    genre : str
        Label of all its songs.
    license : str
        SPDX identifier.
    package : str
        Debian package, with its version, that holds the songs.
    parts : tuple of str
        Paths whose sum is one song; ``{}`` stands for a key of `songs`.
    archive : str or None
        Zip file inside the package that holds those paths, if any.
    songs : dict of str to str
        Name within the package -> "Artist - Title", sorted by name.
    """

    name: str
    genre: str
    license: str
    package: str
    parts: tuple[str, ...]
    archive: str | None = None
    songs: dict[str, str] = field(default_factory=dict, repr=False)


WESNOTH = Source(
    name="wesnoth",
    genre="classical",
    license="GPL-2.0-or-later",
    package="wesnoth-1.16-music 1:1.16.9-1",
    parts=("core/music/{}.ogg",),
    songs={
        "battle": "Aleksi Aubry-Carlson - Battle Music",
        "battle-epic": "Doug Kaufman - Battle Epic",
        "breaking_the_chains": "Mattias Westlund - Breaking the Chains",
        "casualties_of_war": "Tyler Johnson - Casualties of War",
        "elvish-theme": "Doug Kaufman - Elvish theme",
        "frantic": "Stephen Rozanc - Frantic",
        "heroes_rite": "Doug Kaufman - Heroes Rite",
        "into_the_shadows": "Tyler Johnson - Into the Shadows",
        "journeys_end": "Mattias Westlund - Journey's End",
        "knalgan_theme": "Ryan Reilly - Knalgan Theme",
        "knolls": "Timothy Pinkham - The Knolls of Doldesh",
        "legends_of_the_north": "Mattias Westlund - Legends of the North",
        "love_theme": "Ryan Reilly - Love Theme",
        "loyalists": "Joseph G. Toscano - Loyalists",
        "main_menu": "Aleksi Aubry-Carlson - Main Theme",
        "northern_mountains": "Mattias Westlund - Over the Northern Mountains",
        "northerners": "Stephen Rozanc - Northerners",
        "nunc_dimittis": "Jeremy Nicoll - Nunc Dimittis",
        "revelation": "Joseph G. Toscano - Revelation",
        "sad": "Tyler Johnson - Sad",
        "siege_of_laurelmor": "Doug Kaufman - Siege of Laurelmor",
        "silvan_sanctuary": "Mattias Westlund - Silvan Sanctuary",
        "suspense": "Ryan Reilly - Suspense",
        "the_city_falls": "Doug Kaufman - The City Falls",
        "the_dangerous_symphony": "Gianmarco Leone - The Dangerous Symphony",
        "the_deep_path": "Gianmarco Leone - The Deep Path",
        "the_king_is_dead": "Mattias Westlund - The King is Dead",
        "transience": "Aleksi Aubry-Carlson - Transience",
        "traveling_minstrels": "Mattias Westlund - Traveling Minstrels",
        "underground": "Aleksi Aubry-Carlson - Underground",
        "vengeful": "Jeremy Nicoll - Vengeful Pursuit",
        "wanderer": "Timothy Pinkham - Still Another Wanderer",
        "weight_of_revenge": "Doug Kaufman - Weight of Revenge",
    },
)

MULDJORD = Source(
    name="muldjord",
    genre="rock",
    license="CC-BY-SA-3.0",
    package="fretsonfire-songs-muldjord 2.dfsg-2.1",
    parts=("muldjord/{}/song.ogg", "muldjord/{}/guitar.ogg"),
    songs={
        "armygeddon": "Muldjord - Armygeddon",
        "chaos_god": "Muldjord - Chaos God",
        "internal_degeneration": "Muldjord - Internal Degeneration",
        "mutilated_mime": "Muldjord - Mutilated Mime",
    },
)

SECTOID = Source(
    name="sectoid",
    genre="rock",
    license="MIT",
    package="fretsonfire-songs-sectoid 1.dfsg-3.1",
    parts=("sectoid/{}/song.ogg", "sectoid/{}/guitar.ogg"),
    songs={
        "Escape from chaosland": "Sectoid - Escape from chaosland",
        "Feelings": "Sectoid - Feelings",
        "Metal madness": "Sectoid - Metal madness",
        "War of freedom": "Sectoid - War of freedom",
    },
)

NEXUIZ = Source(
    name="nexuiz",
    genre="electronic",
    license="GPL-2.0-or-later",
    package="nexuiz-music 2.5.2-12",
    parts=("sound/cdtracks/{}.ogg",),
    archive="music.pk3",
    songs={
        "beast-of-insanity": "Braden Walters - Beast of Insanity",
        "brainsukker": "elysis - Brainsukker",
        "brokenlight": "blkrbt - Broken Light",
        "chaos-fog": "elysis - Chaos fog",
        "desert3": "blkrbt - Desert3",
        "digital-pursuit": "Parapraxis - Digital Pursuit",
        "infight": "elysis - Infight",
        "neuronal-diving": "elysis - Neuronal Diving",
        "ninesix": "blkrbt - ninesix",
        "sixtyfour_": "blkrbt - sixtyfour",
        "stairs": "blkrbt - Stairs",
        "subcities": "elysis - Subcities",
        "thru-the-mirror": "elysis - Thru the mirror",
    },
)

SOURCES = (WESNOTH, MULDJORD, SECTOID, NEXUIZ)
GENRES = tuple(dict.fromkeys(source.genre for source in SOURCES))
