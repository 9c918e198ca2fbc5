from __future__ import annotations

from dataclasses import replace

import pytest

from experiments.paths.instances import Size, random_problem
from recommender.paths.repair import repair
from recommender.paths.solve import solve

SIZE = Size(150, 12, 10.0, 0.7)


@pytest.mark.parametrize("seed", range(6))
def test_a_plan_that_still_fits_stays_as_it_is(seed: int) -> None:
    problem = random_problem(SIZE, seed)
    before = solve(problem).chosen
    assert repair(problem, before).kept == before


@pytest.mark.parametrize("seed", range(6))
def test_a_retired_course_takes_little_with_it_and_little_worth_is_lost(seed: int) -> None:
    problem = random_problem(SIZE, seed)
    before = solve(problem).chosen
    changed = replace(problem, courses=tuple(c for c in problem.courses if c.id != before[0]))
    mended = repair(changed, before)
    assert before[0] in mended.dropped
    assert mended.solution.value >= 0.97 * mended.best_value - 1e-6
    assert mended.solution.critical_value == pytest.approx(solve(changed).critical_value)
    assert len(mended.kept) >= len(set(solve(changed).chosen) & set(before))


def test_keeping_never_costs_more_than_was_allowed() -> None:
    problem = random_problem(SIZE, 3)
    poor = tuple(course.id for course in problem.courses[:4])
    mended = repair(problem, poor, loss=0.0)
    assert mended.solution.value == pytest.approx(mended.best_value)
