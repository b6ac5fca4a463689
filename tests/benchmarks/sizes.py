"""How much is measured: the full sizes, and tiny ones for a smoke test."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Sizes of every measure; the defaults are the full ones."""

    repeats: int = 3
    n_timesteps: int = 1200
    fit_excerpts: int = 8000
    refit_excerpts: int = 200
    refits: int = 3
    predict_excerpts: int = 2000
    single_predictions: int = 30
    grid_excerpts: int = 1200
    grid_candidates: int = 4
    grid_folds: int = 3
    grid_epochs: int = 2
    memory_fits: tuple = (10, 25, 100)
    imports: int = 7
    checks: int | None = None
    growth_excerpts: tuple = (1000, 4000, 16000)
    growth_timesteps: tuple = (300, 1200, 4800)
    growth_jobs: tuple = (1, 2, 4)
    memmap_gigabytes: float = 4.0
    shuffle_seeds: int = 12
    shuffle_epochs: int = 5
    hearing_step: int = 1
    hearing_songs: int | None = None
    hearing_sets: int | None = None
    hearing_seeds: tuple = (5, 2)
    hearing_seeds_of_folder: tuple = (2, 1)
    hearing_rates: tuple = (400, 2000, 4000, 8000, 16_000, 22_050)
    hearing_counts: tuple = (2, 4, 8, 16, 32, None)
    hearing_draws: int = 8
    songs: int = 200
    songs_made: int = 4
    song_seconds: int = 180


FULL = Sizes()
QUICK = Sizes(
    repeats=1,
    n_timesteps=120,
    fit_excerpts=160,
    refit_excerpts=64,
    refits=1,
    predict_excerpts=100,
    single_predictions=3,
    grid_excerpts=48,
    grid_candidates=1,
    grid_folds=2,
    grid_epochs=1,
    memory_fits=(1, 2, 3),
    imports=1,
    checks=4,
    growth_excerpts=(32, 64),
    growth_timesteps=(60, 120),
    growth_jobs=(1, 2),
    memmap_gigabytes=0.001,
    shuffle_seeds=1,
    shuffle_epochs=1,
    hearing_step=20,
    hearing_songs=8,
    hearing_sets=1,
    hearing_seeds=(1, 1),
    hearing_seeds_of_folder=(1, 1),
    hearing_rates=(400, 2000),
    hearing_counts=(2, None),
    hearing_draws=2,
    songs=4,
    songs_made=1,
    song_seconds=2,
)
