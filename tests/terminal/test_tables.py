"""Tables: whole in pipes, as wide as the terminal where there is one."""

import io
import re
import sys

import pytest

from skgenre._terminal.tables import Column, print_table, shorten
from skgenre._terminal.text import printable, say

COLUMNS = [Column("song", "path"), Column("genre"), Column("probability", "number")]
STYLES = re.compile(r"\x1b\[[0-9;]*m")
LONG = "music/" + "folder/" * 20 + "song.ogg"


class Screen(io.TextIOWrapper):
    """Standard output that is a terminal, of some encoding."""

    def __init__(self, encoding="utf-8"):
        super().__init__(io.BytesIO(), encoding=encoding)

    def isatty(self):
        return True

    def text(self):
        self.flush()
        return STYLES.sub("", self.buffer.getvalue().decode(self.encoding))


@pytest.fixture
def screen(monkeypatch):
    def make(width, encoding="utf-8"):
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setattr(sys, "stdout", Screen(encoding))
        return sys.stdout

    return make


def test_a_pipe_gets_all_characters_whatever_the_width(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    print_table(COLUMNS, [(LONG, "rock", "0.123"), ("a.ogg", "classical", "0.5")])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == [LONG, "rock", "0.123"]
    assert len({len(line.rstrip()) for line in lines}) == 1
    assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_terminal_gets_the_end_of_paths_and_whole_numbers(screen, width, encoding):
    out = screen(width, encoding)
    print_table(COLUMNS, [(LONG, "rock", "0.123456"), ("a.ogg", "classical", "1")])
    lines = out.text().splitlines()
    assert len(lines) == 3
    assert max(map(len, lines)) <= width
    path, *others = lines[1].split()
    assert others == ["rock", "0.123456"]
    assert path.endswith("song.ogg")
    assert (path == LONG) == (width == 200)
    assert path[0] == ("…" if encoding == "utf-8" else ".") or width == 200


def test_names_of_files_do_not_move_the_cursor(screen):
    out = screen(80)
    name = "\x1b[2J\rsong\n.ogg\udcff"
    print_table(COLUMNS, [(name, "[bold]rock", ":smile:")])
    text = out.text()
    assert r"\x1b[2J\rsong\n.ogg\udcff" in text
    assert "[bold]rock" in text
    assert ":smile:" in text
    assert len(text.splitlines()) == 2


def test_wide_characters_count_as_two(screen):
    assert shorten("音楽" * 20, 11) == "…" + "楽音楽音楽"
    out = screen(60)
    print_table(COLUMNS, [("音楽" * 40, "rock", "0.5")])
    assert out.text().splitlines()[1].rstrip().endswith("0.5")


@pytest.mark.parametrize("width", range(1, 8))
def test_shortened_text_is_never_wider(width):
    assert len(shorten("music/song", width)) <= width


def test_messages_are_printed_whatever_they_hold(capsys):
    say("caf\xe9 \udcff \x07")
    assert capsys.readouterr().err == "café \\udcff \\x07\n"


def test_text_for_a_file_that_says_no_encoding():
    assert printable("é", object()) == "é"


def test_where_standard_error_is_closed_messages_go_nowhere(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    say("lost")
    assert capsys.readouterr().out == ""
