"""Numbers as readers see them."""

import pytest

from skgenre._readable_numbers import as_clock, as_length, as_percent


@pytest.mark.parametrize(
    ("share", "percentage"),
    [(0, "0%"), (0.001, "1%"), (0.5, "50%"), (0.994, "99%"), (0.9999, "99%"), (1, "100%")],
)
def test_all_and_nothing_are_not_rounded_to(share, percentage):
    assert as_percent(share) == percentage


def test_lengths_round_as_readers_expect():
    assert as_clock(59.7) == "1:00"
    assert as_clock(3599.6) == "1:00:00"
    assert (as_length(59.9), as_length(3599)) == ("1 min", "1 h 0 min")
