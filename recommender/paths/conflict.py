"""Why duties do not fit: a minimal set of them, the hours that are missing, and the cheapest way out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import milp

from recommender.paths.model import PathModel
from recommender.paths.problem import Duty, Problem
from recommender.paths.solution import Conflict


def find_conflict(problem: Problem) -> Conflict:
    """Return a minimal set of duties that cannot all be met.

    The set is found by deletion: each duty is left out in turn, and stays out where the rest still does not fit.
    """
    core = list(problem.duties)
    for duty in problem.duties:
        rest = [other for other in core if other is not duty]
        if not _fits(problem, rest):
            core = rest
    return _explained(problem, core)


def least_hours(problem: Problem, duties: Sequence[Duty]) -> float:
    """Return the fewest hours in which the duties can be met with all other limits lifted; infinity if in none."""
    free = replace(
        problem, needs=(), hours=float("inf"), cost=None, outside_share=0.0,
        duties=tuple(replace(duty, due_in_hours=None) for duty in duties),
    )  # fmt: skip
    return _minimal(free)


def _fits(problem: Problem, duties: Sequence[Duty]) -> bool:
    return bool(np.isfinite(_minimal(replace(problem, needs=(), duties=tuple(duties)))))


def _minimal(problem: Problem) -> float:
    model = PathModel(problem)
    if not model.n_courses:
        return 0.0 if not problem.duties else float("inf")
    answer = milp(
        np.concatenate([model.hours, np.zeros(len(model.steps))]),
        integrality=np.ones(model.n_columns, dtype=np.uint8),
        bounds=model.bounds,
        constraints=model.rows.constraint(model.n_columns),
    )
    return float(answer.fun) if answer.x is not None else float("inf")


def _explained(problem: Problem, core: Sequence[Duty]) -> Conflict:
    ids = tuple(duty.id for duty in core)
    least = least_hours(problem, core)
    if not np.isfinite(least):
        return Conflict(ids, "prerequisite", 0.0, "drop", ids[0] if ids else None)
    short = max(0.0, least - problem.hours)
    if short > 0:
        cheapest = min(core, key=lambda duty: least_hours(problem, [duty]))
        return Conflict(ids, "hours", short, "more_hours", cheapest.id)
    if not np.isfinite(_minimal(replace(problem, needs=(), hours=float("inf"), duties=tuple(core), cost=problem.cost))):
        return Conflict(ids, "cost" if problem.cost is not None else "due", 0.0, "drop", ids[0])
    return Conflict(ids, "hours", short, "drop", ids[0])
