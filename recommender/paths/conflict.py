"""Why duties do not fit: a minimal set of them, the hours that are missing, and the cheapest way out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from recommender.paths.model import PathModel
from recommender.paths.presolve import presolve
from recommender.paths.problem import Duty, Problem
from recommender.paths.solution import Conflict
from recommender.paths.stages import Stages

TIME_LIMIT = 10.0
"""Seconds for each question whether some duties fit."""


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
    """Return the fewest hours in which all duties of the problem are met; infinity where they cannot be."""
    model = PathModel(presolve(problem))
    if not model.n_courses:
        return float("inf") if problem.duties else 0.0
    aim = -np.concatenate([model.hours, np.zeros(len(model.steps))])
    stage = Stages(model, time.monotonic() + TIME_LIMIT).maximise(aim)
    return float("inf") if stage.x is None else float(model.hours @ np.round(stage.x[: model.n_courses]))


def _explained(problem: Problem, core: Sequence[Duty]) -> Conflict:
    ids = tuple(duty.id for duty in core)
    least = least_hours(problem, core)
    if not np.isfinite(least):
        return Conflict(ids, "prerequisite", 0.0, "drop", _cheapest_drop(problem, core))
    if least > problem.hours + 1e-9:
        return Conflict(ids, "hours", least - problem.hours, "more_hours", _cheapest_drop(problem, core))
    late = _hours_late(problem, core)
    if late > 1e-9:
        return Conflict(ids, "due", late, "more_hours", _cheapest_drop(problem, core))
    return Conflict(ids, "cost", 0.0, "drop", _cheapest_drop(problem, core))


def _hours_late(problem: Problem, core: Sequence[Duty]) -> float:
    """Return by how many hours what is due by some date exceeds what fits before it, at most over all dates."""
    dates = sorted({duty.due_in_hours for duty in core if duty.due_in_hours is not None})
    return max(
        (
            least_hours(problem, [d for d in core if d.due_in_hours is not None and d.due_in_hours <= date]) - date
            for date in dates
        ),
        default=0.0,
    )


def _cheapest_drop(problem: Problem, core: Sequence[Duty]) -> str | None:
    """Return the duty without which the others fit and the fewest hours of duty are lost; the last of equals.

    A duty that cannot be met at all costs nothing to drop.
    """
    if not core:
        return None
    alone = [least_hours(problem, [duty]) for duty in core]
    lost = [hours if np.isfinite(hours) else 0.0 for hours in alone]
    return core[min(range(len(core)), key=lambda n: (lost[n], -n))].id
