"""Annual plans: proposed jointly for all positions of an organisation, edited by hand, their effect computed anew.

The aims in their order: critical gaps, all gaps, few distinct courses, few hours. The last two may cost a small share
of what is closed (``thrift``), which is told beside the proven bound.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from features.errors import ConflictError, KarmapathError
from recommender.paths.model import INFINITE, Rows
from recommender.planning.plan_calendar import due_dates, order_of
from recommender.planning.plan_effect import (
    Effect,
    broken_limits,
    closed_by,
    effect_of,
    is_mandatory,
    taking,
    trimmed,
    without,
)
from recommender.planning.plan_model import PlanModel
from recommender.planning.plan_problem import Budget, Edits, PlanProblem

CRITICAL = 1000.0
"""How much more a critical step counts than another, where both are weighed at once."""


_ROOM = 2e-6
"""Share by which what is held may fall short: a sum over thousands of people is not exact to more digits."""


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One course for the people of one position."""

    group: str
    """Id of the position."""
    designation: str
    course: str
    name: str
    mandatory: bool
    """Closes a critical gap, or the planner said so; else elective."""
    due_on: date
    people: int
    """Who take it: those of the position who do not hold it, did not complete it and can take it."""
    hours: float
    """Of one person."""
    cost: float
    """Of one person, in rupees."""
    closes: float
    """Weighted steps that the plan would lose without it."""
    competencies: tuple[str, ...]
    """What it teaches of what the position requires."""

    @property
    def id(self) -> str:
        """Group and course."""
        return f"{self.group}:{self.course}"


@dataclass(frozen=True)
class AnnualPlan:
    """A plan with its effect and how good it is proven to be."""

    organisation: str
    name: str
    plan_year: str
    items: tuple[PlannedItem, ...]
    effect: Effect
    status: str
    """``optimal``, ``bounded`` (the time was over; see ``bound``), ``edited`` (by hand, not solved again)."""
    bound: float
    """No plan under this budget closes more weighted steps, critical ones counted alike."""
    critical_bound: float
    seconds: float

    def learners(self, problem: PlanProblem) -> Mapping[str, tuple[str, ...]]:
        """Return who takes each item, by item id."""
        found = {}
        for (g, c), who in taking(problem, pairs_of(problem, self)).items():
            group = problem.groups[g]
            found[f"{group.id}:{problem.courses[c].id}"] = tuple(np.asarray(group.learners)[who].tolist())
        return found


def propose(
    problem: PlanProblem,
    *,
    name: str = "",
    thrift: float = 0.02,
    time_limit: float = 30.0,
    say: Callable[[str], None] = lambda _: None,
) -> AnnualPlan:
    """Return the best plan that is found in the time, with its proven bound.

    Parameters
    ----------
    problem
        See ``plan_problem``.
    name
        Title of the plan.
    thrift
        Share of the best closure that may be given up for fewer distinct courses.
    time_limit
        Seconds for all aims together.

    Raises
    ------
    KarmapathError
        If what the planner put in does not fit the budget.
    """
    start = time.monotonic()
    solved = solve_plan(problem, thrift=thrift, time_limit=time_limit, say=say)
    return _plan(problem, solved, name, time.monotonic() - start)


@dataclass(frozen=True)
class Solved:
    """The courses of each group, and what is proven."""

    chosen: frozenset[tuple[int, int]]
    bound: float
    critical_bound: float
    proven: bool


def solve_plan(
    problem: PlanProblem,
    *,
    thrift: float = 0.02,
    floor: tuple[float, float] | None = None,
    time_limit: float = 30.0,
    say: Callable[[str], None] = lambda _: None,
) -> Solved:
    """Solve the aims in turn; with ``floor`` (critical, all) that much closure is enough, whatever the best is."""
    deadline = time.monotonic() + time_limit
    model = PlanModel(problem)
    critical, everything = model.worth(critical_only=True), model.worth()
    if not everything.any() and not model.forced:
        return Solved(frozenset(), 0.0, 0.0, proven=True)
    say("the most critical gaps")
    both = everything + CRITICAL * critical
    x, bound, proven, impossible = model.solve(-both, Rows(), 0.45 * time_limit, gap=1e-4)
    if impossible:
        raise _conflict(problem)
    if x is None:
        raise KarmapathError(
            f"no plan within {time_limit:g} seconds", "a time in which one is found", "allow more time, or fewer people"
        )
    best_critical, best = float(critical @ x), float(everything @ x)
    limit = float(-bound)
    held = Rows()
    least = (best_critical * (1 - 1e-6), best * (1 - thrift)) if floor is None else floor
    _at_least(held, critical, least[0])
    _at_least(held, everything, least[1])
    say("few distinct courses")
    fewest, _, fewer, _ = model.solve(model.distinct(), held, 0.8 * (deadline - time.monotonic()), gap=0.01)
    if fewest is not None and model.distinct() @ fewest <= model.distinct() @ np.round(x) + 1e-6:
        x = fewest
    say("few hours")
    lean, _, thrifty, _ = model.solve(model.hours(), held, deadline - time.monotonic(), gap=0.005, fixed=np.round(x))
    x = x if lean is None else lean
    chosen = frozenset(pair for pair, n in model.x.items() if x[n] > 0.5)
    return Solved(
        trimmed(problem, chosen),
        bound=min(float(everything.sum()), max(best, limit - CRITICAL * best_critical)),
        critical_bound=min(float(critical.sum()), max(best_critical, limit / CRITICAL)),
        proven=proven and fewer and thrifty,
    )


