"""Duties as data: from rules to what one learner must complete, by when, under which order.

Kinds and their parameters:

``prescribed``            the mandatory courses of plans; gives them their citation
``share_of_prescribed``   ``share`` of the courses prescribed for the plan year (April to March)
``induction``             ``courses`` (ids) or ``titles`` (words in the name), ``within_days`` of joining
``assessment_after``      ``assessment`` (id) once the courses ``after`` are done
``hours_in_window``       ``hours`` from ``courses`` (absent: any) between ``from`` and ``to`` (ISO dates)
``no_permission``         courses on the platform never need permission
``reimbursement``         ``ceiling`` in rupees a course, ``share`` of the fee, ``pre_approval``

A scope binds learners by ``groups``, ``organisations`` (with all below), ``cadres``, ``designations``, ``first_year``;
an empty scope binds everybody. The parameter ``title_hi`` (any ISO 639 code) is the title in that language.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from features.errors import KarmapathError
from features.records import LearnerRecord
from features.reference import Reference, Rule
from features.schema import RULE_KINDS

FIRST_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Obligation:
    """What a rule asks of one learner, and the record of what is completed of it."""

    rule: Rule
    courses: tuple[str, ...]
    """Courses that count towards it."""
    count: int = 0
    """How many of them must be completed; 0 where hours are asked for."""
    hours: float = 0.0
    done: tuple[tuple[str, datetime | None], ...] = ()
    """Those completed, with the date."""
    hours_done: float = 0.0
    due_on: datetime | None = None
    after: tuple[str, ...] = ()
    """Courses that must come before (gating set of an assessment)."""

    @property
    def key(self) -> str:
        """Rule and version, as a path cites them."""
        return f"{self.rule.id}@{self.rule.version}"

    @property
    def met(self) -> bool:
        """Whether enough is completed."""
        return len(self.done) >= self.count and self.hours_done >= self.hours


@cache
def default_rules() -> tuple[Rule, ...]:
    """Return the rules that hold without any further data."""
    text = Path(__file__).with_name("rules_default.toml").read_text(encoding="utf-8")
    return tuple(
        Rule(
            r["id"], r["version"], r["title"], r["citation"], r["kind"], r["scope"], r["parameters"],
            r.get("valid_from"), r.get("valid_to"),
        )
        for r in tomllib.loads(text)["rules"]
    )  # fmt: skip


def rules_in_force(rules: Iterable[Rule], day: date) -> tuple[Rule, ...]:
    """Return the rules that hold on a day, defaults included; of one id the given ones, of these the newest.

    Raises
    ------
    KarmapathError
        If a rule has a kind that is not known: a duty must not fall silently.
    """
    newest: dict[str, Rule] = {rule.id: rule for rule in default_rules()}
    given = sorted((rule for rule in rules if rule.holds_on(day)), key=lambda r: (r.valid_from or date.min, r.version))
    newest.update({rule.id: rule for rule in given})
    unknown = next((rule for rule in newest.values() if rule.kind not in RULE_KINDS), None)
    if unknown is not None:
        raise KarmapathError(
            f"rule {unknown.id} has kind {unknown.kind!r}", f"one of {', '.join(RULE_KINDS)}", "correct the rules table"
        )
    return tuple(newest[one] for one in sorted(newest) if newest[one].holds_on(day))


def binds(rule: Rule, record: LearnerRecord, reference: Reference, at: datetime) -> bool:
    """Whether the rule's scope takes in the learner."""
    learner, scope = record.learner, rule.scope
    new = learner.joined_on is not None and at - learner.joined_on < FIRST_YEAR
    organisations = set(scope.get("organisations", ()))
    return (
        (not scope.get("groups") or learner.group in scope["groups"])
        and (not organisations or not organisations.isdisjoint(reference.lineage(learner.organisation)))
        and (not scope.get("cadres") or learner.cadre in scope["cadres"])
        and (not scope.get("designations") or learner.designation in scope["designations"])
        and (not scope.get("first_year") or new)
    )


