"""The path problem as rows and columns of a mixed-integer programme.

Columns are the courses, then the steps, all 0 or 1. Rows:

    g[k,s] <= sum of x over courses that teach k through s         coverage
    g[k,s] <= g[k,s-1]                                             steps in order
    x[c]   <= sum of x over each OR group of c                     prerequisites
    sum h x <= H, sum f x <= F                                     budgets
    sum of x over an equivalence <= 1
    duties: sum of x >= count, sum of h x >= hours; before each due date the hours of what is due fit
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint

from recommender.paths.problem import Duty, Problem

INFINITE = np.inf


@dataclass
class Rows:
    """Rows of a sparse constraint matrix, grown one at a time."""

    columns: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def add(self, terms: Iterable[tuple[int, float]], low: float, high: float) -> None:
        """Add ``low <= sum of value * column <= high``."""
        for column, value in terms:
            self.columns.append(column)
            self.values.append(value)
        self.starts.append(len(self.columns))
        self.low.append(low)
        self.high.append(high)

    def and_all(self, others: Rows) -> Rows:
        """Return these rows and the others in one."""
        starts = [len(self.columns) + start for start in others.starts[1:]]
        return Rows(
            self.columns + others.columns,
            self.values + others.values,
            self.starts + starts,
            self.low + others.low,
            self.high + others.high,
        )

    def matrix(self, n_columns: int) -> sparse.csr_array:
        """Return the coefficients, shape (rows, columns)."""
        parts = np.array(self.values), np.array(self.columns, dtype=np.int32), np.array(self.starts, dtype=np.int32)
        return sparse.csr_array(parts, shape=(len(self.low), n_columns))

    def constraint(self, n_columns: int) -> LinearConstraint:
        """Return the rows as ``milp`` takes them."""
        return LinearConstraint(self.matrix(n_columns), np.array(self.low), np.array(self.high))

    def one_sided(self, n_columns: int) -> tuple[sparse.csr_array, NDArray[np.float64]]:
        """Return the rows as ``linprog`` takes them: ``A x <= b``."""
        matrix, low, high = self.matrix(n_columns), np.array(self.low), np.array(self.high)
        up, down = np.flatnonzero(np.isfinite(high)), np.flatnonzero(np.isfinite(low))
        stacked = sparse.csr_array(sparse.vstack([matrix[up], -matrix[down]]))
        return stacked, np.concatenate([high[up], -low[down]])


class PathModel:
    """Rows and columns of one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.column: Mapping[str, int] = {course.id: number for number, course in enumerate(problem.courses)}
        self.steps = problem.steps
        self.n_courses = len(problem.courses)
        self.step_column = {step: self.n_courses + number for number, step in enumerate(self.steps)}
        self.n_columns = self.n_courses + len(self.steps)
        self.hours = np.array([course.hours for course in problem.courses], dtype=np.float64)
        self.rows = Rows()
        self._add_steps()
        self._add_prerequisites()
        self._add_budgets()
        self._add_equivalences()
        for duty in problem.duties:
            self._add_duty(duty)
        self._add_due_dates()

    @property
    def bounds(self) -> Bounds:
        """Every column lies between 0 and 1."""
        return Bounds(np.zeros(self.n_columns), np.ones(self.n_columns))

    def value(self, *, critical_only: bool = False) -> NDArray[np.float64]:
        """Return the worth of each column: the weight of steps and, unless ``critical_only``, the bonus of courses."""
        worth = np.zeros(self.n_columns)
        for need in self.problem.needs:
            if (need.critical or not critical_only) and (need.competency, need.level) in self.step_column:
                worth[self.step_column[need.competency, need.level]] += need.weight
        if not critical_only:
            worth[: self.n_courses] = [course.bonus for course in self.problem.courses]
        return worth

    def _add_steps(self) -> None:
        teaching: dict[tuple[str, int], list[int]] = {step: [] for step in self.steps}
        for number, course in enumerate(self.problem.courses):
            for step in {(t.competency, s) for t in course.teaches for s in range(t.start + 1, t.end + 1)}:
                if step in teaching:
                    teaching[step].append(number)
        for (competency, level), courses in teaching.items():
            column = self.step_column[competency, level]
            self.rows.add([(column, 1.0), *((number, -1.0) for number in courses)], -INFINITE, 0.0)
            if (competency, level - 1) in self.step_column:
                self.rows.add([(column, 1.0), (self.step_column[competency, level - 1], -1.0)], -INFINITE, 0.0)

    def _add_prerequisites(self) -> None:
        for number, course in enumerate(self.problem.courses):
            for group in course.requires:
                if any(one in self.problem.held for one in group):
                    continue
                others = (self.column[one] for one in self.problem.stand_ins(group))
                terms = [(number, 1.0), *((other, -1.0) for other in others if other != number)]
                self.rows.add(terms, -INFINITE, 0.0)

    def _add_budgets(self) -> None:
        courses = self.problem.courses
        self.rows.add(((n, c.hours) for n, c in enumerate(courses) if c.hours), -INFINITE, self.problem.hours)
        if self.problem.cost is not None:
            self.rows.add(((n, c.cost) for n, c in enumerate(courses) if c.cost), -INFINITE, self.problem.cost)
        share = self.problem.outside_share
        if share > 0:
            terms = ((n, c.hours * (float(c.outside) - share)) for n, c in enumerate(courses))
            self.rows.add(terms, 0.0, INFINITE)

    def _add_equivalences(self) -> None:
        for alike in dict.fromkeys(self.problem.alike.values()):
            if len(alike) > 1:
                self.rows.add(((self.column[one], 1.0) for one in alike), -INFINITE, 1.0)

    def _add_duty(self, duty: Duty) -> None:
        columns = [self.column[one] for one in self.problem.stand_ins(duty.courses)]
        if duty.hours > 0:
            self.rows.add(((n, self.hours[n]) for n in columns), duty.hours, INFINITE)
        else:
            self.rows.add(((n, 1.0) for n in columns), float(duty.count), INFINITE)

    def _add_due_dates(self) -> None:
        dated = [(duty.due_in_hours, duty) for duty in self.problem.duties if duty.due_in_hours is not None]
        due: set[int] = set()
        for hours, duty in sorted(dated, key=lambda pair: pair[0]):
            due.update(self.column[one] for one in self.problem.stand_ins(duty.courses))
            self.rows.add(((n, self.hours[n]) for n in sorted(due)), -INFINITE, hours)
