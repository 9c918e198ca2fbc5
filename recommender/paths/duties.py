"""What a learner must do, as duties for the solver: mandatory courses of plans, and what the rules ask for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from features.records import LearnerRecord, PlannedCourse
from features.reference import Reference, Rule
from recommender.paths.candidates import any_version
from recommender.paths.problem import Duty
from recommender.paths.reasons import Fact, Reason
from recommender.paths.schedule import DAYS_A_MONTH
from recommender.rules import Obligation, obligations, plan_rule


@dataclass(frozen=True, slots=True)
class Mandate:
    """A duty with what a reader needs to know of it."""

    duty: Duty
    reason: Reason
    due_on: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mandates:
    """All open duties of one learner; those that no course can meet any more are told apart."""

    open: tuple[Mandate, ...]
    impossible: tuple[Mandate, ...] = ()
    after: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Courses that rules put before a course, beside its own prerequisites."""


def mandates(
    record: LearnerRecord, reference: Reference, usable: Collection[str], at: datetime, hours_a_month: float
) -> Mandates:
    """Return the duties that are not met yet: plans first, by due date, then rules."""
    pace = _Pace(at, hours_a_month)
    wanted = [_of_plan(item, reference, pace) for item in _open_items(record, reference)]
    owed = [one for one in obligations(record, reference, at) if not one.met]
    wanted += [_of_rule(one, reference, usable, pace) for one in owed]
    able = [mandate for mandate in wanted if _can_be_met(mandate.duty, usable)]
    return Mandates(
        open=tuple(able),
        impossible=tuple(mandate for mandate in wanted if mandate not in able),
        after={one.courses[0]: one.after for one in owed if one.after},
    )


@dataclass(frozen=True, slots=True)
class _Pace:
    at: datetime
    hours_a_month: float

    def hours_until(self, due: datetime | None) -> float | None:
        """Return the hours of learning that fit before a date; ``None`` without one, or where it is over."""
        return hours_until(due, self.at, self.hours_a_month)


def hours_until(due: datetime | None, at: datetime, hours_a_month: float) -> float | None:
    """Return the hours of learning that fit before a date; ``None`` without one, or where it is over."""
    if due is None or due <= at:
        return None
    return (due - at).days / DAYS_A_MONTH * hours_a_month


def _open_items(record: LearnerRecord, reference: Reference) -> list[PlannedCourse]:
    """Return the mandatory courses of plans that are not completed, each once, by due date."""
    completed = (e.course for e in record.enrolments if e.status == "completed")
    done = {other for one in completed for other in reference.alike.get(one, (one,))}
    earliest: dict[str, PlannedCourse] = {}
    for item in sorted(record.plans, key=_key):
        if item.mandatory and item.course not in done:
            earliest.setdefault(item.course, item)
    return sorted(earliest.values(), key=_key)


def _of_plan(item: PlannedCourse, reference: Reference, pace: _Pace) -> Mandate:
    name = next((plan.name for plan in reference.plans if plan.plan == item.plan and plan.name), item.plan)
    rule = plan_rule(reference, pace.at)
    facts: dict[str, Fact] = {"plan": item.plan, "plan_name": name, "apar": item.apar, **_cited(rule)}
    code = "duty_plan"
    if item.due_on is not None:
        facts["due_on"], code = item.due_on.date().isoformat(), "duty_plan_due"
    duty = Duty(
        f"{item.plan}/{item.course}", reference.alike.get(item.course, (item.course,)), rule=_rule_key(rule),
        due_in_hours=pace.hours_until(item.due_on),
    )  # fmt: skip
    return Mandate(duty, Reason(code, facts), item.due_on)


def _of_rule(owed: Obligation, reference: Reference, usable: Collection[str], pace: _Pace) -> Mandate:
    done = {one for one, _ in owed.done}
    left = any_version((one for one in owed.courses if one not in done), reference)
    duty = Duty(
        owed.key,
        tuple(one for one in left if one in usable),
        count=max(0, owed.count - len(done)),
        hours=max(0.0, owed.hours - owed.hours_done),
        rule=owed.key,
        due_in_hours=None if owed.hours or owed.count < len(owed.courses) else pace.hours_until(owed.due_on),
    )
    facts: dict[str, Fact] = {**_cited(owed.rule), "required": owed.count or owed.hours, "done": len(done)}
    if owed.due_on is not None:
        facts["due_on"] = owed.due_on.date().isoformat()
    return Mandate(duty, Reason("duty_rule", facts), owed.due_on)


def _can_be_met(duty: Duty, usable: Collection[str]) -> bool:
    able = [one for one in duty.courses if one in usable]
    return bool(able) and len(able) >= duty.count


def _cited(rule: Rule | None) -> dict[str, Fact]:
    if rule is None:
        return {}
    titles = {key: str(value) for key, value in rule.parameters.items() if key.startswith("title_")}
    return {"rule": rule.id, "version": rule.version, "citation": rule.citation, "title": rule.title, **titles}


def _rule_key(rule: Rule | None) -> str | None:
    return None if rule is None else f"{rule.id}@{rule.version}"


def _key(item: PlannedCourse) -> tuple[datetime, str, str]:
    return item.due_on or datetime.max, item.course, item.plan
