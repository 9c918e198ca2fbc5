"""Distinct problems are solved once and shared; when the time is over, the rest start from what was solved before.

Two learners pose the same problem when what is left of it after presolve is the same: the same steps with the same
worth, the same courses that can matter, the same duties and budgets. What one of them took or holds beside that
changes nothing, so they share a path; it is told whose problem was solved and whose was not.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from recommender.paths.closing import closed_steps, founded, worth
from recommender.paths.greedy import fits, greedy_plan
from recommender.paths.presolve import presolve
from recommender.paths.problem import Problem
from recommender.paths.solution import Solution
from recommender.paths.solve import solve

Source = Literal["solved", "shared", "started"]
"""``solved``: by the solver, now; ``shared``: the same problem was solved before; ``started``: the time was over, the
plan is the best of those of alike problems and of the greedy one, with its bound."""

_EQUAL = 1e-9
ALIKE = 12
"""Plans of alike problems that are tried as a start."""


@dataclass
class Sharing:
    """Solves problems within a time budget and remembers them; used in the place of ``solve``."""

    seconds: float | None = None
    """Of solving, in all; ``None``: as long as it takes."""
    clock: Callable[[], float] = time.monotonic
    counts: Counter[Source] = field(default_factory=Counter)
    last: Source = "solved"
    """Where the last answer came from."""
    _known: dict[object, Solution] = field(default_factory=dict)
    _alike: dict[frozenset[str], list[tuple[str, ...]]] = field(default_factory=dict)
    _spent: float = 0.0

    def __len__(self) -> int:
        """Return the number of distinct problems that were solved."""
        return len(self._known)

    def __call__(self, problem: Problem, time_limit: float) -> Solution:
        """Return a path for the problem: the best one, or within the bound that it says."""
        small = canonical(problem)
        key = key_of(small)
        known = self._known.get(key)
        if known is None and (self.seconds is None or self._spent < self.seconds):
            began = self.clock()
            self._known[key] = solution = solve(problem, time_limit)
            self._spent += self.clock() - began
            self._remember(problem, solution)
            return self._told("solved", solution)
        if known is None:
            return self._told("started", self._started(problem))
        # Which duties clash may depend on courses that no plan can use: a conflict is looked for in one's own problem.
        own = known if known.status != "infeasible" else solve(problem, time_limit)
        return self._told("shared", refitted(problem, own))

    def _told(self, source: Source, solution: Solution) -> Solution:
        self.last = source
        self.counts[source] += 1
        return solution

    def _remember(self, problem: Problem, solution: Solution) -> None:
        if solution.chosen:
            plans = self._alike.setdefault(_role(problem), [])
            if solution.chosen not in plans:
                plans.append(solution.chosen)

    def _started(self, problem: Problem) -> Solution:
        """Return the best of the newest plans of alike problems, as far as they can be taken, and of the greedy one."""
        everything = worth(problem.needs, closed_steps(problem, [course.id for course in problem.courses]))
        allowed: list[tuple[str, ...]] = []
        for plan in reversed(self._alike.get(_role(problem), [])[-ALIKE:]):
            start = usable_part(problem, plan)
            if start and fits(problem, start) and meets_duties(problem, start):
                if _value(problem, start) >= everything - _EQUAL:  # no plan closes more
                    return _bounded(problem, start, everything)
                allowed.append(start)
        greedy = greedy_plan(problem)
        if meets_duties(problem, greedy):
            allowed.append(greedy)
        if not allowed:  # duties may clash: only the solver can tell
            return solve(problem, 1.0)
        best = max(allowed, key=lambda plan: (_value(problem, plan, critical=True), _value(problem, plan)))
        return _bounded(problem, best, everything)


def _bounded(problem: Problem, plan: tuple[str, ...], bound: float) -> Solution:
    return refitted(problem, Solution("bounded", plan, frozenset(), 0.0, bound, 0.0, 0.0))


def canonical(problem: Problem) -> Problem:
    """Return the problem with only what its best plans depend on; the same for all who share them."""
    small = presolve(problem)
    required = {one for course in small.courses for group in course.requires for one in group}
    asked = {need.competency for need in small.needs} | {t.competency for c in small.courses for t in c.teaches}
    base = {competency: level for competency, level in problem.base.items() if level and competency in asked}
    return replace(small, held=problem.held & required, base=base)


def key_of(problem: Problem) -> object:
    """Return what tells a problem from others."""
    return (
        problem.courses, problem.needs, problem.hours, problem.duties, problem.cost, problem.outside_share,
        problem.held, tuple(sorted(problem.base.items())),
    )  # fmt: skip


def refitted(problem: Problem, solution: Solution) -> Solution:
    """Return the solution with what its courses close, and take, in this problem."""
    if solution.status == "infeasible":
        return solution
    chosen = tuple(course.id for course in problem.courses if course.id in set(solution.chosen))
    value = _value(problem, chosen)
    return replace(
        solution,
        chosen=chosen,
        closed=closed_steps(problem, chosen),
        value=value,
        bound=max(value, solution.bound),
        hours=sum(problem.by_id[one].hours for one in chosen),
        critical_value=_value(problem, chosen, critical=True),
    )


def usable_part(problem: Problem, plan: tuple[str, ...]) -> tuple[str, ...]:
    """Return the courses of a plan that this problem has, those without their prerequisites left out."""
    return founded(problem, [one for one in plan if one in problem.by_id])


def _value(problem: Problem, chosen: tuple[str, ...], *, critical: bool = False) -> float:
    own = 0.0 if critical else sum(problem.by_id[one].bonus for one in chosen)
    return worth(problem.needs, closed_steps(problem, chosen), critical_only=critical) + own


def meets_duties(problem: Problem, plan: tuple[str, ...]) -> bool:
    """Whether a plan has what every duty asks for, in time."""
    chosen = set(plan)
    due: set[str] = set()
    for duty in sorted(problem.duties, key=lambda one: one.due_in_hours or 0.0):
        counted = {one for one in problem.stand_ins(duty.courses) if one in chosen}
        hours = sum(problem.by_id[one].hours for one in counted)
        if hours < duty.hours - _EQUAL or (not duty.hours and len(counted) < duty.count):
            return False
        if duty.due_in_hours is not None:  # what is due earlier is learned first
            due |= counted
            if sum(problem.by_id[one].hours for one in due) > duty.due_in_hours + _EQUAL:
                return False
    return True


def _role(problem: Problem) -> frozenset[str]:
    """Return the competencies that are asked for: those of a role."""
    return frozenset(need.competency for need in problem.needs)
