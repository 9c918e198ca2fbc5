"""What a learner must do: the mandatory courses of plans, as duties for the solver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from features.records import LearnerRecord, PlannedCourse
from features.reference import Reference
from recommender.paths.problem import Duty
from recommender.paths.reasons import Fact, Reason
from recommender.paths.schedule import DAYS_A_MONTH


@dataclass(frozen=True, slots=True)
class Mandate:
    """A duty with what a reader needs to know of it."""

    duty: Duty
    reason: Reason
    due_on: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mandates:
    """All duties of one learner; those that no course can meet any more are told apart."""

    open: tuple[Mandate, ...]
    impossible: tuple[Mandate, ...] = field(default=())


def plan_mandates(
    record: LearnerRecord, reference: Reference, usable: Mapping[str, object], at: datetime, hours_a_month: float
) -> Mandates:
    """Return a duty for each mandatory course of a plan that is not completed."""
    completed = {e.course for e in record.enrolments if e.status == "completed"}
    done = completed | {_base(reference, one) for one in completed}
    due: dict[str, PlannedCourse] = {}
    for item in record.plans:
        if item.mandatory and item.course not in done and _base(reference, item.course) not in done:
            earlier = due.get(item.course)
            if earlier is None or _key(item) < _key(earlier):
                due[item.course] = item
    mandates = [_mandate(item, reference, at, hours_a_month) for item in sorted(due.values(), key=_key)]
    return Mandates(
        tuple(m for m in mandates if any(one in usable for one in m.duty.courses)),
        tuple(m for m in mandates if not any(one in usable for one in m.duty.courses)),
    )


def _mandate(item: PlannedCourse, reference: Reference, at: datetime, hours_a_month: float) -> Mandate:
    name = next((plan.name for plan in reference.plans if plan.plan == item.plan and plan.name), item.plan)
    facts: dict[str, Fact] = {"plan": item.plan, "plan_name": name, "apar": item.apar}
    code = "duty_plan"
    if item.due_on is not None:
        facts["due_on"], code = item.due_on.date().isoformat(), "duty_plan_due"
    overdue = item.due_on is None or item.due_on <= at
    left = None if overdue or item.due_on is None else (item.due_on - at).days / DAYS_A_MONTH * hours_a_month
    versions = _versions(reference, item.course)
    return Mandate(Duty(f"{item.plan}/{item.course}", versions, due_in_hours=left), Reason(code, facts), item.due_on)


def _versions(reference: Reference, course: str) -> tuple[str, ...]:
    """Return the course and its language versions and equivalents: any of them meets the duty."""
    known = reference.courses.get(course)
    if known is None:
        return (course,)
    alike = (
        other.id
        for other in reference.courses.values()
        if (other.base or other.id) == (known.base or known.id)
        or (known.equivalence is not None and other.equivalence == known.equivalence)
    )
    return (course, *(other for other in sorted(alike) if other != course))


def _base(reference: Reference, course: str) -> str:
    known = reference.courses.get(course)
    return known.base or known.id if known else course


def _key(item: PlannedCourse) -> tuple[datetime, str, str]:
    return item.due_on or datetime.max, item.course, item.plan
