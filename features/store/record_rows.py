"""Learners' records as one statement: every row that there is about a learner, each with the number of its part.

One statement sees one state of the store, costs one round trip, and is planned once for each connection. With the
learner's row comes the store's count of changed plans: the plans of the post need to be asked for only when it grew.
Rows are what a record is read from when its pack is not of the present version, and what a pack is made from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from features.packed import enrolment_row, evidence_row
from features.records import Enrolment, Evidence, Learner, LearnerRecord, PlannedCourse
from features.store.packs import packed, plan_row, profile_row
from features.store.shared_plans import Dated, HeldPlans, Post

Row = Sequence[Any]
LEARNER, ENROLMENT, EVIDENCE, THUMB, PLAN = range(5)
PLANS_FACT = "plans"
"""What the store calls its count of changed plans."""

_PARTS = " UNION ALL ".join(
    (
        'SELECT 0, l.version{n}, l.organisation_id, l.position_id, l.designation, l."group", l.cadre, l.languages, '
        "l.joined_on{n}, l.verified{t}, (SELECT value FROM facts WHERE name = 'plans'), NULL{n}, {l} FROM learners l "
        "WHERE l.learner_id {is}",
        "SELECT 1, course_id, status, progress{n}, dwell_ratio{n}, enrolled_on{n}, completed_on{n}, sequence{n}, "
        "rating{n}, mandated{t}, campaign{t}, skimmed{t}, {id} FROM enrolments WHERE learner_id {is}",
        "SELECT 2, evidence_id, kind, observed_on{n}, competency_id, course_id, level{n}, passed{t}, score{n}, "
        "attempt{n}, NULL{n}, NULL{n}, {id} FROM evidence WHERE learner_id {is}",
        "SELECT 3, course_id, rating{n}, id{n}, NULL{n}, NULL{n}, NULL{n}, NULL{n}, NULL{n}, NULL{n}, NULL{n}, "
        "NULL{n}, {id} FROM feedback WHERE learner_id {is}",
        "SELECT 4, plan_id, course_id, mandatory{t}, due_on{n}, apar{t}, allocated_on{n}, NULL{n}, NULL{n}, NULL{n}, "
        "NULL{n}, NULL{n}, {own} FROM plans WHERE holder {held}",
    )
)
_OWN = len("learner:") + 1
SQLITE_RECORD = _PARTS.format_map(
    {"is": "= ?1", "held": "= 'learner:' || ?1", "l": "NULL", "id": "NULL", "own": "NULL", "n": "", "t": ""}
)
POSTGRES_RECORDS = _PARTS.format_map(
    {
        "is": "= ANY($1::text[])", "held": "= ANY($2::text[])", "l": "l.learner_id", "id": "learner_id",
        "own": f"substr(holder, {_OWN})", "n": "::text", "t": "::int::text",
    }
)  # fmt: skip
"""Columns of all parts must be of one type; the last one says whose row it is."""

SQLITE_LINEAGE = "SELECT lineage FROM organisations WHERE organisation_id = ?1"
POSTGRES_LINEAGE = "SELECT lineage FROM organisations WHERE organisation_id = $1"

_PLANS = "SELECT plan_id, course_id, mandatory{t}, due_on{n}, apar{t}, allocated_on{n} FROM plans WHERE holder "
POSTGRES_PLANS = _PLANS.format(n="::text", t="::int::text") + "= ANY($1::text[])"


@cache
def sqlite_plans(count: int) -> str:
    """Return SQLite's question for the plans of so many holders."""
    return _PLANS.format(n="", t="") + f"IN ({', '.join('?' * count)})"


