"""What was asked for lately is known, and no more than a bounded number of answers."""

from __future__ import annotations

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from recommender.paths.population.remembered import Remembered


@given(st.lists(st.integers(0, 20)), st.integers(1, 6))
def test_answers_are_right_and_few_and_the_last_ones_are_there(asked: list[int], most: int) -> None:
    memory = Remembered[int, int](most)
    for number in asked:
        assert memory.of(number, partial(pow, number, 2)) == number * number
        assert len(memory) <= 2 * most
    lately = list(dict.fromkeys(reversed(asked)))[:most]
    assert all(number in memory for number in lately)


def test_what_is_known_is_not_made_again() -> None:
    memory, made = Remembered[str, str](2), list[str]()

    def make(name: str) -> str:
        made.append(name)
        return name

    for name in ("a", "b", "a", "c", "a", "b"):
        memory.of(name, partial(make, name))
    assert made == ["a", "b", "c"]
