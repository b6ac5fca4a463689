"""Excerpts to learn from: real music, the lesson's file format, and synthetic ones."""

from skgenre.datasets._excerpts_npz import load_excerpts_npz, save_excerpts_npz
from skgenre.datasets._genre_excerpts import load_genre_excerpts
from skgenre.datasets._synthetic import make_genre_excerpts

__all__ = [
    "load_excerpts_npz",
    "load_genre_excerpts",
    "make_genre_excerpts",
    "save_excerpts_npz",
]
