"""One choice of each piece: as good as the best of all combinations."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.paths.joining import Choice, join

_whole = st.integers(0, 6).map(float)
_choices = st.lists(st.builds(Choice, _whole, _whole, _whole, _whole), min_size=1, max_size=4)


def total(pieces: list[list[Choice]], numbers: tuple[int, ...]) -> tuple[float, float, float, float]:
    taken = [choices[n] for choices, n in zip(pieces, numbers, strict=True)]
    sums = [sum(getattr(one, name) for one in taken) for name in ("hours", "critical", "value", "thrift")]
    return sums[0], sums[1], sums[2], sums[3]


@given(st.lists(_choices, max_size=4), st.integers(-2, 15).map(float))
def test_no_combination_that_fits_is_worth_more(pieces: list[list[Choice]], hours: float) -> None:
    every = [total(pieces, one) for one in product(*(range(len(choices)) for choices in pieces))]
    fitting = [one[1:] for one in every if one[0] <= hours]
    numbers = join(pieces, hours)
    if numbers is None:
        assert not fitting
    else:
        assert total(pieces, numbers)[0] <= hours
        assert total(pieces, numbers)[1:] == max(fitting)


def test_too_many_partial_plans_are_left_to_the_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [[Choice(2.0**n, 0.0, 3.0**n, 0.0), Choice(0.0, 0.0, 0.0, 0.0)] for n in range(6)]
    assert join(many, 40.0) is not None
    monkeypatch.setattr("recommender.paths.joining.MOST_LABELS", 10)
    assert join(many, 40.0) is None
