"""``python -m skgenre.cli``."""

from skgenre.cli import run

run()
