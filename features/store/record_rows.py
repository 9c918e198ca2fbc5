"""One learner's record as one statement: every row that there is about the learner, each with the number of its part.

One statement sees one state of the store, costs one round trip, and is planned once for each connection. Only the
plans are asked for afterwards: whom a plan is for is known when the learner's job is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from features.records import Enrolment, Evidence, Learner, LearnerRecord, PlannedCourse
from features.store.holders import holders_of, split_lineage

Row = Sequence[Any]
LEARNER, ENROLMENT, EVIDENCE, THUMB = range(4)
_PARTS = " UNION ALL ".join(
    (
        'SELECT 0, l.version{n}, l.organisation_id, l.position_id, l.designation, l."group", l.cadre, l.languages, '
        "l.joined_on{n}, l.verified{t}, o.lineage, NULL{n} FROM learners l "
        "LEFT JOIN organisations o ON o.organisation_id = l.organisation_id WHERE l.learner_id = {id}",
        "SELECT 1, course_id, status, progress{n}, dwell_ratio{n}, enrolled_on{n}, completed_on{n}, sequence{n}, "
        "rating{n}, mandated{t}, campaign{t}, skimmed{t} FROM enrolments WHERE learner_id = {id}",
        "SELECT 2, evidence_id, kind, observed_on{n}, competency_id, course_id, level{n}, passed{t}, score{n}, "
        "attempt{n}, NULL{n}, NULL{n} FROM evidence WHERE learner_id = {id}",
        "SELECT 3, course_id, rating{n}, id{n}, NULL{n}, NULL{n}, NULL{n}, NULL{n}, NULL{n}, NULL{n}, NULL{n}, "
        "NULL{n} FROM feedback WHERE learner_id = {id}",
    )
)
SQLITE_RECORD = _PARTS.format(id="?1", n="", t="")
POSTGRES_RECORD = _PARTS.format(id="$1", n="::text", t="::int::text")  # columns of all parts must be of one type
POSTGRES_PLANS = (
    "SELECT plan_id, course_id, mandatory::int::text, due_on::text, apar::int::text, allocated_on::text FROM plans "
    "WHERE holder = ANY($1::text[])"
)


@cache
def sqlite_plans(count: int) -> str:
    """Return SQLite's question for the plans of so many holders."""
    places = ", ".join("?" * count)
    return f"SELECT plan_id, course_id, mandatory, due_on, apar, allocated_on FROM plans WHERE holder IN ({places})"  # noqa: S608


@dataclass(slots=True)
class Found:
    """What the statement found of one learner."""

    id: str
    learner: Learner | None = None
    version: int = 0
    lineage: Sequence[str] = ()
    enrolments: list[Enrolment] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    thumbs: list[tuple[int, str, int]] = field(default_factory=list)

    @classmethod
    def of(cls, learner_id: str, rows: Iterable[Row]) -> Found:
        """Sort the rows into their parts."""
        found = cls(learner_id)
        for row in rows:
            part = int(row[0])
            if part == ENROLMENT:
                found.enrolments.append(_enrolment(row))
            elif part == EVIDENCE:
                found.evidence.append(_evidence(row))
            elif part == LEARNER:
                found.learner, found.version = _learner(learner_id, row), int(row[1])
                found.lineage = split_lineage(row[10], row[2])
            else:
                found.thumbs.append((int(row[3]), row[1], int(row[2])))
        return found

    def holders(self) -> tuple[str, ...]:
        """Return the keys under which the learner's plans stand; none where there is no such learner."""
        return () if self.learner is None else holders_of(self.id, self.lineage, self.learner.designation)

    def record(self, plan_rows: Iterable[Row], at: datetime) -> LearnerRecord | None:
        """Return the record with the plans that hold at ``at``; ``None`` if there is no such learner."""
        if self.learner is None:
            return None
        self.enrolments.sort(key=beginning)
        self.evidence.sort(key=_observed)
        return LearnerRecord(
            learner=self.learner,
            enrolments=tuple(self.enrolments),
            evidence=tuple(self.evidence),
            plans=planned(plan_rows, at),
            down_rated=frozenset(down_rated(self.thumbs)) if self.thumbs else _NONE,
            version=self.version,
        )


_NONE: frozenset[str] = frozenset()


def planned(rows: Iterable[Row], at: datetime) -> tuple[PlannedCourse, ...]:
    """Return the plans that hold at ``at``, one a course."""
    return strongest_plans(
        PlannedCourse(row[0], row[1], bool(int(row[2])), _time(row[3]), bool(int(row[4])))
        for row in rows
        if row[5] is None or datetime.fromisoformat(row[5]) <= at
    )


def strongest_plans(found: Iterable[PlannedCourse]) -> tuple[PlannedCourse, ...]:
    """Return one plan a course: the mandatory one, then the one due first; sorted likewise."""
    ordered = sorted(found, key=lambda p: (not p.mandatory, p.due_on or datetime.max, p.plan, p.course))
    strongest: dict[str, PlannedCourse] = {}
    for item in ordered:
        strongest.setdefault(item.course, item)
    return tuple(strongest.values())


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
    _, course, status, progress, dwell, enrolled, completed, sequence, rating, mandated, campaign, skimmed = row
    return Enrolment(
        course,
        status,
        None if progress is None else float(progress),
        None if dwell is None else float(dwell),
        None if enrolled is None else datetime.fromisoformat(enrolled),
        None if completed is None else datetime.fromisoformat(completed),
        None if sequence is None else int(sequence),
        None if rating is None else float(rating),
        mandated is not None and int(mandated) == 1,
        campaign is not None and int(campaign) == 1,
        skimmed is not None and int(skimmed) == 1,
    )


def _evidence(row: Row) -> Evidence:
    _, number, kind, observed, competency, course, level, passed, score, attempt, _, _ = row
    return Evidence(
        number,
        kind,
        datetime.fromisoformat(observed),
        competency,
        course,
        None if level is None else int(level),
        None if passed is None else int(passed) == 1,
        None if score is None else float(score),
        None if attempt is None else int(attempt),
    )


def _time(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
