"""TensorFlow's greeting stays away from the screen, and its errors do not."""

import io
import os
import re
import subprocess
import sys

import pytest

from skgenre.cli import _greeting

GREETING = b"""\
WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1795674473.439821    4369 port.cc:153] oneDNN custom operations are on.
W0000 00:00:1795674473.439821    4369 computation_placer.cc:177] already registered
To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow.
E0000 00:00:1795674476.445161    4369 cuda_platform.cc:52] failed call to cuInit: UNKNOWN
E0000 00:00:1795674476.445161    4369 cuda_dnn.cc:8579] Unable to register cuDNN factory
2026-01-01 00:00:00.000000: I tensorflow/core/platform/cpu_feature_guard.cc:210] optimized
2026-01-01 00:00:00.000000: E external/local_xla/xla/stream_executor/cuda/cuda_fft.cc:477] Unable
"""
ERRORS = b"""\
F0000 00:00:1795674473.439821    4369 cpu_feature_guard.cc:50] compiled to use AVX instructions
E0000 00:00:1795674476.445161    4369 gpu_device.cc:1] out of memory
2026-01-01 00:00:00.000000: E tensorflow/core/framework/node_def_util.cc:680] wrong
ImportError: libcublas.so.12: cannot open shared object file
Fatal Python error: Aborted
"""


def test_what_is_left_out_and_what_is_passed_on():
    passed = io.BytesIO()
    _greeting.filter_greeting([*GREETING.splitlines(True), *ERRORS.splitlines(True)], passed)
    assert passed.getvalue() == ERRORS


# What TensorFlow does when it is loaded, in short: it writes to the descriptor.
STAND_IN = """
import os, sys
os.write(2, {lines!r})
print("a warning of Python", file=sys.stderr)
{then}
class config:
    list_logical_devices = staticmethod(lambda: os.write(2, {lines!r}))
"""
LOAD = """
import os, sys
from skgenre.cli._greeting import load_tensorflow

sys.modules["skgenre.classifiers"] = os
load_tensorflow()
os.write(2, b"later\\n")
print("the end", file=sys.stderr)
"""


def load(folder, lines, then=""):
    """Load what stands in for TensorFlow; returns status and standard error."""
    (folder / "tensorflow.py").write_text(STAND_IN.format(lines=lines, then=then))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
    done = subprocess.run([sys.executable, "-c", LOAD], env=environment, capture_output=True)
    return done.returncode, done.stderr.decode()


def test_the_greeting_is_not_seen(tmp_path):
    expected = "a warning of Python\nlater\nthe end\n"
    assert load(tmp_path, GREETING) == (0, expected)


def test_errors_are_seen(tmp_path):
    status, seen = load(tmp_path, GREETING + ERRORS)
    assert status == 0
    assert seen.count(ERRORS.decode()) == 2


def test_the_last_words_of_a_crash_are_seen(tmp_path):
    status, seen = load(tmp_path, GREETING + ERRORS, then="os.abort()")
    assert status < 0 or sys.platform == "win32"
    assert ERRORS.decode() in seen
    assert "oneDNN" not in seen


def test_a_failed_import_is_seen(tmp_path):
    status, seen = load(tmp_path, GREETING, then="raise ImportError('broken')")
    assert status == 1
    assert seen.rstrip().endswith("ImportError: broken")


@pytest.mark.skipif(os.name != "posix", reason="Windows' shell closes no descriptors.")
def test_where_standard_error_is_closed(tmp_path):
    (tmp_path / "tensorflow.py").write_text(STAND_IN.format(lines=b"", then="").replace("2,", "1,"))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    code = LOAD.replace('os.write(2, b"later', 'os.write(1, b"later')
    done = subprocess.run(
        ["sh", "-c", '"$0" -c "$1" 2>&-', sys.executable, code],
        env=environment,
        capture_output=True,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"later" in done.stdout


SCREENS = {
    "demo": "",
    "train": r"""Reading songs - \d+s - 12/12
Epoch 1/1 - \d+s - loss 0\.\d{4} acc [01]\.\d{4}
Trained on 12 songs \(6 high, 6 low\)\. The model is in .*m\.skops\.
""",
    "evaluate": r"""Reading songs - \d+s - 12/12
Fold 2/2, epoch 1/1 - \d+s - loss 0\.\d{4} acc [01]\.\d{4}
Evaluated on 12 songs \(6 high, 6 low\)\.
""",
    "predict": r"""Predicting - \d+s - 1/1
1 song: 1 (high|low)\.
""",
    "export": r"""The model is in .*m\.onnx; ONNX Runtime predicts the same with it\.
""",
}


@pytest.mark.slow
@pytest.mark.parametrize("command", SCREENS)
def test_each_byte_on_standard_error_is_ours(music, model, tmp_path, command):
    arguments = {
        "demo": [music / "low" / "0.flac"],
        "train": [music, "-o", tmp_path / "m.skops", "--epochs", "1"],
        "evaluate": [music, "--folds", "2", "--epochs", "1"],
        "predict": [model, music / "low" / "0.flac"],
        "export": [model, "-o", tmp_path / "m.onnx"],
    }[command]
    # Whoever runs the tests may have silenced TensorFlow.
    environment = {name: os.environ[name] for name in os.environ.keys() - {"TF_CPP_MIN_LOG_LEVEL"}}
    line = [sys.executable, "-m", "skgenre", command, *arguments]
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=True)
    assert re.fullmatch(SCREENS[command], done.stderr), done.stderr
