"""Sentences that fit the terminal."""

import sys

import pytest

from skgenre._terminal.paragraphs import print_paragraph
from tests.cli.commands import Terminal

TEXT = "The model knows 3 genres [bold]and :smile: no more than that, in 80 columns and in 40."


def test_a_pipe_gets_one_line(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    print_paragraph(TEXT, style="bold")
    assert capsys.readouterr().out == f"{TEXT}\n"


@pytest.mark.parametrize("width", [20, 40])
def test_a_terminal_gets_whole_words(monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    out = Terminal("utf-8")
    monkeypatch.setattr(out, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stdout", out)
    print_paragraph(TEXT)
    lines = out.text().splitlines()
    assert len(lines) > 1
    assert max(map(len, lines)) <= width
    assert " ".join(line.strip() for line in lines) == TEXT


def test_what_a_terminal_would_obey_is_escaped(capsys):
    print_paragraph("a\33[31m\nb")
    assert capsys.readouterr().out == "a\\x1b[31m\\nb\n"
