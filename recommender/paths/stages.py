"""One aim after the other on the same model, each held while the next is solved.

Large models are solved the short way: the linear relaxation gives a bound and reduced costs; a core of the most
promising courses gives a plan; a course whose reduced cost exceeds the distance between the two is in no better plan
and is fixed at 0 (reduced-cost fixing, Balas and Martin 1980), and what is left is small.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, linprog, milp

from recommender.paths.closing import founded, satisfied
from recommender.paths.model import INFINITE, PathModel, Rows
from recommender.paths.problem import Candidate, Problem

Floats = NDArray[np.float64]

TOLERANCE = 1e-7
"""By how much an aim that is held may fall short for the sake of later ones."""
DIRECT = 100
"""Models with at most so many courses are solved without the detour by the relaxation."""
CORE = 40
"""At least so many courses are in the core."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The result of one aim."""

    x: Floats | None
    best: float
    bound: float
    proven: bool
    infeasible: bool = False


@dataclass(frozen=True, slots=True)
class Aim:
    """What to maximise, and the share of its best that later aims may give away."""

    worth: Floats
    loss: float = 0.0


@dataclass(frozen=True, slots=True)
class InOrder:
    """The results of aims solved one after the other."""

    plans: tuple[Floats, ...]
    """A plan for each aim that the time allowed."""
    bounds: tuple[float, ...]
    proven: bool
    infeasible: bool = False


@dataclass(frozen=True, slots=True)
class _Relaxation:
    x: Floats
    bound: float
    reduced: Floats
    """Shape (n_courses,): by how much the bound falls, at least, when the course is put in."""

    @property
    def margin(self) -> float:
        """Numerical room."""
        return 1e-7 * max(1.0, abs(self.bound))

    def within(self, best: float) -> NDArray[np.bool_]:
        """Return the courses that may be in a plan worth at least ``best``."""
        return np.asarray(self.reduced <= self.bound - best + self.margin)


