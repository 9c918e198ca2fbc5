from __future__ import annotations

from dataclasses import replace

import pytest

from experiments.paths.conflicts import judge_conflicts
from experiments.paths.duties import broken_duties, violations
from experiments.paths.instances import Size, random_problem
from experiments.paths.peers import ranked_plan
from experiments.paths.repairs import judge_repairs
from experiments.paths.speed import measure
from recommender.paths.closing import founded
from recommender.paths.greedy import fits, greedy_plan
from recommender.paths.problem import Duty
from recommender.paths.solve import solve


def test_conflicts_are_minimal_and_right() -> None:
    assert judge_conflicts(12).right == 1.0


def test_random_plans_break_no_duty() -> None:
    broken, impossible = broken_duties(60)
    assert broken == 0
    assert impossible < 60


def test_a_broken_plan_is_seen() -> None:
    problem = random_problem(Size(12, 4, 10.0, 0.5), 1)
    solution = solve(problem)
    asked = replace(problem, duties=(Duty("d", ("nowhere",)),), hours=0.1)
    assert violations(asked, solution) == [f"{solution.hours} of 0.1 hours", "d"]


def test_repairs_keep_most_and_lose_little() -> None:
    figures = judge_repairs(6)
    assert figures.kept >= max(0.9, figures.kept_from_scratch)
    assert figures.worth >= 0.97 - 1e-6


@pytest.mark.parametrize("plan", [ranked_plan, greedy_plan])
@pytest.mark.parametrize("seed", range(4))
def test_peers_make_plans_that_can_be_followed(plan: object, seed: int) -> None:
    problem = random_problem(Size(60, 8, 8.0, 1.0), seed)
    chosen = plan(problem)  # type: ignore[operator]
    assert fits(problem, chosen)
    assert set(founded(problem, chosen)) == set(chosen)


def test_the_optimum_is_never_below_its_peers() -> None:
    figures = measure(Size(60, 8, 8.0, 0.7), 5)
    assert figures.optimal == figures.bounded == 1.0
    assert figures.per_hour > 1
    assert figures.greedy is not None
    assert figures.greedy <= 1 + 1e-9
    assert figures.ranked <= 1 + 1e-9
