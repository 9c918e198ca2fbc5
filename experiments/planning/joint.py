"""One plan for an organisation beside the best plan of each of its people added up, at the same hours."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from features.records import LearnerRecord
from features.reference import Reference
from features.store import Store
from features.warehouse import Snapshot
from recommender.gaps import requirements_for
from recommender.paths.candidates import HeldCourses, candidate, relevant, usable_courses
from recommender.paths.closing import closed_steps
from recommender.paths.needs import base_levels, weighted_needs
from recommender.paths.path import PathSettings
from recommender.paths.problem import Problem
from recommender.paths.sharing import Sharing
from recommender.planning.annual_plan import solve_plan
from recommender.planning.plan_effect import effect_of
from recommender.planning.plan_problem import Budget, plan_problem
from recommender.planning.workforce import workforce
from recommender.state import competency_state


@dataclass(frozen=True, slots=True)
class Sum:
    """What plans do together."""

    closed: float
    critical: float
    hours: float
    courses: int
    seconds: float


@dataclass(frozen=True, slots=True)
class JointFigures:
    """One plan beside many."""

    organisation: str
    people: int
    many: Sum
    one: Sum

    @property
    def closed(self) -> float:
        """What the one plan closes, over what the many close; the lower of critical and all."""
        return min(self.one.closed / self.many.closed, self.one.critical / max(self.many.critical, 1e-9))

    @property
    def courses(self) -> float:
        """Distinct courses of the one plan over those of the many."""
        return self.one.courses / self.many.courses


def compare(
    snapshot: Snapshot,
    reference: Reference,
    store: Store,
    organisation: str,
    at: datetime,
    *,
    hours: float = 20.0,
    most: float = 1.5,
    patterns: int = 200,
    time_limit: float = 60.0,
    say: Callable[[str], None] = lambda _: None,
) -> JointFigures:
    """Return both sums for an organisation: everybody's best plan under ``hours``, and one plan with as many in all.

    Duties are left out of both. The one plan uses no more hours in all than the many, gives nobody more than ``most``
    times ``hours``, and cuts each position into at most ``patterns`` groups; it looks for the fewest courses that still
    close what the many close.
    """
    people = workforce(snapshot, reference, at, organisation=organisation)
    say(f"{len(people):,} people of {organisation}, one by one")
    started = time.perf_counter()
    solved = Sharing()
    column = {competency: n for n, competency in enumerate(people.competencies)}
    closed = critical = used = 0.0
    courses: set[str] = set()
    for row, learner in enumerate(people.people["learner_id"]):
        record = store.record(learner, at)
        problem = None if record is None else own_problem(record, reference, at, hours)
        if problem is None:
            continue
        chosen = solved(problem, 10.0).chosen
        steps = closed_steps(problem, chosen)
        for need in requirements_for(record, reference) if record else ():
            for competency, level in steps:
                if competency == need.competency and level <= need.level:
                    worth = need.weight * (1.0 - float(people.held[row, column[competency], level - 1]))
                    closed += worth
                    critical += worth if need.critical else 0.0
        used += sum(problem.by_id[one].hours for one in chosen)
        courses.update(chosen)
    many = Sum(closed, critical, used, len(courses), time.perf_counter() - started)
    say(f"one plan for all {len(people):,}")
    started = time.perf_counter()
    begin = at.date()
    budget = Budget(used / len(people), begin, date(begin.year + (begin.month >= 4), 3, 31), most=most * hours)
    whole = plan_problem(people, snapshot, reference, organisation, budget, patterns=patterns)
    found = solve_plan(whole, floor=(critical, closed), time_limit=time_limit)
    effect = effect_of(whole, found.chosen)
    seconds = time.perf_counter() - started
    one = Sum(effect.closed, effect.critical_closed, effect.hours, effect.courses, seconds)
    return JointFigures(organisation, len(people), many, one)


def own_problem(record: LearnerRecord, reference: Reference, at: datetime, hours: float) -> Problem | None:
    """Return one person's problem: gaps and courses as on the guided path, no duties; ``None`` without a position."""
    requirements = requirements_for(record, reference)
    if not requirements:
        return None
    state = competency_state(record, reference, at)
    base = base_levels(state, (need.competency for need in requirements))
    needs = weighted_needs(state, requirements, base)
    settings = PathSettings(hours=hours)
    usable = usable_courses(record, reference, at, settings, external=False).usable
    held = HeldCourses(record, reference, state)
    courses = relevant(usable, reference, {(need.competency, need.level) for need in needs}, (), held)
    return Problem(
        courses=tuple(candidate(course, reference, course.hours) for course in courses),
        needs=needs,
        hours=hours,
        held=held.among(courses),
        base=base,
    )
