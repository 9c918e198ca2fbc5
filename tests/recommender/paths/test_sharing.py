"""Shared problems: as good as solved alone; over time, within the bound that is told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from recommender.paths.problem import Candidate, Need, Problem, Teach
from recommender.paths.problem_file import parse_problem
from recommender.paths.sharing import Sharing, canonical, key_of, usable_part
from recommender.paths.solve import solve
from tests.recommender.paths.problems import documents_with_everything

BOOK = Candidate("book", 2.0, (Teach("k", 0, 1),))
LONG = Candidate("long", 6.0, (Teach("k", 0, 1),))
NEXT = Candidate("next", 1.0, (Teach("k", 1, 2),), requires=(("book",),))
NEEDS = (Need("k", 1, 1.0), Need("k", 2, 1.0))


def problem(*courses: Candidate, hours: float = 10.0, **more: Any) -> Problem:
    return Problem(courses, NEEDS, hours, **more)


def test_problems_that_differ_in_what_no_plan_needs_are_one() -> None:
    one = problem(BOOK, NEXT)
    dominated = problem(BOOK, LONG, NEXT, held=frozenset({"elsewhere"}), base={"other": 3})
    assert key_of(canonical(one)) == key_of(canonical(dominated))
    sharing = Sharing()
    answers = [sharing(each, 5.0) for each in (one, dominated, one)]
    assert [answer.chosen for answer in answers] == [("book", "next")] * 3
    assert dict(sharing.counts) == {"solved": 1, "shared": 2}


def test_what_is_held_counts_where_a_course_requires_it() -> None:
    assert key_of(canonical(problem(BOOK, NEXT))) != key_of(canonical(problem(NEXT, held=frozenset({"book"}))))


@given(documents_with_everything())
@settings(max_examples=40, deadline=None)
def test_a_shared_answer_is_the_one_that_solving_alone_gives(document: dict[str, Any]) -> None:
    asked = parse_problem(document)
    sharing = Sharing()
    first, again, alone = sharing(asked, 5.0), sharing(asked, 5.0), solve(asked, 5.0)
    assert (again.status, again.chosen, again.closed) == (alone.status, alone.chosen, alone.closed)
    assert again.value == pytest.approx(first.value)


@given(documents_with_everything())
@settings(max_examples=40, deadline=None)
def test_when_the_time_is_over_a_plan_keeps_every_budget_and_its_bound_holds(document: dict[str, Any]) -> None:
    asked = parse_problem(document)
    over, best = Sharing(seconds=0.0)(asked, 5.0), solve(asked, 5.0)
    assert (over.status == "infeasible") == (best.status == "infeasible")
    assert over.hours <= asked.hours + 1e-9
    if best.status == "optimal":
        assert over.critical_value <= best.critical_value + 1e-9
        assert over.bound >= over.value - 1e-9


def test_a_start_is_what_can_be_taken_of_an_alike_plan() -> None:
    assert usable_part(problem(NEXT, LONG), ("book", "next", "long")) == ("long",)
    clock = iter([0.0, 10.0])
    sharing = Sharing(seconds=5.0, clock=lambda: next(clock))
    sharing(problem(BOOK, NEXT), 5.0)
    started = sharing(problem(BOOK, NEXT, hours=9.0), 5.0)
    assert started.chosen == ("book", "next")
    assert sharing.last == "started"
    assert started.status == "bounded"
    assert started.value == started.bound == 2.0
