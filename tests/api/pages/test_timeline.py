from __future__ import annotations

import itertools
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from api.pages.timeline import LANES, WIDTH, timeline
from recommender.paths import PathItem

START = datetime(2026, 11, 20)


def item(position: int, start: datetime, days: float, due: datetime | None = None) -> PathItem:
    return PathItem(f"c{position}", position, start, start + timedelta(days=days), due, 1.0, due is not None, (), ())


def test_an_empty_path_has_no_picture() -> None:
    assert timeline([]) is None


def test_the_picture_runs_over_whole_months() -> None:
    picture = timeline([item(1, START, 20)])
    assert picture is not None
    assert [(tick.x, tick.month) for tick in picture.ticks] == [
        (0.0, datetime(2026, 11, 1)),
        (round(WIDTH * 30 / 61, 1), datetime(2026, 12, 1)),
    ]
    [bar] = picture.bars
    assert bar.x == round(WIDTH * 19 / 61, 1)
    assert abs(bar.width - WIDTH * 20 / 61) < 0.2


def test_a_due_date_outside_the_picture_is_left_out() -> None:
    picture = timeline([item(1, START, 5, START + timedelta(days=8)), item(2, START, 5, datetime(2030, 1, 1))])
    assert picture is not None
    assert [bar.due is not None for bar in picture.bars] == [True, False]


@given(st.lists(st.floats(0.01, 200), min_size=1, max_size=60))
def test_every_bar_lies_in_the_picture_and_every_month_is_marked(days: list[float]) -> None:
    items, start = [], START
    for position, length in enumerate(days, start=1):
        items.append(item(position, start, length))
        start += timedelta(days=length)
    picture = timeline(items)
    assert picture is not None
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH + 5 for bar in picture.bars)
    assert len({bar.y for bar in picture.bars}) == min(len(days), LANES)
    assert picture.ticks[0].named
    named = [tick.x for tick in picture.ticks if tick.named]
    assert all(b - a >= 45 for a, b in itertools.pairwise(named)), "names have room"
