from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.charts import Axis, Reading, line, radar, stack


def test_a_radar_begins_straight_up_and_goes_clockwise() -> None:
    picture = radar([Axis(5, 0), Axis(5, 5), Axis(5, 5), Axis(5, 5)])
    assert picture is not None
    assert [spoke.required for spoke in picture.spokes] == [(200, 40), (360, 200), (200, 360), (40, 200)]
    assert picture.spokes[0].believed == (200, 200), "level 0 is the middle"
    assert len(picture.rings) == 5


def test_two_axes_are_no_area() -> None:
    assert radar([Axis(1, 1), Axis(2, 2)]) is None


def test_a_line_stands_on_round_values_from_nought() -> None:
    picture = line([Reading("Mar", 40, 35, 45), Reading("Apr", 30, 28, 33)])
    assert picture is not None
    assert [tick.value for tick in picture.ticks] == [0, 20, 40, 60]
    assert picture.dots[0].y < picture.dots[1].y, "more is higher up"
    assert line([Reading("alone", 1, 1, 1)]) is None


@given(st.lists(st.floats(0, 1e9), min_size=2, max_size=40))
def test_no_point_of_a_line_leaves_the_picture(values: list[float]) -> None:
    picture = line([Reading("", value, value, value) for value in values])
    assert picture is not None
    assert all(0 <= dot.y <= picture.height and picture.left <= dot.x <= picture.right for dot in picture.dots)


def test_parts_of_a_stack_fill_its_width_in_order() -> None:
    bar = stack([("done", 1), ("none", 0), ("open", 3)])
    assert [(part.kind, part.x, part.width, part.percent) for part in bar.parts] == [
        ("done", 0, 250, 25),
        ("open", 250, 750, 75),
    ]


@pytest.mark.parametrize("parts", [[], [("done", 0.0)]])
def test_nothing_makes_an_empty_bar(parts: list[tuple[str, float]]) -> None:
    assert stack(parts).parts == ()
