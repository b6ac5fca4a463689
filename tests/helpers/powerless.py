"""What a user without rights sees."""

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534


@contextmanager
def without_rights():
    """Yield a folder to write to; what its owner may not read cannot be read until it is gone."""
    folder, user = Path(tempfile.mkdtemp()), os.geteuid()
    folder.chmod(0o777)
    try:
        if user == 0:
            # Root may read everything.
            os.seteuid(NOBODY)
        yield folder
    finally:
        os.seteuid(user)
        for path in folder.rglob("*"):
            path.chmod(0o700)
        shutil.rmtree(folder)
