"""Reading one learner: index look-ups only, so that the time does not grow with the number of learners."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from features.records import Enrolment, Evidence, Learner, LearnerRecord, PlannedCourse
from features.store.holders import holders_of, split_lineage
from features.store.tables import enrolments, evidence, feedback, learners, organisations, plans


def read_record(connection: Connection, learner_id: str, at: datetime) -> LearnerRecord | None:
    """Return all that is known of the learner, with the plans that hold at ``at``; ``None`` if there is none."""
    query = select(learners, organisations.c.lineage).outerjoin(
        organisations, organisations.c.organisation_id == learners.c.organisation_id
    )
    row = connection.execute(query.where(learners.c.learner_id == learner_id)).one_or_none()
    if row is None:
        return None
    learner = _learner(row)
    return LearnerRecord(
        learner=learner,
        enrolments=_enrolments(connection, learner_id),
        evidence=_evidence(connection, learner_id),
        plans=_plans(connection, learner, split_lineage(row.lineage, learner.organisation), at),
        down_rated=down_rated(connection, learner_id),
        version=row.version,
    )


def read_version(connection: Connection, learner_id: str) -> int | None:
    """Return the version of what is known of the learner; it grows with every change."""
    return connection.execute(select(learners.c.version).where(learners.c.learner_id == learner_id)).scalar()


def plans_of(connection: Connection, learner: Learner, at: datetime) -> tuple[PlannedCourse, ...]:
    """Return what plans assign at ``at`` to a learner in that job, known to the store or not."""
    query = select(organisations.c.lineage).where(organisations.c.organisation_id == learner.organisation)
    lineage = connection.execute(query).scalar()
    return _plans(connection, learner, split_lineage(lineage, learner.organisation), at)


def down_rated(connection: Connection, learner_id: str) -> frozenset[str]:
    """Return the courses whose last thumb was down."""
    query = select(feedback.c.course_id, feedback.c.rating).where(feedback.c.learner_id == learner_id)
    last = {row.course_id: row.rating for row in connection.execute(query.order_by(feedback.c.id))}
    return frozenset(course for course, rating in last.items() if rating == 0)


def find_learners(connection: Connection, prefix: str, limit: int) -> Sequence[Learner]:
    """Return learners whose id starts with ``prefix``, in order of their ids."""
    query = select(learners).where(learners.c.learner_id >= prefix).order_by(learners.c.learner_id).limit(limit)
    found = (_learner(row) for row in connection.execute(query))
    return [learner for learner in found if learner.id.startswith(prefix)]


def _learner(row: Any) -> Learner:
    languages = tuple(row.languages.split(",")) if row.languages else ()
    return Learner(
        row.learner_id, row.organisation_id, row.position_id, row.designation, row.group, row.cadre,
        languages, row.joined_on, bool(row.verified),
    )  # fmt: skip


def _plans(connection: Connection, learner: Learner, lineage: Sequence[str], at: datetime) -> tuple[PlannedCourse, ...]:
    holds = plans.c.holder.in_(holders_of(learner.id, lineage, learner.designation))
    rows = connection.execute(select(plans).where(holds))
    return strongest_plans(
        PlannedCourse(row.plan_id, row.course_id, row.mandatory, row.due_on, row.apar)
        for row in rows
        if row.allocated_on is None or row.allocated_on <= at
    )


def strongest_plans(found: Iterable[PlannedCourse]) -> tuple[PlannedCourse, ...]:
    """Return one plan a course: the mandatory one, then the one due first; sorted likewise."""
    ordered = sorted(found, key=lambda p: (not p.mandatory, p.due_on or datetime.max, p.plan, p.course))
    strongest: dict[str, PlannedCourse] = {}
    for item in ordered:
        strongest.setdefault(item.course, item)
    return tuple(strongest.values())


def _enrolments(connection: Connection, learner_id: str) -> tuple[Enrolment, ...]:
    rows = connection.execute(select(enrolments).where(enrolments.c.learner_id == learner_id))
    found = [
        Enrolment(
            row.course_id, row.status, row.progress, row.dwell_ratio, row.enrolled_on, row.completed_on,
            row.sequence, row.rating, bool(row.mandated), bool(row.campaign), bool(row.skimmed),
        )
        for row in rows
    ]  # fmt: skip
    return tuple(sorted(found, key=_beginning))


def _beginning(enrolment: Enrolment) -> tuple[Any, ...]:
    """Order by the time it began, or the place in the order; where both are unknown, by id."""
    began = enrolment.enrolled_on or enrolment.completed_on
    day = began.timestamp() if began is not None else float("-inf")
    return (day, enrolment.sequence if enrolment.sequence is not None else -1, enrolment.course)


def _evidence(connection: Connection, learner_id: str) -> tuple[Evidence, ...]:
    query = select(evidence).where(evidence.c.learner_id == learner_id)
    rows = connection.execute(query.order_by(evidence.c.observed_on, evidence.c.evidence_id))
    return tuple(
        Evidence(
            row.evidence_id, row.kind, row.observed_on, row.competency_id, row.course_id,
            row.level, row.passed, row.score, row.attempt,
        )
        for row in rows
    )  # fmt: skip
