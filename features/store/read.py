"""Reading one learner: index look-ups only, so that the time does not grow with the number of learners."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from features.records import Enrolment, Evidence, Learner, LearnerRecord, PlannedCourse
from features.store.holders import holders_of
from features.store.tables import enrolments, evidence, feedback, learners, plans


def read_record(connection: Connection, learner_id: str) -> LearnerRecord | None:
    """Return all that is known of the learner, ``None`` if there is no such learner."""
    row = connection.execute(select(learners).where(learners.c.learner_id == learner_id)).one_or_none()
    if row is None:
        return None
    learner = _learner(row)
    return LearnerRecord(
        learner=learner,
        enrolments=_enrolments(connection, learner_id),
        evidence=_evidence(connection, learner_id),
        plans=plans_of(connection, learner),
        down_rated=down_rated(connection, learner_id),
    )


def read_version(connection: Connection, learner_id: str) -> int | None:
    """Return the version of what is known of the learner; it grows with every change."""
    return connection.execute(select(learners.c.version).where(learners.c.learner_id == learner_id)).scalar()


def plans_of(connection: Connection, learner: Learner) -> tuple[PlannedCourse, ...]:
    """Return what plans assign to a learner in that job, known to the store or not, the nearest due first."""
    keys = holders_of(learner.id, learner.organisation, learner.designation)
    rows = connection.execute(
        select(plans).where(plans.c.holder.in_(keys)).order_by(plans.c.plan_id, plans.c.course_id)
    )
    found = (PlannedCourse(row.plan_id, row.course_id, row.mandatory, row.due_on, row.apar) for row in rows)
    return tuple(sorted(found, key=lambda plan: (plan.due_on is None, plan.due_on)))


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
