"""What a model holds is not searched at every turn, and what is replaced still goes."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from api.http.settled import SEARCHED_AFTER, settle, settle_anew


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


class Circle:
    def __init__(self) -> None:
        self.own = self


def test_what_is_there_is_set_aside() -> None:
    settle()
    assert gc.get_freeze_count() > 10_000


def test_what_comes_after_it_is_searched_when_there_is_much_of_it() -> None:
    settle()
    gone = weakref.ref(Circle())
    assert gone() is not None
    kept: list[list[int]] = [[] for _ in range(2 * SEARCHED_AFTER)]
    assert gone() is None
    assert len(kept) > SEARCHED_AFTER


def test_what_was_set_aside_and_is_reached_no_more_goes_when_a_model_is_replaced() -> None:
    circle = Circle()
    gone = weakref.ref(circle)
    settle()
    del circle
    settle()
    assert gone() is not None
    settle_anew()
    assert gone() is None
