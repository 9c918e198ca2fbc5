"""Pieces put together are as good as the whole solved at once, or it is seen that they do not fit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings

from recommender.paths.closing import closed_steps, worth
from recommender.paths.greedy import fits
from recommender.paths.joining import Choice, join
from recommender.paths.options import Option, options
from recommender.paths.pieces import pieces
from recommender.paths.problem import Candidate, Duty, Need, Problem, Teach
from recommender.paths.problem_file import parse_problem
from recommender.paths.solve import solve
from tests.recommender.paths.problems import documents

NOTING = Candidate("noting", 2.0, (Teach("k", 0, 1),))
NEXT = Candidate("next", 1.0, (Teach("k", 1, 2),), requires=(("noting",),))
ACCOUNTS = Candidate("accounts", 4.0, (Teach("a", 0, 1),))
NEEDS = (Need("k", 1, 1.0), Need("k", 2, 1.0), Need("a", 1, 1.0))


def problem(*courses: Candidate, hours: float = 20.0, **more: Any) -> Problem:
    return Problem(courses, NEEDS, hours, **more)


def names(asked: Problem) -> list[list[str]]:
    found = pieces(asked)
    assert found is not None
    return [[course.id for course in piece.courses] for piece in found]


def test_courses_that_share_no_step_prerequisite_or_duty_are_apart() -> None:
    assert names(problem(NOTING, NEXT, ACCOUNTS)) == [["noting", "next"], ["accounts"]]


def test_a_level_that_is_held_and_a_prerequisite_that_is_held_tie_nothing() -> None:
    asked = problem(NEXT, Candidate("old", 1.0, (Teach("k", 0, 1),)), held=frozenset({"noting"}), base={"k": 1})
    assert names(asked) == [["next"], ["old"]]


def test_a_duty_that_leaves_a_choice_ties_what_may_be_chosen() -> None:
    one_of = Duty("rule", ("noting", "accounts"))
    assert names(problem(NOTING, ACCOUNTS, duties=(one_of,))) == [["noting", "accounts"]]


def test_a_duty_that_asks_for_each_or_for_what_others_ask_for_ties_nothing() -> None:
    both = Duty("rule", ("noting", "accounts"), count=2)
    assert names(problem(NOTING, ACCOUNTS, duties=(both,))) == [["noting"], ["accounts"]]
    planned = (Duty("plan", ("accounts",)), Duty("rule", ("noting", "accounts")))
    found = pieces(problem(NOTING, ACCOUNTS, duties=planned))
    assert found is not None
    assert [[duty.id for duty in piece.duties] for piece in found] == [[], ["plan"]]


def test_fees_and_shares_hold_everything_together() -> None:
    assert pieces(problem(NOTING, cost=0.0)) is None
    assert pieces(problem(NOTING, outside_share=0.5)) is None


def _choice(asked: Problem, option: Option) -> Choice:
    closed = closed_steps(asked, option.plans[0].chosen)
    critical, value = worth(asked.needs, closed, critical_only=True), worth(asked.needs, closed)
    return Choice(option.hours, critical, value, option.thrift)


@given(documents())
@settings(max_examples=150, deadline=None)
def test_what_is_best_of_pieces_that_fit_is_best_of_all(document: dict[str, Any]) -> None:
    asked = parse_problem(document)
    found = pieces(asked)
    assume(found is not None)
    assert found is not None
    offered = [options(piece) for piece in found]
    assume(all(one is not None for one in offered))
    best = solve(asked)
    kept = [one for one in offered if one is not None]
    numbers = join([[_choice(asked, option) for option in one] for one in kept], asked.hours) if all(kept) else None
    if numbers is None:
        assert best.status == "infeasible"
        return
    chosen = {one for options_, n in zip(kept, numbers, strict=True) for one in options_[n].plans[0].chosen}
    closed = closed_steps(asked, chosen)
    assert fits(asked, chosen)
    assert worth(asked.needs, closed, critical_only=True) == pytest.approx(best.critical_value, abs=1e-6)
    assert worth(asked.needs, closed) == pytest.approx(best.value, abs=1e-6)
    assert sum(asked.by_id[one].hours for one in chosen) == pytest.approx(best.hours, abs=1e-6)
