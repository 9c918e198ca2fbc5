"""What a model holds is not searched at every turn, and what is replaced still goes."""

from __future__ import annotations

import gc
import weakref

from api.http.settled import settle, settle_anew


class Circle:
    def __init__(self) -> None:
        self.own = self


def test_what_is_there_is_set_aside() -> None:
    settle()
    assert gc.get_freeze_count() > 10_000
    gc.unfreeze()


def test_what_was_set_aside_and_is_reached_no_more_goes_when_a_model_is_replaced() -> None:
    circle = Circle()
    gone = weakref.ref(circle)
    settle()
    del circle
    settle()
    assert gone() is not None
    settle_anew()
    assert gone() is None
    gc.unfreeze()
