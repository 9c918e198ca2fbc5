"""The best path, proven: a lexicographic mixed-integer programme solved by HiGHS.

The aims in their order: duties (hard), critical steps, all steps, fewest hours, interest.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recommender.paths.closing import closed_steps, worth
from recommender.paths.conflict import find_conflict
from recommender.paths.greedy import greedy_plan
from recommender.paths.model import PathModel
from recommender.paths.presolve import presolve
from recommender.paths.problem import Candidate, Problem
from recommender.paths.solution import Solution
from recommender.paths.stages import Aim, Stages, chosen_courses

INTEREST = 0.01
"""What the most interesting course adds to the last aim; a course costs 0.02, an hour 1,000."""


def solve(
    problem: Problem, time_limit: float = 10.0, *, keep: Collection[str] = (), keep_loss: float = 0.0
) -> Solution:
    """Return the best path for the problem, with its bound.

    ``status`` is ``optimal`` when every aim was proven, ``bounded`` when the time limit (seconds) hit and ``bound``
    says how much better a plan could be, ``infeasible`` when the duties do not fit (then ``conflict`` says why).

    With ``keep``, the plan has as many of these courses as a loss of the share ``keep_loss`` of the best value allows.
    """
    deadline = time.monotonic() + time_limit
    model = PathModel(presolve(problem, keep))
    if not model.n_columns:
        return _without_columns(problem)
    everything = model.value()
    aims = [Aim(everything), Aim(_thrift(model))]
    if keep:
        aims = [Aim(everything, keep_loss), Aim(_kept(model, keep)), *aims]
    critical = model.value(critical_only=True)
    if critical.any():
        aims.insert(0, Aim(critical))
    result = Stages(model, deadline).in_order(aims)
    if result.infeasible:
        return _infeasible(problem)
    bound = next(
        (bound for aim, bound in zip(aims, result.bounds, strict=False) if aim.worth is everything),
        float(everything.clip(0).sum()),
    )
    if not result.plans:
        return _fallback(problem, model, bound)
    return _solution(problem, _best(problem, model, result.plans, keep), bound, proven=result.proven)


def relaxed(problem: Problem, hours: float) -> Problem:
    """Return the problem with room for that many hours and no due dates: the cheapest way out of a conflict."""
    duties = tuple(replace(duty, due_in_hours=None) for duty in problem.duties)
    if np.isinf(hours):
        return replace(problem, duties=())
    return replace(problem, hours=max(problem.hours, hours), duties=duties)


def _best(
    problem: Problem, model: PathModel, plans: Sequence[NDArray[np.float64]], keep: Collection[str]
) -> tuple[str, ...]:
    """Return the plan of the last aim, or an earlier one where the solver's tolerance lost some of its worth."""
    chosen = [chosen_courses(model, x) for x in plans]
    if keep:
        return chosen[-1]
    ranks = [(_worth(problem, one, critical_only=True), _worth(problem, one)) for one in chosen]
    critical = max(rank[0] for rank in ranks)
    value = max(rank[1] for rank in ranks if rank[0] >= critical - 1e-9)
    good = (n for n, rank in enumerate(ranks) if rank[0] >= critical - 1e-9 and rank[1] >= value - 1e-9)
    return chosen[max(good)]


def _kept(model: PathModel, keep: Collection[str]) -> NDArray[np.float64]:
    worth_of = np.zeros(model.n_columns)
    worth_of[[model.column[one] for one in keep if one in model.column]] = 1.0
    return worth_of


def thrift_of(problem: Problem) -> NDArray[np.float64]:
    """Return what each course adds to the last aims as one: fewest hours, then fewest courses, then most interest.

    What is left of ties is broken by a number drawn from what a course is (not from its name or its place), so that
    neither renaming nor taking away a course that is not in the plan changes the plan.
    """
    hours = np.array([course.hours for course in problem.courses], dtype=np.float64)
    interest = np.array([course.interest for course in problem.courses], dtype=np.float64)
    top = max(float(np.abs(interest).max(initial=0.0)), 1e-9)
    lots = np.array([_lot(course) for course in problem.courses], dtype=np.float64)
    return np.asarray(-1e3 * hours - 0.02 + INTEREST * interest / top - 0.001 * lots)


def _thrift(model: PathModel) -> NDArray[np.float64]:
    thrift = np.zeros(model.n_columns)
    thrift[: model.n_courses] = thrift_of(model.problem)
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


def _solution(problem: Problem, chosen: tuple[str, ...], bound: float, *, proven: bool) -> Solution:
    value = _worth(problem, chosen)
    return Solution(
        status="optimal" if proven else "bounded",
        chosen=chosen,
        closed=closed_steps(problem, chosen),
        value=value,
        bound=max(value, bound),
        hours=sum(problem.by_id[one].hours for one in chosen),
        critical_value=_worth(problem, chosen, critical_only=True),
    )


def _infeasible(problem: Problem) -> Solution:
    return Solution("infeasible", (), frozenset(), 0.0, 0.0, 0.0, 0.0, find_conflict(problem))


def _without_columns(problem: Problem) -> Solution:
    unmet = [duty for duty in problem.duties if duty.count > 0 or duty.hours > 0]
    return _infeasible(problem) if unmet else _solution(problem, (), 0.0, proven=True)


def _fallback(problem: Problem, model: PathModel, bound: float) -> Solution:
    """Return the greedy plan: the time limit hit before there was any other."""
    return _solution(problem, greedy_plan(model.problem), bound, proven=False)
