"""Seeded duties that cannot fit: is the conflict that is told minimal and right. Every set of courses is tried."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from recommender.paths.closing import founded
from recommender.paths.problem import Candidate, Duty, Problem
from recommender.paths.solve import solve

COURSES, DUTIES = 11, 5


@dataclass(frozen=True, slots=True)
class ConflictFigures:
    """How conflicts came out."""

    cases: int
    right: float
    """Share in which the set cannot be met, every set without one of it can, and the hours are the missing ones."""
    slowest: float
    """Seconds for solving and explaining, at most over all cases."""


def judge_conflicts(cases: int, first_seed: int = 0) -> ConflictFigures:
    """Return the figures over seeded cases whose duties do not fit."""
    right, slowest, found, seed = 0, 0.0, 0, first_seed
    while found < cases:
        problem = _random_duties(seed)
        seed += 1
        if _least_hours(problem, problem.duties) <= problem.hours + 1e-9:
            continue
        found += 1
        start = time.perf_counter()
        solution = solve(problem)
        slowest = max(slowest, time.perf_counter() - start)
        right += solution.conflict is not None and _is_right(
            problem, solution.conflict.duties, solution.conflict.hours_short
        )
    return ConflictFigures(cases, right / cases, slowest)


def _is_right(problem: Problem, ids: tuple[str, ...], short: float) -> bool:
    core = [duty for duty in problem.duties if duty.id in ids]
    least = _least_hours(problem, tuple(core))
    smaller = (tuple(other for other in core if other is not duty) for duty in core)
    fits_without = all(_least_hours(problem, rest) <= problem.hours + 1e-9 for rest in smaller)
    expected = least - problem.hours if np.isfinite(least) else 0.0
    return least > problem.hours + 1e-9 and fits_without and abs(short - expected) < 1e-6


def _least_hours(problem: Problem, duties: tuple[Duty, ...]) -> float:
    """Return the fewest hours that meet the duties, by trying all sets of courses."""
    wanted = {one for duty in duties for one in duty.courses}
    ids = [course.id for course in problem.courses]
    best = np.inf
    for size in range(len(wanted), len(ids) + 1):
        for chosen in combinations(ids, size):
            if wanted <= set(chosen):
                hours = sum(problem.by_id[one].hours for one in chosen)
                if hours < best and len(founded(problem, chosen)) == len(chosen):
                    best = hours
    return float(best)


def _random_duties(seed: int) -> Problem:
    rng = np.random.default_rng([7, seed])
    courses = []
    for n in range(COURSES):
        groups = []
        for _ in range(int(rng.integers(0, 3))):
            others = rng.choice(COURSES, int(rng.integers(1, 3)), replace=False)
            groups.append(tuple(f"c{other}" for other in others if other != n) or (f"c{(n + 1) % COURSES}",))
        courses.append(Candidate(f"c{n}", float(rng.integers(1, 9)) / 2, requires=tuple(groups)))
    wanted = sorted(int(one) for one in rng.choice(COURSES, DUTIES, replace=False))
    duties = tuple(Duty(f"d{one}", (f"c{one}",)) for one in wanted)
    return Problem(tuple(courses), (), float(rng.integers(4, 16)), duties)