def obligations(record: LearnerRecord, reference: Reference, at: datetime) -> tuple[Obligation, ...]:
    """Return what the rules in force ask of the learner, met or not: the record of completion of each duty."""
    found: list[Obligation] = []
    for rule in rules_in_force(reference.rules, at.date()):
        if rule.kind in _MAKERS and binds(rule, record, reference, at):
            made = _MAKERS[rule.kind](rule, _Case(record, reference, at))
            found += [] if made is None else [made]
    return tuple(found)


def plan_rule(reference: Reference, at: datetime) -> Rule | None:
    """Return the rule that mandatory courses of plans stand on."""
    return next((rule for rule in rules_in_force(reference.rules, at.date()) if rule.kind == "prescribed"), None)


def plan_year(at: datetime) -> tuple[datetime, datetime]:
    """Return the first moment of the plan year (1 April) and of the next one."""
    first = at.year if at.month >= 4 else at.year - 1
    return datetime(first, 4, 1), datetime(first + 1, 4, 1)


@dataclass(frozen=True, slots=True)
class _Case:
    record: LearnerRecord
    reference: Reference
    at: datetime

    def completed(self, courses: Iterable[str], since: datetime | None = None) -> list[tuple[str, datetime | None]]:
        """Return those of the courses that are completed, themselves or in another language."""
        counted = {other: one for one in courses for other in self.reference.alike.get(one, (one,))}
        found = {
            counted[e.course]: e.completed_on
            for e in self.record.enrolments
            if e.status == "completed" and e.course in counted
            and (since is None or (e.completed_on is not None and e.completed_on >= since))
        }  # fmt: skip
        return list(found.items())


def _share_of_prescribed(rule: Rule, case: _Case) -> Obligation | None:
    begin, end = plan_year(case.at)
    prescribed = sorted(
        {item.course for item in case.record.plans if item.due_on is None or begin <= item.due_on < end}
    )
    apar = {item.course for item in case.record.plans if item.apar}
    courses = tuple(one for one in prescribed if not apar or one in apar)
    if not courses:
        return None
    count = math.ceil(float(rule.parameters["share"]) * len(courses) - 1e-9)
    return Obligation(rule, courses, count, done=tuple(case.completed(courses)), due_on=end - timedelta(days=1))


def _induction(rule: Rule, case: _Case) -> Obligation | None:
    words = [title.casefold() for title in rule.parameters.get("titles", ())]
    named = set(rule.parameters.get("courses", ()))
    courses = tuple(
        course.id
        for course in sorted(case.reference.courses.values(), key=lambda c: c.id)
        if course.id in named or any(word in course.name.casefold() for word in words)
    )
    if not courses:
        return None
    joined = case.record.learner.joined_on
    due = None if joined is None else joined + timedelta(days=int(rule.parameters.get("within_days", 365)))
    count = len(named & set(courses)) or 1
    return Obligation(rule, courses, count, done=tuple(case.completed(courses)), due_on=due)


def _assessment_after(rule: Rule, case: _Case) -> Obligation | None:
    assessment = str(rule.parameters["assessment"])
    if assessment not in case.reference.courses:
        return None
    due = rule.parameters.get("due_on")
    return Obligation(
        rule, (assessment,), 1, done=tuple(case.completed([assessment])),
        due_on=None if due is None else datetime.fromisoformat(str(due)),
        after=tuple(str(one) for one in rule.parameters.get("after", ())),
    )  # fmt: skip


def _hours_in_window(rule: Rule, case: _Case) -> Obligation | None:
    begin = datetime.fromisoformat(str(rule.parameters["from"]))
    end = datetime.fromisoformat(str(rule.parameters["to"])) + timedelta(days=1, seconds=-1)
    if not begin <= case.at <= end:
        return None
    courses = tuple(str(one) for one in rule.parameters.get("courses", sorted(case.reference.courses)))
    done = case.completed(courses, since=begin)
    hours = sum(case.reference.courses[one].hours for one, _ in done if one in case.reference.courses)
    return Obligation(
        rule, courses, hours=float(rule.parameters["hours"]), done=tuple(done), hours_done=hours, due_on=end
    )


_MAKERS: Mapping[str, Callable[[Rule, _Case], Obligation | None]] = {
    "share_of_prescribed": _share_of_prescribed,
    "induction": _induction,
    "assessment_after": _assessment_after,
    "hours_in_window": _hours_in_window,
}