def edited(problem: PlanProblem, plan: AnnualPlan, edits: Edits) -> AnnualPlan:
    """Return the plan with courses put in and taken out by hand, and its new effect; nothing else is moved.

    ``propose`` on the problem with these edits finds the best plan around them instead.
    """
    changed = replace(problem, edits=edits)
    kept = {
        pair for pair in pairs_of(problem, plan)
        if not edits.has(edits.exclude, problem.groups[pair[0]].id, problem.courses[pair[1]].id)
    }  # fmt: skip
    put_in = {
        (g, c)
        for g, group in enumerate(problem.groups)
        for c, course in enumerate(problem.courses)
        if edits.has(edits.include, group.id, course.id) and problem.takers[g, c]
    }
    solved = Solved(frozenset(kept | put_in), plan.bound, plan.critical_bound, proven=False)
    return replace(_plan(changed, solved, plan.name, 0.0), status="edited")


def over_booked(problem: PlanProblem, plan: AnnualPlan) -> Mapping[str, int]:
    """Return courses with more takers than seats, with how many too many."""
    taking: dict[str, int] = {}
    for item in plan.items:
        taking[item.course] = taking.get(item.course, 0) + item.people
    return {
        course: taking[course] - seats
        for course, seats in problem.budget.seats.items()
        if taking.get(course, 0) > seats
    }


def pairs_of(problem: PlanProblem, plan: AnnualPlan) -> frozenset[tuple[int, int]]:
    """Return the numbers of group and course of each item."""
    number = {group.id: g for g, group in enumerate(problem.groups)}
    return frozenset((number[item.group], problem.number[item.course]) for item in plan.items)


def plan_year_of(day: date) -> str:
    """Return the financial year of a day, April to March.

    >>> plan_year_of(date(2027, 3, 31))
    '2026-27'
    """
    first = day.year if day.month >= 4 else day.year - 1
    return f"{first}-{(first + 1) % 100:02d}"


def _plan(problem: PlanProblem, solved: Solved, name: str, seconds: float) -> AnnualPlan:
    effect = effect_of(problem, solved.chosen)
    items = tuple(_items(problem, solved.chosen))
    year = plan_year_of(problem.budget.begin)
    return AnnualPlan(
        organisation=problem.organisation,
        name=name or f"Annual learning plan {year}",
        plan_year=year,
        items=items,
        effect=effect,
        status="optimal" if solved.proven else "bounded",
        bound=max(solved.bound, effect.closed),
        critical_bound=max(solved.critical_bound, effect.critical_closed),
        seconds=seconds,
    )


def _items(problem: PlanProblem, chosen: frozenset[tuple[int, int]]) -> Iterable[PlannedItem]:
    takers = taking(problem, chosen)
    for g, group in enumerate(problem.groups):
        own = [c for one, c in chosen if one == g]
        pairs = {(g, c) for c in own}
        whole = closed_by(problem, pairs, g)[0]
        loss = {c: whole - closed_by(problem, without(problem, pairs, (g, c)), g)[0] for c in own}
        order = order_of(problem, g, own, loss)
        due = due_dates(problem, [problem.courses[c].hours for c in order])
        needed = {need.competency for need in group.requirements}
        for c, day in zip(order, due, strict=True):
            course = problem.courses[c]
            yield PlannedItem(
                group=group.id,
                designation=group.designation,
                course=course.id,
                name=course.name,
                mandatory=is_mandatory(problem, g, c),
                due_on=day,
                people=int(takers[g, c].sum()),
                hours=course.hours,
                cost=course.cost,
                closes=loss[c],
                competencies=tuple(sorted({k for k, _ in problem.taught[c]} & needed)),
            )


def _at_least(rows: Rows, worth: NDArray[np.float64], least: float) -> None:
    if worth.any():
        rows.add([(int(n), float(worth[n])) for n in np.flatnonzero(worth)], least - _ROOM * max(1.0, least), INFINITE)


def _conflict(problem: PlanProblem) -> ConflictError:
    """Say which limit what the planner put in breaks."""
    include = {
        (g, c)
        for g, group in enumerate(problem.groups)
        for c, course in enumerate(problem.courses)
        if problem.edits.has(problem.edits.include, group.id, course.id)
    }
    effect = effect_of(problem, include)
    broken = ", ".join(broken_limits(problem, effect)) or "prerequisites, seats or courses that exclude each other"
    return ConflictError(
        f"courses put in by hand that need {effect.hours:,.0f} hours, {effect.money:,.0f} rupees: too much of {broken}",
        f"at most {problem.budget.hours * problem.people:,.0f} hours, {problem.budget.hours_a_person:g} a person",
        "take some out, or raise the budget",
    )


__all__ = ["AnnualPlan", "Budget", "Edits", "Effect", "PlanProblem", "PlannedItem", "edited", "effect_of", "propose"]
