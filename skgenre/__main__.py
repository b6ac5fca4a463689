"""``python -m skgenre``: the command where its script is not on the path."""

from skgenre.cli import run

run()
