"""What can be worth choosing of a small problem."""

from __future__ import annotations

from typing import Any

from recommender.paths.options import options
from recommender.paths.problem import Candidate, Duty, Need, Problem, Teach

SHORT = Candidate("short", 2.0, (Teach("k", 0, 1),))
TWIN = Candidate("twin", 2.0, (Teach("k", 0, 1),))
LONG = Candidate("long", 5.0, (Teach("k", 0, 2),))
NEXT = Candidate("next", 4.0, (Teach("k", 1, 2),), requires=(("short",),))
NEEDS = (Need("k", 1, 1.0), Need("k", 2, 1.0))


def offered(*courses: Candidate, **more: Any) -> list[list[tuple[str, ...]]] | None:
    found = options(Problem(courses, NEEDS, 20.0, **more))
    return None if found is None else [[plan.chosen for plan in option.plans] for option in found]


def test_each_number_of_steps_has_its_thriftiest_plan_and_the_most_comes_first() -> None:
    assert offered(SHORT, LONG, NEXT) == [[("long",)], [("short",)], [()]]


def test_equally_thrifty_plans_are_kept_for_interest_to_choose() -> None:
    found = offered(SHORT, TWIN)
    assert found is not None
    assert sorted(found[0]) == [("short",), ("twin",)]


def test_versions_of_a_course_stand_in_for_it_and_only_one_is_chosen() -> None:
    hindi = Candidate("hindi", 2.0, (Teach("k", 0, 1),), equivalence="e")
    english = Candidate("english", 2.0, (Teach("k", 0, 1),), equivalence="e")
    after = Candidate("after", 1.0, (Teach("k", 1, 2),), requires=(("english",),))
    found = offered(english, hindi, after)
    assert found is not None
    assert sorted(found[0]) == [("english", "after"), ("hindi", "after")]


def test_duties_are_met_by_every_plan_and_nothing_is_offered_where_they_cannot_be() -> None:
    assert offered(SHORT, LONG, duties=(Duty("plan", ("short",)),)) == [[("short", "long")], [("short",)]]
    assert offered(SHORT, duties=(Duty("rule", ("short",), count=2),)) == []
    assert offered(SHORT, LONG, duties=(Duty("week", ("short", "long"), count=0, hours=5.0),)) == [[("long",)]]


def test_many_courses_and_circles_are_left_to_the_solver() -> None:
    assert offered(*(Candidate(f"c{n}", 1.0) for n in range(30))) is None
    a, b = Candidate("a", 1.0, requires=(("b",),)), Candidate("b", 1.0, requires=(("a",),))
    assert offered(a, b) is None
