"""The best path, proven: a lexicographic mixed-integer programme solved by HiGHS.

The aims in their order: duties (hard), critical steps, all steps, fewest hours, interest.
"""

from __future__ import annotations

import time
import zlib
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recommender.paths.closing import closed_steps, worth
from recommender.paths.conflict import find_conflict
from recommender.paths.greedy import greedy_plan
from recommender.paths.model import PathModel
from recommender.paths.presolve import presolve
from recommender.paths.problem import Candidate, Problem
from recommender.paths.solution import Solution, Status
from recommender.paths.stages import Stage, Stages, chosen_courses


def solve(problem: Problem, time_limit: float = 10.0) -> Solution:
    """Return the best path for the problem, with its bound.

    ``status`` is ``optimal`` when every aim was proven, ``bounded`` when the time limit (seconds) hit and ``bound``
    says how much better a plan could be, ``infeasible`` when the duties do not fit (then ``conflict`` says why).
    """
    deadline = time.monotonic() + time_limit
    model = PathModel(presolve(problem))
    if not model.n_columns:
        return _without_columns(problem)
    stages = Stages(model, deadline)
    critical, everything = model.value(critical_only=True), model.value()
    stage = stages.maximise(critical if critical.any() else everything)
    if stage.infeasible:
        return _infeasible(problem)
    if stage.x is None:
        return _fallback(problem, model)
    proven = stage.proven
    if critical.any():
        stages.hold(critical, stage.best)
        stage = _kept(stages.maximise(everything), stage, everything)
        proven &= stage.proven
    stages.hold(everything, stage.best)
    final = stages.maximise(_thrift(model))
    proven &= final.proven
    assert stage.x is not None  # noqa: S101
    chosen = chosen_courses(model, stage.x)
    thrifty = chosen if final.x is None else chosen_courses(model, final.x)
    best = thrifty if _worth(problem, thrifty) >= _worth(problem, chosen) - 1e-9 else chosen
    return _solution(problem, best, stage.bound, "optimal" if proven else "bounded")


def relaxed(problem: Problem, hours: float) -> Problem:
    """Return the problem with room for that many hours and no due dates: the cheapest way out of a conflict."""
    duties = tuple(replace(duty, due_in_hours=None) for duty in problem.duties)
    if np.isinf(hours):
        return replace(problem, duties=())
    return replace(problem, hours=max(problem.hours, hours), duties=duties)


def _kept(stage: Stage, before: Stage, worth_of: NDArray[np.float64]) -> Stage:
    """Keep the earlier plan where the time limit left none for this aim."""
    if stage.x is not None or before.x is None:
        return stage
    return Stage(before.x, float(worth_of @ before.x), float(worth_of.sum()), proven=False)


def _thrift(model: PathModel) -> NDArray[np.float64]:
    """Return the last aims as one: fewest hours, then fewest courses, then most interest.

    What is left of ties is broken by a number drawn from what a course is (not from its name or its place), so that
    neither renaming nor taking away a course that is not in the plan changes the plan.
    """
    courses = model.problem.courses
    interest = np.array([course.interest for course in courses])
    top = max(float(np.abs(interest).max(initial=0.0)), 1e-9)
    lots = np.array([_lot(course) for course in courses])
    thrift = np.zeros(model.n_columns)
    thrift[: model.n_courses] = -1e3 * model.hours - 0.02 + 0.01 * interest / top - 0.001 * lots
    return thrift


def _lot(course: Candidate) -> float:
    """Return a number from 0 to 1 that depends on what the course is."""
    levels = sorted((teach.start, teach.end) for teach in course.teaches)
    content = repr((course.hours, course.cost, levels, len(course.requires), course.bonus)).encode()
    return zlib.crc32(content) / 0xFFFFFFFF


def _worth(problem: Problem, chosen: tuple[str, ...], *, critical_only: bool = False) -> float:
    closed = closed_steps(problem, chosen)
    bonus = 0.0 if critical_only else sum(problem.by_id[one].bonus for one in chosen)
    return worth(problem.needs, closed, critical_only=critical_only) + bonus


def _solution(problem: Problem, chosen: tuple[str, ...], bound: float, status: Status) -> Solution:
    value = _worth(problem, chosen)
    return Solution(
        status=status,
        chosen=chosen,
        closed=closed_steps(problem, chosen),
        value=value,
        bound=value if status == "optimal" else max(value, bound),
        hours=sum(problem.by_id[one].hours for one in chosen),
        critical_value=_worth(problem, chosen, critical_only=True),
    )


def _infeasible(problem: Problem) -> Solution:
    return Solution("infeasible", (), frozenset(), 0.0, 0.0, 0.0, 0.0, find_conflict(problem))


def _without_columns(problem: Problem) -> Solution:
    unmet = [duty for duty in problem.duties if duty.count > 0 or duty.hours > 0]
    return _infeasible(problem) if unmet else _solution(problem, (), 0.0, "optimal")


def _fallback(problem: Problem, model: PathModel) -> Solution:
    """Return the greedy plan with the trivial bound: the time limit hit before there was any other."""
    plan = greedy_plan(model.problem)
    return _solution(problem, plan, float(model.value().clip(0).sum()), "bounded")
