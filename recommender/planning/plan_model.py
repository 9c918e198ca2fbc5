"""The annual plan as a mixed-integer programme.

Columns, all between 0 and 1: ``x[g,c]`` group g takes course c (whole), ``z[c]`` the course is in the plan at all
(whole), ``y[i,s]`` step s is closed for cohort i (continuous: it is whole wherever x is). Rows:

    x[g,c] <= z[c]                                    one fixed price a distinct course
    y[i,s] <= sum of x[g,c] over what teaches s       coverage
    y[i,s] <= y[i,s-1]                                steps in order
    x[g,c] <= sum of x over each prerequisite set     x over alike courses at most 1
    sum of takers * hours * x <= hours a head * people; electives at most their share of it
    hours of any one group's courses <= the most a person gets, fees <= money, takers <= seats
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from recommender.paths.model import INFINITE, Rows
from recommender.planning.plan_problem import PlanProblem

Floats = NDArray[np.float64]


class PlanModel:
    """Rows and columns of one problem."""

    def __init__(self, problem: PlanProblem) -> None:
        self.problem = problem
        usable = (problem.takers > 0) & self._allowed()
        self.pairs = [(int(g), int(c)) for g, c in np.argwhere(usable)]
        """Group and course of each x column."""
        self.x = {pair: n for n, pair in enumerate(self.pairs)}
        self.used = sorted({c for _, c in self.pairs})
        self.z = {c: len(self.pairs) + n for n, c in enumerate(self.used)}
        first = len(self.pairs) + len(self.used)
        self.steps = [(i, s) for i, cohort in enumerate(problem.cohorts) for s in range(len(cohort.weights))]
        self.y = {step: first + n for n, step in enumerate(self.steps)}
        self.n_columns = first + len(self.steps)
        self.rows = Rows()
        self._add_courses()
        self._add_steps()
        self._add_budgets()

    def _allowed(self) -> NDArray[np.bool_]:
        problem, edits = self.problem, self.problem.edits
        allowed = np.ones(problem.takers.shape, dtype=np.bool_)
        for g, group in enumerate(problem.groups):
            for c, course in enumerate(problem.courses):
                allowed[g, c] = not edits.has(edits.exclude, group.id, course.id)
        return allowed

    @property
    def forced(self) -> list[int]:
        """Columns of x that the planner put in."""
        problem, edits = self.problem, self.problem.edits
        return [
            n for (g, c), n in self.x.items()
            if edits.has(edits.include, problem.groups[g].id, problem.courses[c].id)
        ]  # fmt: skip

    def worth(self, *, critical_only: bool = False) -> Floats:
        """Return the worth of each column: the weight of what it closes."""
        worth = np.zeros(self.n_columns)
        for (i, s), n in self.y.items():
            cohort = self.problem.cohorts[i]
            if cohort.critical or not critical_only:
                worth[n] = cohort.weights[s]
        return worth

    def hours(self) -> Floats:
        """Return the hours of all takers of each column."""
        hours, problem = np.zeros(self.n_columns), self.problem
        for (g, c), n in self.x.items():
            hours[n] = problem.takers[g, c] * problem.courses[c].hours
        return hours

    def distinct(self) -> Floats:
        """Return 1 for each course that is in the plan at all."""
        counted = np.zeros(self.n_columns)
        counted[list(self.z.values())] = 1.0
        return counted

    def solve(
        self, cost: Floats, extra: Rows, seconds: float, *, gap: float = 0.0, fixed: Floats | None = None
    ) -> tuple[Floats | None, float, bool, bool]:
        """Minimise a cost; return the columns, the proven bound, whether it is optimal, whether it is infeasible.

        ``fixed`` is a plan outside whose courses nothing may be chosen.
        """
        upper = np.ones(self.n_columns)
        if fixed is not None:
            upper[: len(self.pairs)] = (fixed[: len(self.pairs)] > 0.5).astype(np.float64)
            upper[: len(self.pairs)] = [
                float(fixed[self.z[c]] > 0.5) for _, c in self.pairs
            ]  # other groups may share a course that is in the plan
        lower = np.zeros(self.n_columns)
        lower[self.forced] = 1.0
        whole = np.zeros(self.n_columns, dtype=np.uint8)
        whole[: len(self.pairs)] = 1
        rows = self.rows.and_all(extra)
        answer = milp(
            cost,
            integrality=whole,
            bounds=Bounds(np.minimum(lower, upper), upper),
            constraints=LinearConstraint(
                sparse.csc_array(rows.matrix(self.n_columns)), np.array(rows.low), np.array(rows.high)
            ),
            options={"time_limit": max(seconds, 0.5), "mip_rel_gap": gap},
        )
        bound = answer.mip_dual_bound if answer.mip_dual_bound is not None else -INFINITE
        if answer.x is None:
            return None, float(bound), False, answer.status == 2
        return np.asarray(answer.x), float(bound), answer.status == 0, False

    def _add_courses(self) -> None:
        problem = self.problem
        by_course: dict[int, list[int]] = {}
        for (g, c), n in self.x.items():
            self.rows.add([(n, 1.0), (self.z[c], -1.0)], -INFINITE, 0.0)
            by_course.setdefault(c, []).append(n)
            for group in problem.requires.get((g, c), ()):
                others = [(self.x[g, one], -1.0) for one in sorted(group) if (g, one) in self.x]
                self.rows.add([(n, 1.0), *others], -INFINITE, 0.0)
        for alike in problem.alike:
            for g in range(len(problem.groups)):
                columns = [self.x[g, c] for c in sorted(alike) if (g, c) in self.x]
                if len(columns) > 1:
                    self.rows.add([(n, 1.0) for n in columns], -INFINITE, 1.0)

    def _add_steps(self) -> None:
        problem = self.problem
        for (i, s), n in self.y.items():
            cohort = problem.cohorts[i]
            step = cohort.competency, cohort.base + s + 1
            teaching = [
                (self.x[cohort.group, c], -1.0)
                for c in sorted(cohort.courses)
                if step in problem.taught[c] and (cohort.group, c) in self.x
            ]
            self.rows.add([(n, 1.0), *teaching], -INFINITE, 0.0)
            if s > 0:
                self.rows.add([(n, 1.0), (self.y[i, s - 1], -1.0)], -INFINITE, 0.0)

    def _add_budgets(self) -> None:
        problem, budget = self.problem, self.problem.budget
        hours = self.hours()
        columns = range(len(self.pairs))
        total = budget.hours * problem.people
        self.rows.add([(n, hours[n]) for n in columns if hours[n]], -INFINITE, total)
        if budget.elective_share < 1:
            chosen = [n for (g, c), n in self.x.items() if hours[n] and not problem.critical[g, c]]
            self.rows.add([(n, hours[n]) for n in chosen], -INFINITE, budget.elective_share * total)
        for g in range(len(problem.groups)):
            own = [(n, problem.courses[c].hours) for (one, c), n in self.x.items() if one == g]
            self.rows.add(own, -INFINITE, budget.hours_a_person)
        if budget.money is not None:
            fees = [
                (n, problem.takers[g, c] * problem.courses[c].cost)
                for (g, c), n in self.x.items() if problem.courses[c].cost
            ]  # fmt: skip
            self.rows.add(fees, -INFINITE, budget.money)
        for course, seats in budget.seats.items():
            c = problem.number.get(course)
            taking = [(n, float(problem.takers[g, one])) for (g, one), n in self.x.items() if one == c]
            self.rows.add(taking, -INFINITE, float(seats))
