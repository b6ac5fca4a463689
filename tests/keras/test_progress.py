"""What `verbose` shows: in a file, in a terminal and in a notebook."""

import io
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stderr
from functools import partial
from types import ModuleType

import keras
import pytest
from joblib import parallel_config
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import GridSearchCV, cross_val_score

from skgenre import SongClassifier
from tests.helpers.small_networks import tiny_cnn

FIGURES = r"loss 0\.\d{4} acc [01]\.\d{4}"
STYLES = re.compile(r"\x1b\[[0-9;?]*[mhl]")
SHOW_CURSOR, HIDE_CURSOR = "\x1b[?25h", "\x1b[?25l"


small_cnn = partial(tiny_cnn, verbose=1)


class StopAfterOneEpoch(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = True


class Interrupt(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise KeyboardInterrupt


# --- neither terminal nor notebook: one line, at the end


def test_a_log_file_gets_one_line(excerpts, capsys):
    small_cnn().fit(*excerpts)
    shown = capsys.readouterr()
    assert re.fullmatch(rf"Epoch 2/2 - \d+s - {FIGURES}\n", shown.err)
    assert not shown.out


def test_a_terminals_settings_do_not_flood_a_log_file(excerpts, capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("TTY_INTERACTIVE", "1")
    small_cnn().fit(*excerpts)
    assert capsys.readouterr().err.count("\n") == 1


def test_the_line_has_validation_figures(excerpts, capsys):
    X, y = excerpts
    small_cnn().fit(X, y, X_val=X, y_val=y)
    err = capsys.readouterr().err
    assert re.search(rf"{FIGURES} val_{FIGURES.replace(' acc', ' val_acc')}\n", err)


def test_the_line_tells_where_training_stopped(excerpts, capsys):
    small_cnn(epochs=9, callbacks=StopAfterOneEpoch()).fit(*excerpts)
    assert capsys.readouterr().err.startswith("Epoch 1/9 - ")


def test_the_line_tells_where_training_was_interrupted(excerpts, capsys):
    with pytest.raises(KeyboardInterrupt):
        small_cnn(epochs=9, callbacks=Interrupt()).fit(*excerpts)
    assert re.fullmatch(rf"Epoch 1/9 - \d+s - {FIGURES}\n", capsys.readouterr().err)


def test_songs_and_their_excerpts_have_a_line_each(excerpts, capsys):
    X, y = excerpts
    classifier = SongClassifier(small_cnn(), excerpt_seconds=0.05, verbose=1)
    classifier.fit(X[:12], y[:12]).predict(X[:5])
    reading, training, listening = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"Reading songs - \d+s - 12/12", reading)
    assert training.startswith("Epoch 2/2 - ")
    assert re.fullmatch(r"Reading songs - \d+s - 5/5", listening)


def test_each_fit_of_a_cross_validation_has_a_line(excerpts, capsys):
    cross_val_score(small_cnn(), *excerpts, cv=3)
    assert capsys.readouterr().err.count("Epoch 2/2") == 3


@pytest.mark.slow
def test_a_search_in_processes_finds_what_it_finds_alone(excerpts):
    grid = {"dense_units": [4, 8]}
    shared, alone = (
        GridSearchCV(small_cnn(), grid, cv=2, n_jobs=n_jobs).fit(*excerpts) for n_jobs in (2, 1)
    )
    for score in ("mean_test_score", "std_test_score"):
        assert shared.cv_results_[score].tolist() == alone.cv_results_[score].tolist()


# --- a terminal


class Terminal(io.StringIO):
    def isatty(self):
        return True

    def lines(self):
        """What is left standing when all has been written, by rows that were not erased."""
        text = STYLES.sub("", self.getvalue())
        rows = [""]
        for part in re.split(r"(\n|\r|\x1b\[2K|\x1b\[1A)", text):
            if part == "\n":
                rows.append("")
            elif part == "\x1b[1A":
                del rows[-1]
            elif part in ("\r", "\x1b[2K"):
                rows[-1] = ""
            else:
                rows[-1] += part
        return [row.rstrip() for row in rows if row.strip()]


@pytest.fixture
def in_terminal(monkeypatch):
    """Makes standard error a terminal for as long as a block runs, and checks how it is left."""
    for name in ("TTY_COMPATIBLE", "TTY_INTERACTIVE", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")

    @contextmanager
    def block():
        # Not standard output, which may go elsewhere.
        with redirect_stderr(Terminal()) as terminal:
            yield terminal
            assert sys.stderr is terminal
        written = terminal.getvalue()
        assert HIDE_CURSOR in written
        assert written.rindex(SHOW_CURSOR) > written.rindex(HIDE_CURSOR)

    return block


def test_a_terminal_shows_a_bar_and_keeps_its_last_state(excerpts, in_terminal, capsys):
    with in_terminal() as terminal:
        small_cnn().fit(*excerpts)
    [line] = terminal.lines()
    assert re.fullmatch(rf"Epoch 2/2 ━+ 100% \d\d:\d\d {FIGURES}", line)
    assert not capsys.readouterr().out


def test_a_bar_moves_between_epochs(excerpts, in_terminal):
    def find_moved():
        return re.search(r"Epoch 1/2 \S* *━+\S* +([1-9]\d*)%", STYLES.sub("", terminal.getvalue()))

    def wait(epoch, logs):
        deadline = time.monotonic() + 20
        while not find_moved() and time.monotonic() < deadline:
            time.sleep(0.02)

    with in_terminal() as terminal:
        small_cnn(callbacks=keras.callbacks.LambdaCallback(on_epoch_end=wait)).fit(*excerpts)
    assert int(find_moved()[1]) <= 50


def test_a_bar_of_ten_epochs_with_validation_fits_a_narrow_terminal(excerpts, in_terminal):
    X, y = excerpts
    with in_terminal() as terminal:
        small_cnn(epochs=10).fit(X, y, X_val=X, y_val=y)
    [line] = terminal.lines()
    assert line.startswith("Epoch 10/10 ━")
    assert re.search(r" val_acc [01]\.\d{4}$", line)
    assert len(line) <= 80


def test_an_early_end_fills_the_bar(excerpts, in_terminal):
    with in_terminal() as terminal:
        small_cnn(epochs=9, callbacks=StopAfterOneEpoch()).fit(*excerpts)
    [line] = terminal.lines()
    assert re.match(r"Epoch 1/9 ━+ 100% ", line)


def test_what_a_callback_prints_stays_on_standard_output(excerpts, in_terminal, capsys):
    printing = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print("of", epoch))
    with in_terminal() as terminal:
        small_cnn(callbacks=printing).fit(*excerpts)
    assert capsys.readouterr().out == "of 0\nof 1\n"
    assert "of 0" not in terminal.getvalue()


def test_an_interrupted_bar_leaves_the_terminal_in_order(excerpts, in_terminal):
    with in_terminal() as terminal, pytest.raises(KeyboardInterrupt):
        small_cnn(callbacks=Interrupt()).fit(*excerpts)
    [line] = terminal.lines()
    assert re.match(r"Epoch 1/2 .* 50% ", line)


class Refusing(ClassifierMixin, BaseEstimator):
    """Learns anything and cannot predict."""

    def fit(self, X, y):
        self.classes_ = sorted(set(y))
        return self

    def predict_proba(self, X):
        raise KeyboardInterrupt


def test_a_prediction_interrupted_between_songs_leaves_the_terminal_in_order(excerpts, in_terminal):
    X, y = excerpts
    classifier = SongClassifier(Refusing(), excerpt_seconds=0.05).fit(X[:12], y[:12])
    # As long as the error is held, so is all that its traceback refers to.
    with in_terminal() as terminal, pytest.raises(KeyboardInterrupt) as held:
        classifier.set_params(verbose=1).predict(X[:5])
    assert held.value is not None
    assert terminal.lines()[0].startswith("Reading songs ")


def test_fits_in_threads_share_the_terminal(excerpts, in_terminal):
    with in_terminal() as terminal, ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda seed: small_cnn(random_state=seed).fit(*excerpts), range(4)))
    assert len(terminal.lines()) == 4
    assert all(line.startswith("Epoch 2/2 ") for line in terminal.lines())


