"""Ctrl-C at any time: the command ends with one word and status 130."""

import os
import signal
import subprocess
import sys
from functools import partial

import pytest

from skgenre.cli._interrupts import INTERRUPTED, Interrupts

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no SIGINT for one process."
)
ENTRIES = {
    "module": ["-m", "skgenre"],
    "script": ["-c", "from skgenre.cli import run; run()"],
}
READY = "import sys, time; print('ready', file=sys.stderr, flush=True)"
# What stands in for a library while it is imported.
IMPORTS = {
    "slow": f"{READY}; time.sleep(60)",
    "that fails": f"""
{READY}
try:
    time.sleep(60)
except BaseException as error:
    raise ImportError("initialization failed") from error
""",
    "that goes on": f"""
{READY}
for _ in range(60):
    try:
        time.sleep(1)
    except BaseException:
        pass
""",
}


def start(folder, command, **modules):
    """Start Python where modules are found in place of libraries; returns once one is ready."""
    for name, code in modules.items():
        (folder / f"{name}.py").write_text(code)
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), *sys.path])},
        stderr=subprocess.PIPE,
        text=True,
        # What a shell runs in the background ignores Ctrl-C, and so does what that starts.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    lines = []
    while "ready\n" not in lines:
        lines.append(process.stderr.readline())
        assert lines[-1], lines
    return process


def interrupt(process, n_times=1):
    """Press Ctrl-C; returns what the process writes after that."""
    with process:
        for _ in range(n_times - 1):
            process.send_signal(signal.SIGINT)
            assert process.stderr.readline() == "swallowed\n"
        process.send_signal(signal.SIGINT)
        try:
            return process.communicate(timeout=20)[1]
        finally:
            process.kill()


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("name", IMPORTS)
def test_while_the_command_is_imported(tmp_path, entry, name):
    command = [*ENTRIES[entry], "train", "music", "-o", "model.skops"]
    (tmp_path / "music").mkdir()
    process = start(tmp_path, command, numpy=IMPORTS[name])
    assert interrupt(process) == "Interrupted.\n"
    assert process.returncode == INTERRUPTED


COMMAND = """
import skgenre.cli, sys, time

def main():
    try:
        print("ready", file=sys.stderr, flush=True)
        {during}
    except KeyboardInterrupt as error:
        {then}

skgenre.cli.main = main
skgenre.cli.run()
"""


@pytest.mark.parametrize(
    ("during", "then", "n_times"),
    [
        ("import keras", "raise", 1),
        ("time.sleep(60)", "raise", 1),
        ("time.sleep(60)", "raise RuntimeError from error", 1),
        ("time.sleep(60)", "return 2", 1),
        ("time.sleep(60)", "print('swallowed', file=sys.stderr, flush=True); time.sleep(60)", 2),
        ("import atexit; atexit.register(time.sleep, 60)", "raise", 1),
    ],
)
def test_while_the_command_runs(tmp_path, during, then, n_times):
    command = ["-c", COMMAND.format(during=during, then=then)]
    process = start(tmp_path, command, keras=IMPORTS["that goes on"])
    messages = interrupt(process, n_times)
    assert process.returncode == INTERRUPTED
    assert "Traceback" not in messages


def test_a_command_that_is_to_ignore_it_goes_on(tmp_path):
    code = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
    process = start(tmp_path, ["-c", code + COMMAND.format(during="time.sleep(1)", then="raise")])
    assert interrupt(process) == ""
    assert process.returncode == 0


@pytest.fixture
def ended(monkeypatch):
    """Exchange the end of the process for a `SystemExit`, and put Python's own handler back."""

    def leave(status):
        raise SystemExit(status)

    monkeypatch.setattr("os._exit", leave)
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, former)


def test_after_the_command_the_process_ends_at_once(ended, capfd):
    with Interrupts() as interrupts, pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    assert interrupts.came
    with pytest.raises(SystemExit, match="130"):
        signal.raise_signal(signal.SIGINT)
    assert capfd.readouterr().err == "Interrupted.\n"


def call_back():
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt as error:
        raise RuntimeError("a callback failed") from error


def test_what_a_library_makes_of_it_is_not_shown(ended, capfd):
    with pytest.raises(SystemExit, match="130"), Interrupts():
        call_back()
    assert capfd.readouterr().err == "Interrupted.\n"


def test_other_errors_are_left_alone(ended):
    with pytest.raises(RuntimeError), Interrupts():
        raise RuntimeError
