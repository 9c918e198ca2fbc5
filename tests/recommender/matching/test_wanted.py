from __future__ import annotations

from dataclasses import replace

import pytest

from features.reference import Course, Organisation, Reference, Teaches
from recommender.matching.personal import fused_order
from recommender.matching.wanted import Wanted, counted

DRAFTING = Course(
    "c1", "Noting", None, "Course", "live", 2.0, ("en",), None, None, "A", "d1", 0.0, False, False, None, None, None,
    (Teaches("drafting", 0, 2, 1.0), Teaches("data", 0, 1, 0.2)), (),
)  # fmt: skip
WORLD = Reference(
    {"m": Organisation("m", "Ministry", None, None), "d1": Organisation("d1", "First", "m", None)}, {}, {}, {}, {}
)


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (Wanted(), True),
        (Wanted(competencies=frozenset({"drafting", "x"})), True),
        (Wanted(competencies=frozenset({"data"})), False),  # hardly taught
        (Wanted(organisations=frozenset({"d1"})), True),
        (Wanted(organisations=frozenset({"m"})), True),  # the ministry above
        (Wanted(organisations=frozenset({"d2"})), False),
        (Wanted(least_hours=2.0, most_hours=2.0), True),
        (Wanted(least_hours=2.5), False),
        (Wanted(most_hours=1.5), False),
        (Wanted(most_fee=0.0), True),
    ],
)
def test_a_course_must_meet_every_wish(wanted: Wanted, fits: bool) -> None:
    assert wanted.fits(DRAFTING, WORLD) is fits


def test_a_course_without_organisation_is_nobodys_subject() -> None:
    assert not Wanted(organisations=frozenset({"m"})).fits(replace(DRAFTING, organisation=None), WORLD)


def test_a_fee_is_a_fee() -> None:
    assert not Wanted(most_fee=99.0).fits(replace(DRAFTING, cost=100.0), WORLD)


def test_courses_are_counted_by_what_they_say_of_themselves() -> None:
    courses = [DRAFTING, replace(DRAFTING, id="c2", hours=5.0, cost=10.0), replace(DRAFTING, id="c3", hours=5.1)]
    assert counted(courses, "hours") == {"1-5": 2, "5-20": 1}
    assert counted(courses, "fee") == {"free": 2, "paid": 1}
    assert counted(courses, "competency") == {"drafting": 3}
    assert counted(courses, "organisation") == {"d1": 3}


def test_what_is_early_in_both_orders_comes_first_and_nothing_is_lost() -> None:
    assert fused_order(["a", "b", "c", "d"], {"d": 9.0, "b": 8.0, "c": 7.0})[0] == "b"
    assert sorted(fused_order(["a", "b", "c"], {})) == ["a", "b", "c"]
    assert fused_order(["a", "b"], {}) == ["a", "b"]
