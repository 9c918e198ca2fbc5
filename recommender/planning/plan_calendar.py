"""The order of a group's courses, and by when each is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from recommender.planning.plan_effect import is_mandatory
from recommender.planning.plan_problem import PlanProblem


def order_of(problem: PlanProblem, g: int, own: list[int], loss: Mapping[int, float]) -> list[int]:
    """Return the courses in the order to take them: prerequisites and lower steps first, then mandatory and worth."""
    left, order = set(own), []
    while left:
        ready = [
            c for c in left
            if all(not (set(group) & left - {c}) for group in problem.requires.get((g, c), ())) or len(left) == 1
        ] or sorted(left)  # fmt: skip

        def rank(c: int) -> tuple[Any, ...]:
            lowest = min((s for _, s in problem.taught[c]), default=0)
            return (not is_mandatory(problem, g, c), lowest, -loss[c] / max(problem.courses[c].hours, 0.25), c)

        first = min(ready, key=rank)
        order.append(first)
        left.discard(first)
    return order


def due_dates(problem: PlanProblem, hours: list[float]) -> list[date]:
    """Spread the due dates over the plan's time by hours, at the end of months, the last at its end."""
    budget = problem.budget
    total = max(sum(hours), 1e-9)
    days = (budget.end - budget.begin).days
    done, dates = 0.0, []
    for one in hours:
        done += one
        day = budget.begin + timedelta(days=max(1, round(days * done / total)))
        dates.append(min(budget.end, _month_end(day)))
    return dates


def _month_end(day: date) -> date:
    first = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return first - timedelta(days=1)
