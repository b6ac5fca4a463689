"""``skgenre train``."""

import os
import signal
import subprocess
import sys
import time
from functools import partial

import pytest

from skgenre.persistence import load

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no such names or links.")


def test_the_model_is_what_was_trained(model):
    classifier = load(model)
    assert classifier.excerpt_seconds == 0.5
    assert classifier.estimator_[-1].callbacks is None
    assert classifier.estimator_[-1].n_iter_ == 3


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process.")
def test_ctrl_c_ends_cleanly(music, tmp_path):
    command = [sys.executable, "-m", "skgenre", "train", str(music), "-o", "model"]
    process = subprocess.Popen(
        [*command, "--epochs", "1000000"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        # What a shell runs in the background ignores Ctrl-C, and so does what that starts.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    while "Reading songs" not in process.stderr.readline():
        assert process.poll() is None
    time.sleep(5)
    with process:
        process.send_signal(signal.SIGINT)
        try:
            messages = process.communicate(timeout=60)[1]
        finally:
            process.kill()
    assert process.returncode == 130
    assert messages.rstrip().endswith("Interrupted.")
    assert "Traceback" not in messages
    assert not (tmp_path / "model").exists()