class Stages:
    """Solves aims in turn; whatever is held or cut stays."""

    def __init__(self, model: PathModel, deadline: float) -> None:
        self.model = model
        self.deadline = deadline
        self.extra = Rows()
        self.open = np.ones(model.n_courses, dtype=bool)
        """Courses that are not fixed at 0."""

    def in_order(self, aims: Sequence[Aim]) -> InOrder:
        """Solve the aims one after the other, each held at its best (less its loss) while the next is solved."""
        plans: list[Floats] = []
        bounds: list[float] = []
        proven = True
        for aim in aims:
            stage = self.maximise(aim.worth, aim.loss, plans[-1] if plans else None)
            if stage.infeasible and not plans:
                return InOrder((), (), proven=True, infeasible=True)
            if stage.x is None:
                return InOrder(tuple(plans), tuple(bounds), proven=False)
            plans.append(stage.x)
            bounds.append(stage.bound)
            proven &= stage.proven
            self.hold(aim.worth, stage.best - aim.loss * abs(stage.best))
        return InOrder(tuple(plans), tuple(bounds), proven)

    def maximise(self, worth: Floats, loss: float = 0.0, known: Floats | None = None) -> Stage:
        """Maximise under all rows so far, adding loop rows until the courses chosen can be ordered.

        Courses that are in no plan within ``loss`` of the best are fixed at 0 from then on. ``known`` is a plan that
        respects all rows: nothing worse is looked for.
        """
        while True:
            stage, relaxed = self._once(worth, known)
            if stage.x is None or not self._cut_loops(stage.x):
                break
        if relaxed is not None and stage.x is not None and stage.proven:
            self.open &= relaxed.within(stage.best - loss * abs(stage.best))
        return stage

    def hold(self, worth: Floats, at_least: float) -> None:
        """Keep an aim at its best while later aims are solved."""
        self.extra.add([(int(n), float(worth[n])) for n in np.flatnonzero(worth)], at_least - TOLERANCE, INFINITE)

    def _once(self, worth: Floats, known: Floats | None) -> tuple[Stage, _Relaxation | None]:
        floor = -np.inf if known is None else float(worth @ known)
        relaxed = None if self.open.sum() <= DIRECT else self._relaxation(worth)
        if relaxed is None:
            return self._whole(worth, self.open, floor), None
        hopeful = self.open & relaxed.within(floor)
        first = self._whole(worth, self._core(relaxed, hopeful), floor)
        if first.x is None:
            return self._whole(worth, hopeful, floor), relaxed
        if relaxed.bound - first.best <= relaxed.margin:
            return replace(first, bound=first.best, proven=True), relaxed
        final = self._whole(worth, hopeful & relaxed.within(first.best), first.best)
        if final.x is None or final.best < first.best:
            bound = first.best if final.proven else min(relaxed.bound, max(final.bound, first.best))
            final = Stage(first.x, first.best, bound, final.proven)
        return final, relaxed

    def _core(self, relaxed: _Relaxation, hopeful: NDArray[np.bool_]) -> NDArray[np.bool_]:
        used = relaxed.x[: self.model.n_courses] > 1e-9
        size = max(CORE, 3 * int(used.sum()))
        order = np.lexsort((relaxed.reduced, ~used))
        core = np.zeros(self.model.n_courses, dtype=bool)
        core[order[:size]] = True
        return core & hopeful

    def _whole(self, worth: Floats, allowed: NDArray[np.bool_], floor: float) -> Stage:
        """Solve with only the allowed courses, for no less than ``floor``."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            return Stage(None, -np.inf, np.inf, proven=False)
        rows = self._rows()
        if np.isfinite(floor):
            terms = ((int(n), float(worth[n])) for n in np.flatnonzero(worth))
            rows.add(terms, floor - 1e-6 * max(1.0, abs(floor)), INFINITE)
        answer = milp(
            -worth,
            integrality=np.ones(self.model.n_columns, dtype=np.uint8),
            bounds=Bounds(np.zeros(self.model.n_columns), self._upper(allowed)),
            constraints=rows.constraint(self.model.n_columns),
            options={"time_limit": left, "mip_rel_gap": 0.0},
        )
        infeasible = answer.status == 2
        if answer.x is None:
            return Stage(None, -np.inf, np.inf, proven=infeasible, infeasible=infeasible)
        best = -float(answer.fun)
        dual = answer.mip_dual_bound
        bound = best if answer.status == 0 else INFINITE if dual is None else max(best, -float(dual))
        return Stage(np.asarray(answer.x), best, bound, proven=answer.status == 0)

    def _relaxation(self, worth: Floats) -> _Relaxation | None:
        """Solve the linear relaxation; ``None`` where it has no solution or the time is over."""
        left = max(0.01, self.deadline - time.monotonic())
        matrix: Any  # the stubs of linprog know neither sparse rows nor bounds as an array
        bounds: Any
        matrix, high = self._rows().one_sided(self.model.n_columns)
        upper = self._upper(self.open)
        bounds = np.column_stack([np.zeros(self.model.n_columns), upper])
        answer = linprog(-worth, A_ub=matrix, b_ub=high, bounds=bounds, method="highs", options={"time_limit": left})
        if answer.status != 0 or answer.fun is None:
            return None
        reduced = np.maximum(np.asarray(answer.lower.marginals[: self.model.n_courses]), 0.0)
        return _Relaxation(np.asarray(answer.x), -float(answer.fun), reduced)

    def _upper(self, allowed: NDArray[np.bool_]) -> Floats:
        return np.concatenate([allowed.astype(np.float64), np.ones(self.model.n_columns - self.model.n_courses)])

    def _rows(self) -> Rows:
        return self.model.rows.and_all(self.extra)

    def _cut_loops(self, x: Floats) -> bool:
        """Add rows that forbid courses which only support each other; return whether there were any.

        In a set of which no course can be first, every course lacks a group outside the set: one of these must
        then come from outside (the loop formulas of answer-set programming, Lin and Zhao 2004).
        """
        problem = self.model.problem
        chosen = chosen_courses(self.model, x)
        first = founded(problem, chosen)
        stuck = {one for one in chosen if one not in set(first)}
        outside = {
            self.model.column[other]
            for one in stuck
            for other in _missing_group(problem, problem.by_id[one], first)
            if other not in stuck
        }
        for one in stuck:
            terms = [(self.model.column[one], 1.0), *((n, -1.0) for n in sorted(outside))]
            self.extra.add(terms, -INFINITE, 0.0)
        return bool(stuck)


def chosen_courses(model: PathModel, x: Floats) -> tuple[str, ...]:
    """Return the ids of the courses that are on, in the problem's order."""
    return tuple(course.id for number, course in enumerate(model.problem.courses) if x[number] > 0.5)


def _missing_group(problem: Problem, course: Candidate, first: tuple[str, ...]) -> tuple[str, ...]:
    for group in course.requires:
        if not satisfied(problem, Candidate(course.id, 0.0, requires=(group,)), first):
            return problem.stand_ins(group)
    return ()
