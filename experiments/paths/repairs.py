"""How much of a plan stays when time is missed, a course retires or the post changes, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from experiments.paths.instances import Size, random_problem
from recommender.paths.problem import Problem
from recommender.paths.repair import Repair, repair
from recommender.paths.solve import solve

SIZE = Size(300, 20, 20.0, 0.7)


@dataclass(frozen=True, slots=True)
class RepairFigures:
    """Means over all repairs."""

    cases: int
    kept: float
    """Share of the courses not begun that stay, of those that still can."""
    kept_from_scratch: float
    """The same when the new plan is made without regard to the old one."""
    worth: float
    """Worth as a share of the best plan from scratch, lowest."""


def judge_repairs(cases: int, first_seed: int = 0) -> RepairFigures:
    """Return the figures over missed months, retired courses and changed requirements in turn."""
    kept, scratch, worth = [], [], []
    for seed in range(first_seed, first_seed + cases):
        problem = random_problem(SIZE, seed)
        before = solve(problem).chosen
        changed = _changed(problem, before, seed)
        able = [one for one in before if one in changed.by_id]
        mended: Repair = repair(changed, able)
        best = set(solve(changed).chosen)
        if not able or mended.best_value <= 0:
            continue
        kept.append(len(mended.kept) / len(able))
        scratch.append(len(best & set(able)) / len(able))
        worth.append(mended.solution.value / mended.best_value)
    return RepairFigures(len(kept), float(np.mean(kept)), float(np.mean(scratch)), float(np.min(worth)))


def _changed(problem: Problem, before: tuple[str, ...], seed: int) -> Problem:
    rng = np.random.default_rng([13, seed])
    kind = seed % 3
    if kind == 0:  # two weeks of learning are lost
        return replace(problem, hours=problem.hours - 2.0)
    if kind == 1:  # a course of the plan retires
        gone = before[int(rng.integers(0, len(before)))]
        return replace(problem, courses=tuple(c for c in problem.courses if c.id != gone))
    names = sorted({need.competency for need in problem.needs})  # a transfer: a fifth of the requirements go
    dropped = {names[int(n)] for n in rng.choice(len(names), len(names) // 5, replace=False)}
    return replace(problem, needs=tuple(need for need in problem.needs if need.competency not in dropped))