def test_a_search_in_threads_shares_the_terminal(excerpts, in_terminal):
    with in_terminal() as terminal, parallel_config(backend="threading", n_jobs=2):
        GridSearchCV(small_cnn(), {"dense_units": [4, 8]}, cv=2).fit(*excerpts)
    assert len(terminal.lines()) == 5


def test_a_bar_that_nobody_can_see_costs_no_training(excerpts, monkeypatch):
    class Writer:
        def write(self, text):
            raise OSError(28, "No space left on device")

        def flush(self):
            """Nothing waits."""

    closed = io.StringIO()
    closed.close()
    for file in (None, closed, Writer()):
        monkeypatch.setattr(sys, "stdout", file)
        monkeypatch.setattr(sys, "stderr", file)
        assert small_cnn(epochs=1).fit(*excerpts).n_iter_ == 1


# --- a notebook


class Output:
    """Keeps what a notebook would show in one output."""

    def __init__(self, content):
        self.shown = [content._repr_mimebundle_(None, None)["text/plain"]]

    def update(self, content):
        self.shown.append(content._repr_mimebundle_(None, None)["text/plain"])


@pytest.fixture
def notebook(monkeypatch):
    """IPython in a notebook without ipywidgets, as rich sees it."""
    outputs = []

    def display(content, *, display_id):
        assert display_id
        outputs.append(Output(content))
        return outputs[-1]

    module = ModuleType("IPython.display")
    module.display = display
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    # rich makes one for the whole process when it first shows something in a notebook.
    monkeypatch.setattr("rich._console", None)
    return outputs


def test_a_notebook_shows_a_bar_that_changes(excerpts, notebook, capsys):
    small_cnn(epochs=60).fit(*excerpts)
    [output] = notebook
    assert re.search(rf"Epoch 60/60 .*100%.* {FIGURES}", output.shown[-1])
    # Not at each of the 60 epochs, but now and then.
    assert 2 <= len(output.shown) < 60
    assert capsys.readouterr() == ("", "")


def test_a_notebook_shows_each_epoch_of_a_slow_training(excerpts, notebook, monkeypatch):
    # So slow that the next step always comes after the next drawing.
    monkeypatch.setattr("skgenre._terminal.bars.SECONDS_PER_DRAWING", 1e-9)
    small_cnn(epochs=3).fit(*excerpts)
    [output] = notebook
    for epoch in (1, 2, 3):
        assert any(f"Epoch {epoch}/3" in picture for picture in output.shown[:-1])


def test_an_interrupted_notebook_shows_where_training_was(excerpts, notebook):
    with pytest.raises(KeyboardInterrupt):
        small_cnn(callbacks=Interrupt()).fit(*excerpts)
    [output] = notebook
    assert re.search(r"Epoch 1/2 .* 50%", output.shown[-1])
