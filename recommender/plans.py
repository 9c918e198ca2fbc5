"""Which capacity-building plans hold for a learner."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from features.records import LearnerRecord, PlannedCourse
from features.reference import PlanItem, Reference


def with_assigned_plans(record: LearnerRecord, reference: Reference, at: datetime) -> LearnerRecord:
    """Return the record with the plans of the reference data that hold for the learner joined to its own.

    A plan assigns to an organisation (with all below it), to a designation in it, or to one learner. One not yet
    allocated at ``at`` does not hold; where two assign the same course, the mandatory one, then the one due first.
    """
    lineage = reference.lineage(record.learner.organisation) or _only(record.learner.organisation)
    found = [
        PlannedCourse(item.plan, item.course, item.mandatory, item.due_on, item.apar)
        for item in reference.plans
        if (item.allocated_on is None or item.allocated_on <= at) and _holds(item, record, lineage)
    ]
    strongest: dict[str, PlannedCourse] = {}
    for item in (*record.plans, *found):
        held = strongest.get(item.course)
        strongest[item.course] = item if held is None else min(held, item, key=_strength)
    return replace(record, plans=tuple(strongest[course] for course in sorted(strongest)))


def _holds(item: PlanItem, record: LearnerRecord, lineage: tuple[str, ...]) -> bool:
    if item.scope == "learner":
        return item.scope_value == record.learner.id
    if item.scope == "organisation":
        return item.scope_value in lineage
    title = record.learner.designation or ""
    return item.organisation in lineage and _plain(item.scope_value) == _plain(title)


def _strength(item: PlannedCourse) -> tuple[bool, datetime, str]:
    return (not item.mandatory, item.due_on or datetime.max, item.plan)


def _only(organisation: str | None) -> tuple[str, ...]:
    return () if organisation is None else (organisation,)


def _plain(title: str) -> str:
    return " ".join(title.casefold().split())
