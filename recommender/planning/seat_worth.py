"""What the next seat in a training programme is worth: the price of a seat in the linear relaxation of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import linprog

from recommender.planning.plan_model import PlanModel
from recommender.planning.plan_problem import PlanProblem


@dataclass(frozen=True, slots=True)
class SeatWorth:
    """The worth of one more seat in a course."""

    course: str
    name: str
    seats: int
    wanted: int
    """People who could take it with gain."""
    used: float
    """Seats that the best plan uses."""
    worth: float
    """Weighted steps that one more seat closes under the same budget; 0 where seats are left over."""


def seat_worths(problem: PlanProblem, seats: Mapping[str, int]) -> tuple[SeatWorth, ...]:
    """Return what one more seat in each course is worth, most first.

    Groups may send some of their people (the relaxation), so the worth is the derivative of what a plan closes by the
    number of seats: the dual price of the row "takers <= seats".
    """
    known = {course: count for course, count in sorted(seats.items()) if course in problem.number}
    changed = replace(problem, budget=replace(problem.budget, seats=known))
    model = PlanModel(changed)
    if not known or not model.n_columns:
        return ()
    matrix: Any  # the stubs of linprog know no sparse rows
    matrix, high = model.rows.one_sided(model.n_columns)
    answer = linprog(-model.worth(), A_ub=matrix, b_ub=high, bounds=(0, 1), method="highs")
    prices = -np.asarray(answer.ineqlin.marginals)[-len(known) :]  # the rows of seats are the last
    used = np.asarray(matrix[-len(known) :] @ answer.x)
    found = [
        SeatWorth(
            course=course,
            name=changed.courses[changed.number[course]].name,
            seats=count,
            wanted=int(changed.takers[:, changed.number[course]].sum()),
            used=float(taken),
            worth=max(0.0, float(price)),
        )
        for (course, count), price, taken in zip(known.items(), prices, used, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: (-one.worth, one.course)))
