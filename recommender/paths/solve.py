"""The best path, proven: a lexicographic mixed-integer programme solved by HiGHS.

The aims in their order: duties (hard), critical steps, all steps, fewest hours, interest. Each aim is solved and
then held while the next one is solved.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint, milp

from recommender.paths.closing import closed_steps, founded, satisfied, worth
from recommender.paths.conflict import find_conflict
from recommender.paths.model import INFINITE, PathModel, Rows
from recommender.paths.problem import Candidate, Problem
from recommender.paths.solution import Solution, Status

TOLERANCE = 1e-6


@dataclass
class _Stage:
    """The result of one aim."""

    x: NDArray[np.float64] | None
    best: float
    bound: float
    proven: bool
    infeasible: bool = False


class _Solver:
    """Solves one aim after the other on the same model."""

    def __init__(self, model: PathModel, deadline: float) -> None:
        self.model = model
        self.deadline = deadline
        self.extra = Rows()

    def maximise(self, worth_of: NDArray[np.float64]) -> _Stage:
        """Maximise under all rows so far, adding loop rows until the courses chosen can be ordered."""
        while True:
            stage = self._once(worth_of)
            if stage.x is None or not self._cut_loops(stage.x):
                return stage

    def hold(self, worth_of: NDArray[np.float64], at_least: float) -> None:
        """Keep an aim at its best while later aims are solved."""
        self.extra.add([(int(n), float(worth_of[n])) for n in np.flatnonzero(worth_of)], at_least, INFINITE)

    def _once(self, worth_of: NDArray[np.float64]) -> _Stage:
        left = max(0.01, self.deadline - time.monotonic())
        answer = milp(
            -worth_of,
            integrality=self.model.integrality,
            bounds=self.model.bounds,
            constraints=self._constraints(),
            options={"time_limit": left, "mip_rel_gap": 0.0},
        )
        infeasible = answer.status == 2
        if answer.x is None:
            return _Stage(None, -np.inf, np.inf, proven=infeasible, infeasible=infeasible)
        best = -float(answer.fun)
        dual = answer.mip_dual_bound
        bound = best if dual is None or answer.status == 0 else max(best, -float(dual))
        return _Stage(np.asarray(answer.x), best, bound, proven=answer.status == 0)

    def _constraints(self) -> list[LinearConstraint]:
        rows = [self.model.rows.constraint(self.model.n_columns)]
        if self.extra.low:
            rows.append(self.extra.constraint(self.model.n_columns))
        return rows

    def _cut_loops(self, x: NDArray[np.float64]) -> bool:
        """Add rows that forbid courses which only support each other; return whether there were any.

        In a set of which no course can be first, every course lacks a group outside the set: one of these must
        then come from outside (the loop formulas of answer-set programming, Lin and Zhao 2004).
        """
        problem = self.model.problem
        chosen = chosen_courses(self.model, x)
        first = founded(problem, chosen)
        stuck = [one for one in chosen if one not in set(first)]
        if not stuck:
            return False
        outside = {
            self.model.column[other]
            for one in stuck
            for other in _missing_group(problem, problem.by_id[one], first)
            if other not in set(stuck)
        }
        for one in stuck:
            terms = [(self.model.column[one], 1.0), *((n, -1.0) for n in sorted(outside))]
            self.extra.add(terms, -INFINITE, 0.0)
        return True


def solve(problem: Problem, time_limit: float = 10.0) -> Solution:
    """Return the best path for the problem, with its bound.

    ``status`` is ``optimal`` when every aim was proven, ``bounded`` when the time limit (seconds) hit and ``bound``
    says how much better a plan could be, ``infeasible`` when the duties do not fit (then ``conflict`` says why).
    """
    model = PathModel(problem)
    solver = _Solver(model, time.monotonic() + time_limit)
    critical, everything = model.value(critical_only=True), model.value()
    proven = True
    stage = solver.maximise(critical if critical.any() else everything)
    if stage.infeasible:
        return Solution("infeasible", (), frozenset(), 0.0, 0.0, 0.0, 0.0, find_conflict(problem))
    if stage.x is None:
        return _fallback(problem, model)
    if critical.any():
        proven &= stage.proven
        solver.hold(critical, stage.best - TOLERANCE)
        stage = _kept(solver.maximise(everything), stage, everything)
    proven &= stage.proven
    bound = stage.bound
    solver.hold(everything, stage.best - TOLERANCE)
    final = solver.maximise(_thrift(model))
    proven &= final.proven
    x = stage.x if final.x is None else final.x
    assert x is not None  # noqa: S101
    return _solution(problem, model, x, bound, "optimal" if proven else "bounded")


def relaxed(problem: Problem, hours: float) -> Problem:
    """Return the problem with room for that many hours and no due dates: the cheapest way out of a conflict."""
    duties = tuple(replace(duty, due_in_hours=None) for duty in problem.duties)
    if np.isinf(hours):
        return replace(problem, duties=())
    return replace(problem, hours=max(problem.hours, hours), duties=duties)


def chosen_courses(model: PathModel, x: NDArray[np.float64]) -> tuple[str, ...]:
    """Return the ids of the courses that are on, in the problem's order."""
    return tuple(course.id for number, course in enumerate(model.problem.courses) if x[number] > 0.5)


def _kept(stage: _Stage, before: _Stage, worth_of: NDArray[np.float64]) -> _Stage:
    """Keep the earlier plan where the time limit left none for this aim."""
    if stage.x is not None or before.x is None:
        return stage
    return _Stage(before.x, float(worth_of @ before.x), float(worth_of.sum()), proven=False)


def _thrift(model: PathModel) -> NDArray[np.float64]:
    """Return the last aims as one: fewest hours, then fewest courses, then most interest, then the first courses."""
    courses = model.problem.courses
    thrift = np.zeros(model.n_columns)
    interest = np.array([course.interest for course in courses])
    spread = max(float(np.abs(interest).max(initial=0.0)), 1.0)
    thrift[: model.n_courses] = -model.hours - 1e-3 + 1e-4 * interest / spread
    return thrift


def _missing_group(problem: Problem, course: Candidate, first: tuple[str, ...]) -> tuple[str, ...]:
    for group in course.requires:
        if not satisfied(problem, Candidate(course.id, 0.0, requires=(group,)), first):
            return problem.stand_ins(group)
    return ()


def _solution(problem: Problem, model: PathModel, x: NDArray[np.float64], bound: float, status: Status) -> Solution:
    chosen = chosen_courses(model, x)
    closed = closed_steps(problem, chosen)
    value = worth(problem.needs, closed) + sum(problem.by_id[one].bonus for one in chosen)
    hours = sum(problem.by_id[one].hours for one in chosen)
    bound = value if status == "optimal" else max(value, bound)
    return Solution(status, chosen, closed, value, bound, hours, worth(problem.needs, closed, critical_only=True))


def _fallback(problem: Problem, model: PathModel) -> Solution:
    """Return the empty plan with the trivial bound: the time limit hit before there was any plan."""
    empty = np.zeros(model.n_columns)
    return _solution(problem, model, empty, float(model.value().clip(0).sum()), "bounded")
