"""What a plan does: closed steps, hours, money; exact sums over people, nothing is solved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.planning.plan_problem import PlanProblem


@dataclass(frozen=True, slots=True)
class Effect:
    """What a plan is expected to do, summed over people."""

    people: int
    needed: float
    """Weighted steps that people are expected to lack."""
    closed: float
    """Of these, those the plan closes."""
    critical_needed: float
    critical_closed: float
    steps_closed: float
    """Expected steps closed, unweighted."""
    hours: float
    """Hours of all people together."""
    most_hours: float
    """Hours of the person who gets most."""
    money: float
    courses: int
    """Distinct courses."""
    enrolments: int
    mandatory_hours: float
    elective_hours: float
    untouched: int
    """People who get nothing."""

    @property
    def hours_a_head(self) -> float:
        """Hours over people."""
        return self.hours / max(1, self.people)

    def document(self) -> dict[str, Any]:
        """Return the effect for JSON."""
        shown = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return shown | {"hours_a_head": self.hours_a_head}


def effect_of(problem: PlanProblem, chosen: Iterable[tuple[int, int]]) -> Effect:
    """Return what courses (pairs of group and course numbers) do together; exact, nothing is solved."""
    pairs = set(chosen)
    closed, critical_closed, steps = closed_by(problem, pairs)
    hours, costs = problem.hours, problem.costs
    each = [np.zeros(len(group.learners)) for group in problem.groups]
    touched = [np.zeros(len(group.learners), dtype=np.bool_) for group in problem.groups]
    mandatory = elective = money = 0.0
    enrolments = 0
    courses = set()
    for (g, c), who in taking(problem, pairs).items():
        people = int(who.sum())
        each[g] += who * hours[c]
        touched[g] |= who
        enrolments += people
        money += people * float(costs[c])
        if is_mandatory(problem, g, c):
            mandatory += people * float(hours[c])
        else:
            elective += people * float(hours[c])
        if people:
            courses.add(c)
    return Effect(
        people=problem.people,
        needed=sum(sum(cohort.weights) for cohort in problem.cohorts),
        closed=closed,
        critical_needed=sum(sum(cohort.weights) for cohort in problem.cohorts if cohort.critical),
        critical_closed=critical_closed,
        steps_closed=steps,
        hours=mandatory + elective,
        most_hours=max((float(one.max(initial=0.0)) for one in each), default=0.0),
        money=money,
        courses=len(courses),
        enrolments=enrolments,
        mandatory_hours=mandatory,
        elective_hours=elective,
        untouched=int(sum((~one).sum() for one in touched)),
    )


def taking(problem: PlanProblem, pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], NDArray[np.bool_]]:
    """Return who takes each course of a plan: for what it teaches, or because a course they take requires it."""
    chosen = sorted(pairs)
    who = {(g, c): problem.gains[g][:, c].copy() for g, c in chosen}
    changed = True
    while changed:
        changed = False
        for (g, c), options in _required(problem, chosen):
            for other in options:
                more = who[g, c] & problem.takes[g][:, other] & ~who[g, other]
                if more.any():
                    who[g, other] |= more
                    changed = True
    return who


def without(problem: PlanProblem, pairs: set[tuple[int, int]], left_out: tuple[int, int]) -> set[tuple[int, int]]:
    """Return the plan without a course and without what cannot be taken then."""
    kept = pairs - {left_out}
    while True:
        stuck = {
            pair for pair in kept
            if any(not any((pair[0], one) in kept for one in group) for group in problem.requires.get(pair, ()))
        }  # fmt: skip
        if not stuck:
            return kept
        kept -= stuck


def _required(problem: PlanProblem, chosen: list[tuple[int, int]]) -> Iterable[tuple[tuple[int, int], list[int]]]:
    """Yield for each course of a plan that requires others the ones of these that the plan has."""
    there = set(chosen)
    for g, c in chosen:
        for group in problem.requires.get((g, c), ()):
            yield (g, c), [one for one in sorted(group) if (g, one) in there]


def broken_limits(problem: PlanProblem, effect: Effect) -> tuple[str, ...]:
    """Return the limits of the budget that a plan breaks: ``hours``, ``most_hours``, ``money``, ``electives``."""
    budget = problem.budget
    total = budget.hours * problem.people
    checks = {
        "hours": effect.hours <= total + 1e-6,
        "most_hours": effect.most_hours <= budget.hours_a_person + 1e-6,
        "money": effect.money <= (budget.money or 0.0) + 1e-6,
        "electives": effect.elective_hours <= budget.elective_share * total + 1e-6,
    }
    return tuple(name for name, holds in checks.items() if not holds)


def is_mandatory(problem: PlanProblem, group: int, course: int) -> bool:
    """Whether a course is mandatory for a group: it teaches what is critical, unless the planner said otherwise."""
    edits, pair = problem.edits, (problem.groups[group].id, problem.courses[course].id)
    if edits.has(edits.mandatory, *pair):
        return True
    return bool(problem.critical[group, course]) and not edits.has(edits.elective, *pair)


def closed_by(problem: PlanProblem, pairs: set[tuple[int, int]], only: int | None = None) -> tuple[float, float, float]:
    """Return weighted steps closed, critical ones of them, and expected steps closed."""
    by_group: dict[int, set[int]] = {}
    for g, c in pairs:
        by_group.setdefault(g, set()).add(c)
    closed = critical = steps = 0.0
    for cohort in problem.cohorts:
        if only is not None and cohort.group != only:
            continue
        taken = cohort.courses & by_group.get(cohort.group, set())
        taught = {s for c in taken for k, s in problem.taught[c] if k == cohort.competency}
        step = 0
        while step < len(cohort.weights) and cohort.base + step + 1 in taught:
            closed += cohort.weights[step]
            critical += cohort.weights[step] if cohort.critical else 0.0
            steps += cohort.lack[step]
            step += 1
    return closed, critical, steps


def trimmed(problem: PlanProblem, chosen: frozenset[tuple[int, int]]) -> frozenset[tuple[int, int]]:
    """Return the plan without courses that close nothing, that nothing chosen requires and nobody asked for."""
    kept = set(chosen)
    for g, c in sorted(chosen, key=lambda pair: -problem.courses[pair[1]].hours):
        asked = problem.edits.has(problem.edits.include, problem.groups[g].id, problem.courses[c].id)
        own = {pair for pair in kept if pair[0] == g}
        rest = without(problem, own, (g, c))
        if not asked and closed_by(problem, own, g)[0] - closed_by(problem, rest, g)[0] < 1e-9:
            kept -= own - rest
    return frozenset(kept)
