"""Questions about a path, answered by solving again: why not this course, what would bring it in, how sure is that."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from features.errors import NotFoundError
from features.reference import Reference
from recommender.paths.closing import founded
from recommender.paths.path import Path
from recommender.paths.problem import Duty, Problem
from recommender.paths.reasons import Fact, Reason
from recommender.paths.solution import Solution
from recommender.paths.solve import solve
from recommender.state import CompetencyState

TIME_LIMIT = 5.0
GRAIN = 0.5
"""Hours are searched to this."""


def why_not(path: Path, course: str, reference: Reference) -> Reason:
    """Return why a course is not on the path: the limit that binds, and what putting it in would cost.

    Raises
    ------
    NotFoundError
        If the catalogue has no such course.
    """
    if course not in reference.courses:
        raise NotFoundError(f"found no course {course!r}", "the id of a course in the catalogue", "search for it")
    problem = path.problem
    placed = {item.course: item.position for item in path.items}
    if course in placed:
        return Reason("in_plan", {"course": course, "position": placed[course]})
    if course in path.refused:
        return Reason(path.refused[course], {"course": course})
    if problem is None or course not in problem.by_id:
        return Reason("not_needed", {"course": course})
    instead = next((one for one in problem.alike[course] if one in placed), None)
    if instead is not None:
        return Reason("not_equivalent", {"course": instead, "course_name": reference.courses[instead].name})
    if course not in founded(problem, tuple(problem.by_id)):
        return Reason("not_prerequisite", {"course": course})
    return _weighed(problem, path, course)


def what_would_change(path: Path, course: str) -> Reason:
    """Return the fewest further hours with which the best path has the course, or that no number of hours does."""
    problem = path.problem
    if problem is None or course not in problem.by_id:
        return Reason("instead_nothing", {"course": course})
    everything = sum(one.hours for one in problem.courses)
    if not _has(problem, course, everything):
        return Reason("instead_nothing", {"course": course})
    low, high = problem.hours, everything
    while high - low > GRAIN:
        middle = (low + high) / 2
        low, high = (low, middle) if _has(problem, course, middle) else (middle, high)
    hours = float(np.ceil((high - problem.hours) / GRAIN) * GRAIN)
    if not _has(problem, course, problem.hours + hours):
        hours = high - problem.hours
    return Reason("instead_more_hours", {"course": course, "hours": hours})


def how_sure(state: CompetencyState, competency: str, level: int, reference: Reference) -> Reason:
    """Return how likely it is that a level is held, and the evidence that weighs most in that."""
    belief = state.belief(competency)
    known = reference.competencies.get(competency)
    low, high = belief.interval()
    facts: dict[str, Fact] = {
        "competency": competency, "competency_name": known.name if known else competency, "level": level,
        "percent": round(100 * belief.p_at_least(level)), "low": low, "high": high, "evidence": len(belief.evidence),
    }  # fmt: skip
    if not belief.known:
        return Reason("how_sure_unknown", facts)
    strongest = max(belief.evidence, key=lambda item: abs(item.weight))
    day = strongest.observed_on.date().isoformat()
    return Reason("how_sure", {**facts, "kind": strongest.kind, "observed_on": day, "bits": strongest.weight})


def _weighed(problem: Problem, path: Path, course: str) -> Reason:
    """Return why a course that could be taken is not: put it in and see what is lost."""
    forced = _with(problem, course)
    wanted = problem.by_id[course]
    if problem.cost is not None and wanted.cost > problem.cost:
        return Reason("not_cost", {"course": course, "cost": wanted.cost, "budget": problem.cost})
    if forced.status == "infeasible":
        loss = path.value
        return Reason("not_hours", {"course": course, "budget": problem.hours, "loss": _percent(loss, path.value)})
    loss = max(0.0, path.value - forced.value)
    if loss <= 1e-9 and not _adds(problem, course):
        return Reason("not_needed", {"course": course})
    code = "not_hours" if path.hours + wanted.hours > problem.hours + 1e-9 else "not_better"
    facts: dict[str, Fact] = {
        "course": course,
        "budget": problem.hours,
        "loss": _percent(loss, path.value),
        "value": forced.value,
    }
    return Reason(code, facts)


def _with(problem: Problem, course: str) -> Solution:
    """Solve with the course itself, and no equivalent of it, in the plan."""
    rest = set(problem.alike[course]) - {course}
    courses = tuple(one for one in problem.courses if one.id not in rest)
    duties = (*problem.duties, Duty(f"with {course}", (course,)))
    return solve(replace(problem, courses=courses, duties=duties), TIME_LIMIT)


def _adds(problem: Problem, course: str) -> bool:
    """Whether the course is in the best plan when hours do not count."""
    return _has(problem, course, sum(one.hours for one in problem.courses))


def _has(problem: Problem, course: str, hours: float) -> bool:
    return course in solve(replace(problem, hours=hours), TIME_LIMIT).chosen


def _percent(loss: float, value: float) -> str:
    return f"{100 * loss / value:.0f} %" if value > 0 else "0 %"
