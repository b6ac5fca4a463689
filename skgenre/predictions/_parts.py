"""A table of predictions that grows in parts, which outlast the process that makes them."""

import os
import secrets
import shutil
from pathlib import Path

import numpy as np

from skgenre.predictions._tables import Predictions


class PartedTable:
    """A table's file, and the folder beside it where its parts lie until there are all.

    Parameters
    ----------
    path : str or path-like
        The file.
    tables : CSVTables or ParquetTables
        Reads and writes it and its parts.
    """

    def __init__(self, path, tables):
        self._path, self._tables = Path(os.path.abspath(path)), tables
        self._folder = self._path.with_name(f"{self._path.name}.parts")
        # Marker file: exists while a run without `resume` replaces an older table. The rows of that
        # table do not count then.
        self._replaces = self._folder / ".replaces"

    def begin(self, resume):
        """Make the folder.

        Parameters
        ----------
        resume : bool
            Whether to go on from what earlier runs have left.

        Returns
        -------
        done : set of str
            The songs of which something is known.

        Raises
        ------
        FileExistsError
            If there are parts, and they are not to be gone on from.
        ValueError
            If something is no table with the columns of this one.
        OSError
            If the folder cannot be made.
        """
        if self._path.exists() and not self._path.is_file():
            raise ValueError(f"{str(self._path)!r} is not a file: no table can be written there.")
        parts, done = self._parts(), set()
        if parts and not resume:
            raise FileExistsError(
                f"An earlier run left results in {str(self._folder)!r}. Go on from there with "
                "resume=True (--resume in a shell), or remove the folder."
            )
        if resume:
            if not parts:
                # A run without any result replaces nothing.
                self._replaces.unlink(missing_ok=True)
            done = {file for table in self._read() for file in table.files}
        self._folder.mkdir(exist_ok=True)
        if not resume:
            self._replaces.touch()
        return done

    def place_parts(self):
        """Yield paths of parts that are not there yet."""
        # A worker of an earlier run may still be writing a part.
        run, number = secrets.token_hex(4), 0
        while True:
            yield self._folder / f"{run}-{number:06}{self._path.suffix}"
            number += 1

    def join(self, songs):
        """Write the table of all parts, and remove them.

        Parameters
        ----------
        songs : list of str
            The order of the rows, after those that were in the file already.
        """
        tables = self._read()
        files = [file for table in tables for file in table.files]
        probabilities = np.concatenate([table.probabilities for table in tables])
        # Two runs may have predicted a song: the first counts.
        rows = {}
        for row, file in enumerate(files):
            rows.setdefault(file, row)
        number = dict.fromkeys(tables[0].files, -1)
        for place, song in enumerate(songs):
            number.setdefault(song, place)
        order = [rows[file] for file in sorted(rows, key=lambda file: number.get(file, -1))]
        table = Predictions([files[row] for row in order], probabilities[order])
        self._tables.write(self._path, table)
        # Removed before the parts: from here on the table's rows count.
        self._replaces.unlink(missing_ok=True)
        # A shared file system may keep one for a while; all its rows are in the table.
        shutil.rmtree(self._folder, ignore_errors=True)

    def _read(self):
        """List what is known: the table's rows, where they count, and the parts."""
        earlier = Predictions([], np.empty((0, self._tables.n_classes)))
        if self._path.exists() and not self._replaces.exists():
            earlier = self._tables.read(self._path)
        return [earlier, *map(self._tables.read, self._parts())]

    def _parts(self):
        """List the parts; a killed process leaves unfinished ones, which are hidden."""
        if not self._folder.exists():
            return []
        return sorted(file for file in self._folder.iterdir() if not file.name.startswith("."))
