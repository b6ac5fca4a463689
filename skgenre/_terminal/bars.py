"""Progress bars on standard error, with the time left.

A terminal shows them as moving bars, a notebook as an output that changes, with no need of
ipywidgets. Anything else, such as a file, a pipe or the log of a worker process, gets one line for
each bar, once it ends.
"""

import sys
import threading
import time
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column

# Drawing takes milliseconds from the work.
SECONDS_PER_DRAWING = 0.25


class Bar:
    """How far one piece of work has come.

    Parameters
    ----------
    progress : rich.progress.Progress
        What draws it.
    text : str
        What is done.
    total : int
        How many steps there will be.
    redraw : callable, default=None
        Called without arguments after each change, where `progress` does not draw by itself.
    """

    def __init__(self, progress, text, total, redraw=None):
        self._progress, self._redraw = progress, redraw
        number = progress.add_task(text, total=total, values="")
        [self._task] = (task for task in progress.tasks if task.id == number)

    def advance(self, steps=1, **shown):
        """Go on by some steps.

        Parameters
        ----------
        steps : int, default=1
            How many.
        **shown : str
            What stands around the bar from now on: `description` before it, `values` after it.
        """
        self._progress.update(self._task.id, advance=steps, **shown)
        if self._redraw is not None:
            self._redraw()

    def fill(self):
        """Show that no more steps will come."""
        self._progress.update(self._task.id, total=self._task.completed)

    def remove(self):
        """Take the bar off its display, and return it to be printed a last time."""
        self._progress.remove_task(self._task.id)
        return self._progress.make_tasks_table([self._task])

    def line(self):
        """Put where the work stands, and how long it took, into one line of text."""
        seconds = f"{self._task.elapsed:.0f}s"
        parts = self._task.description, seconds, self._task.fields["values"]
        return " - ".join(part for part in parts if part)


class BarStep:
    """One step of a bar, over which the bar of a piece of the work is spread.

    Parameters
    ----------
    whole : Bar
        The bar of all the work.
    text : str
        What stands before the piece's own description.
    """

    def __init__(self, whole, text):
        self._whole, self._text = whole, text
        self._share, self._shown = 0.0, {}
        self.total = 1

    def advance(self, steps=1, **shown):
        """Go on by some of the piece's steps; before the first, the bar keeps its description."""
        if description := shown.get("description"):
            shown["description"] = f"{self._text}, {description[:1].lower()}{description[1:]}"
        self._shown |= shown
        if steps or self._share:
            self._move(steps / self.total)

    def fill(self):
        """Go on to where the step ends."""
        self._move(1.0 - self._share)

    def _move(self, share):
        share = min(share, 1.0 - self._share)
        self._share += share
        self._whole.advance(share, **self._shown)


# The step that stands in for bars of the work inside it.
_STEP = ContextVar("step", default=None)


@contextmanager
def shared(whole, text):
    """Have the bars of a block move a bar that is already shown, all together by one step.

    Parameters
    ----------
    whole : Bar
        The bar.
    text : str
        What stands before their descriptions.

    Yields
    ------
    step : BarStep
        The step.
    """
    step = BarStep(whole, text)
    token = _STEP.set(step)
    try:
        yield step
    finally:
        _STEP.reset(token)
    step.fill()


@contextmanager
def bar(text, total):
    """Show a bar for as long as a block runs, or move the one that it is a part of.

    Parameters
    ----------
    text : str
        What is done.
    total : int
        How many steps there will be.

    Yields
    ------
    bar : Bar or BarStep
        To be told of each step.
    """
    if (step := _STEP.get()) is not None:
        step.total = max(total, 1)
        yield step
        return
    console = Console(stderr=True)
    if console.is_jupyter:
        place = _in_notebook
    elif console.is_interactive and _is_terminal(console.file):
        place = _TERMINAL.row
    else:
        place = _as_one_line
    with place(console, text, total) as shown:
        yield shown
        shown.fill()


@contextmanager
def working(text):
    """Show in a terminal, for as long as a block runs, that something goes on.

    Parameters
    ----------
    text : str
        What it is.

    Yields
    ------
    None
    """
    console = Console(stderr=True)
    if not (console.is_interactive and _is_terminal(console.file)):
        yield
        return
    with console.status(f"{text} ..."):
        yield


@contextmanager
def follow(iterable, total, text, *, shown=True):
    """Pass items through and show, for as long as a block runs, how many have been dealt with.

    Parameters
    ----------
    iterable : iterable
        Items.
    total : int
        How many there will be.
    text : str
        What is done with them.
    shown : bool, default=True
        Whether to show anything.

    Yields
    ------
    items : iterable
        The same items.
    """
    if not shown:
        yield iterable
        return
    with bar(text, total) as progress:
        yield _counted(iterable, total, progress)


def _counted(iterable, total, progress):
    for number, item in enumerate(iterable, 1):
        yield item
        progress.advance(values=f"{number}/{total}")


class _Terminal:
    """The display of all bars that run in this process at the same time, a row for each.

    Two displays, say of fits in two threads, would overwrite each other's rows.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._n_bars = 0

    @contextmanager
    def row(self, console, text, total):
        progress = self._enter(console)
        try:
            shown = Bar(progress, text, total)
            try:
                yield shown
            finally:
                row = shown.remove()
                progress.refresh()
                # Above the rows that still run, where it is scrolled away as any other line.
                progress.print(row)
        finally:
            self._leave()

    def _enter(self, console):
        with self._lock:
            if not self._n_bars:
                self._progress = _make_progress(console)
                self._progress.start()
            self._n_bars += 1
            return self._progress

    def _leave(self):
        with self._lock:
            self._n_bars -= 1
            if not self._n_bars:
                self._progress.stop()


_TERMINAL = _Terminal()


@contextmanager
def _in_notebook(console, text, total):
    from IPython.display import display

    # rich's own display in notebooks needs ipywidgets, and warns where they are missing.
    progress = _make_progress(console, disable=True)
    drawn = time.monotonic()

    def redraw():
        nonlocal drawn
        if time.monotonic() - drawn >= SECONDS_PER_DRAWING:
            handle.update(progress)
            drawn = time.monotonic()

    shown = Bar(progress, text, total, redraw)
    handle = display(progress, display_id=True)
    try:
        yield shown
    finally:
        handle.update(progress)


@contextmanager
def _as_one_line(console, text, total):
    shown = Bar(_make_progress(console, disable=True), text, total)
    try:
        yield shown
    finally:
        # Where the file is closed or the disk full nobody can read it; the work is done even so.
        with suppress(OSError, ValueError):
            print(shown.line(), file=console.file, flush=True)


def _make_progress(console, *, disable=False):
    return Progress(
        TextColumn("{task.description}", style="progress.description"),
        BarColumn(bar_width=None, table_column=Column(ratio=1, max_width=40)),
        TaskProgressColumn(),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        TextColumn("{task.fields[values]}", markup=False),
        console=console,
        refresh_per_second=1 / SECONDS_PER_DRAWING,
        disable=disable,
        expand=True,
        transient=True,
        # Lines that others print go above the bars. Standard output that does not end in the
        # same terminal must not end there either.
        redirect_stdout=_is_terminal(sys.stdout),
    )


def _is_terminal(file):
    try:
        return file.isatty()
    # There is none, it can only be written to, or it is closed.
    except (AttributeError, ValueError):
        return False