@dataclass(slots=True)
class Found:
    """What the statement found of one learner."""

    id: str
    learner: Learner | None = None
    version: int = 0
    plans_count: str | None = None
    """How many changes of plans the store had counted."""
    enrolments: list[Enrolment] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    thumbs: list[tuple[int, str, int]] = field(default_factory=list)
    own_plans: list[Dated] = field(default_factory=list)

    @classmethod
    def of(cls, learner_id: str, rows: Iterable[Row]) -> Found:
        """Sort the rows into their parts."""
        found = cls(learner_id)
        for row in rows:
            part = row[0]
            if part == ENROLMENT:
                found.enrolments.append(_enrolment(row))
            elif part == EVIDENCE:
                found.evidence.append(_evidence(row))
            elif part == LEARNER:
                found.learner, found.version = _learner(learner_id, row), int(row[1])
                found.plans_count = row[10]
            elif part == THUMB:
                found.thumbs.append((int(row[3]), row[1], int(row[2])))
            else:
                found.own_plans.append(plan(row[1:7]))
        return found

    @property
    def post(self) -> Post:
        """What the plans depend on that are not the learner's own."""
        return (None, None) if self.learner is None else (self.learner.organisation, self.learner.designation)

    def record(self, shared: HeldPlans, at: datetime) -> LearnerRecord | None:
        """Return the record with the plans that hold at ``at``; ``None`` if there is no such learner."""
        if self.learner is None:
            return None
        self._sort()
        return LearnerRecord(
            self.learner,
            tuple(self.enrolments),
            tuple(self.evidence),
            shared.with_own(self.own_plans, at) if self.own_plans else shared.at(at),
            frozenset(down_rated(self.thumbs)) if self.thumbs else _NONE,
            self.version,
        )

    def packed(self) -> str:
        """Return the pack of a learner who is there."""
        assert self.learner is not None  # noqa: S101 - narrows the type
        self._sort()
        return packed(
            profile_row(self.learner),
            [enrolment_row(one) for one in self.enrolments],
            [evidence_row(one) for one in self.evidence],
            sorted(down_rated(self.thumbs)),
            [plan_row(one) for one in self.own_plans],
        )

    def _sort(self) -> None:
        self.enrolments.sort(key=beginning)
        self.evidence.sort(key=_observed)


_NONE: frozenset[str] = frozenset()


def plan(row: Row) -> Dated:
    """Return a plan from its row, and since when it holds."""
    number, course, mandatory, due, apar, since = row
    return PlannedCourse(number, course, bool(int(mandatory)), _time(due), bool(int(apar))), _time(since)


def down_rated(thumbs: Iterable[tuple[int, str, int]]) -> Iterable[str]:
    """Yield the courses whose last thumb was down, from thumbs as (number, course, rating)."""
    last = {course: rating for _, course, rating in sorted(thumbs)}
    return (course for course, rating in last.items() if rating == 0)


def beginning(enrolment: Enrolment) -> tuple[datetime, int, str]:
    """Order by the time it began, or the place in the order; where both are unknown, by id."""
    began = enrolment.enrolled_on or enrolment.completed_on or datetime.min
    return (began, enrolment.sequence if enrolment.sequence is not None else -1, enrolment.course)


def _observed(evidence: Evidence) -> tuple[datetime, str]:
    return evidence.observed_on, evidence.id


def _learner(learner_id: str, row: Row) -> Learner:
    languages = tuple(row[7].split(",")) if row[7] else ()
    return Learner(learner_id, row[2], row[3], row[4], row[5], row[6], languages, _time(row[8]), bool(int(row[9] or 0)))


def _enrolment(row: Row) -> Enrolment:
    _, course, status, progress, dwell, enrolled, completed, sequence, rating, mandated, campaign, skimmed, _ = row
    return Enrolment(
        course,
        status,
        None if progress is None else float(progress),
        None if dwell is None else float(dwell),
        None if enrolled is None else datetime.fromisoformat(enrolled),
        None if completed is None else datetime.fromisoformat(completed),
        None if sequence is None else int(sequence),
        None if rating is None else float(rating),
        mandated in _TRUE,
        campaign in _TRUE,
        skimmed in _TRUE,
    )


_TRUE = (1, "1")
"""What the databases say for true."""


def _evidence(row: Row) -> Evidence:
    _, number, kind, observed, competency, course, level, passed, score, attempt, _, _, _ = row
    return Evidence(
        number,
        kind,
        datetime.fromisoformat(observed),
        competency,
        course,
        None if level is None else int(level),
        None if passed is None else passed in _TRUE,
        None if score is None else float(score),
        None if attempt is None else int(attempt),
    )


def _time(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
