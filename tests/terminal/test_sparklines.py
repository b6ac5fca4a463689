"""Curves of one line."""

import numpy as np
import pytest

from skgenre._terminal.sparklines import as_sparkline


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-8", "ascii", "latin-1"])
def test_what_is_greater_is_drawn_higher(encoding):
    drawn = as_sparkline(np.linspace(0, 1, 8), 100, encoding)
    assert len(set(drawn)) == 8
    drawn.encode(encoding)
    assert drawn[::-1] == as_sparkline(np.linspace(1, 0, 8), 100, encoding)


@pytest.mark.parametrize("n_shares", [1, 2, 59, 60, 61, 1000])
@pytest.mark.parametrize("width", [1, 7, 60])
def test_no_more_characters_than_the_width_or_the_shares(n_shares, width):
    assert len(as_sparkline(np.full(n_shares, 0.5), width)) == min(n_shares, width)


def test_neighbours_are_averaged():
    assert as_sparkline(np.array([0, 1, 0.5, 0.5, 1, 1]), 3) == as_sparkline(
        np.array([0.5, 0.5, 1]), 3
    )
