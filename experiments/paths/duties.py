"""Random plans, each checked by plain arithmetic for broken duties, budgets and prerequisites."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np

from experiments.paths.instances import Size, random_problem
from recommender.paths.closing import founded
from recommender.paths.problem import Duty, Problem
from recommender.paths.solution import Solution
from recommender.paths.solve import solve

SIZE = Size(12, 4, 10.0, 0.5)


def broken_duties(plans: int, workers: int = 1) -> tuple[int, int]:
    """Return how many of so many random plans break something, and how many had duties that could not be met."""
    parts = [range(start, plans, workers) for start in range(workers)]
    if workers == 1:
        found = [_broken(parts[0])]
    else:
        with ProcessPoolExecutor(workers) as pool:
            found = list(pool.map(_broken, parts))
    return sum(broken for broken, _ in found), sum(impossible for _, impossible in found)


def violations(problem: Problem, solution: Solution) -> list[str]:
    """Return what a plan breaks, in words; nothing where all is kept."""
    chosen = solution.chosen
    hours = sum(problem.by_id[one].hours for one in chosen)
    found = []
    if hours > problem.hours + 1e-6:
        found.append(f"{hours} of {problem.hours} hours")
    if problem.cost is not None and sum(problem.by_id[one].cost for one in chosen) > problem.cost + 1e-6:
        found.append("the budget for fees")
    if len(founded(problem, chosen)) < len(chosen):
        found.append("a prerequisite")
    sets = [problem.by_id[one].equivalence for one in chosen if problem.by_id[one].equivalence]
    if len(sets) != len(set(sets)):
        found.append("two equivalents")
    return found + [duty.id for duty in problem.duties if not _met(problem, duty, chosen)]


def _met(problem: Problem, duty: Duty, chosen: Sequence[str]) -> bool:
    counted = [one for one in chosen if one in problem.stand_ins(duty.courses)]
    hours = sum(problem.by_id[one].hours for one in counted)
    enough = hours >= duty.hours - 1e-6 if duty.hours else len(counted) >= duty.count
    return enough and (duty.due_in_hours is None or hours <= duty.due_in_hours + 1e-6)


def _broken(seeds: range) -> tuple[int, int]:
    broken = impossible = 0
    for seed in seeds:
        problem = _with_duties(seed)
        solution = solve(problem)
        if solution.status == "infeasible":
            impossible += 1
        else:
            broken += bool(violations(problem, solution))
    return broken, impossible


def _with_duties(seed: int) -> Problem:
    """Return a random problem with single courses, a share of a set, a pool of hours, fees and equivalents."""
    rng = np.random.default_rng([11, seed])
    problem = random_problem(SIZE, seed, critical=0.2)
    ids = [course.id for course in problem.courses]

    def some(most: int) -> tuple[str, ...]:
        picked = rng.choice(len(ids), int(rng.integers(1, most + 1)), replace=False)
        return tuple(ids[int(n)] for n in sorted(picked))

    prescribed = some(4)
    duties = [Duty("share", prescribed, count=-(-len(prescribed) // 2))]
    if rng.random() < 0.6:
        duties.append(Duty("single", some(1), due_in_hours=float(rng.integers(3, 10))))
    if rng.random() < 0.4:
        duties.append(Duty("pool", some(6), count=0, hours=float(rng.integers(1, 5))))
    twins = {one: f"set{n // 2}" for n, one in enumerate(some(4)[:2])}
    courses = tuple(
        replace(c, cost=float(rng.integers(0, 3)) * 500, equivalence=twins.get(c.id)) for c in problem.courses
    )
    return replace(problem, courses=courses, duties=tuple(duties), cost=float(rng.integers(0, 9)) * 500)
