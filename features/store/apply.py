"""What an event changes: the learner's profile, enrolments and evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Insert, Table, case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from features.labels import SKIM_RATIO
from features.store.events import AnyEvent, Assessed, Attested, Completed, Enrolled, Profile, Rated
from features.store.holders import holders_of, split_lineage
from features.store.tables import enrolments, evidence, learners, organisations, plans


@dataclass(frozen=True, slots=True)
class Dated:
    """An event with its key and the moment it counts from."""

    key: str
    event: AnyEvent
    at: datetime


def apply_events(connection: Connection, dated: Sequence[Dated]) -> None:
    """Write what the events change; applying an event again changes nothing more."""
    if not dated:
        return
    for one in dated:
        if isinstance(one.event, Profile):
            _apply_profile(connection, one.event)
    _apply_courses(connection, [one for one in dated if isinstance(one.event, Enrolled | Completed)])
    _apply_evidence(connection, [one for one in dated if isinstance(one.event, Assessed | Attested)])
    for one in dated:
        if isinstance(one.event, Rated):
            _apply_rating(connection, one.event)
    touch(connection, {one.event.learner for one in dated})


def touch(connection: Connection, ids: Iterable[str]) -> None:
    """Raise the version of the learners, so that nothing computed before is taken for fresh, and drop their packs."""
    changed = update(learners).where(learners.c.learner_id.in_(sorted(ids)))
    connection.execute(changed.values(version=learners.c.version + 1, packed=None))  # a small row stays on its page


def upserting(connection: Connection, table: Table) -> Any:
    """Return the dialect's INSERT that can say what happens on a conflict."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def _apply_profile(connection: Connection, event: Profile) -> None:
    changes = event.changes()
    statement = upserting(connection, learners).values(learner_id=event.learner, version=0, **changes)
    if changes:
        statement = statement.on_conflict_do_update(index_elements=["learner_id"], set_=changes)
    else:
        statement = statement.on_conflict_do_nothing()
    connection.execute(statement)


def _apply_courses(connection: Connection, dated: Sequence[Dated]) -> None:
    if dated:
        mandated = _mandated(connection, dated)
        connection.execute(_enrolment_upsert(connection), [_enrolment_row(one, mandated) for one in dated])


def _enrolment_row(dated: Dated, mandated: set[str]) -> dict[str, Any]:
    event = dated.event
    assert isinstance(event, Enrolled | Completed)  # noqa: S101 - narrows the type
    row = {
        "learner_id": event.learner,
        "course_id": event.course,
        "mandated": dated.key in mandated,
        "status": "in_progress",
        "progress": None,
        "dwell_ratio": None,
        "enrolled_on": None,
        "completed_on": None,
        "skimmed": None,
    }
    if isinstance(event, Enrolled):
        return row | {"progress": event.progress, "enrolled_on": dated.at}
    skimmed = None if event.dwell_ratio is None else event.dwell_ratio < SKIM_RATIO
    completed = {"status": "completed", "progress": 1.0, "completed_on": dated.at}
    return row | completed | {"dwell_ratio": event.dwell_ratio, "skimmed": skimmed}


def _enrolment_upsert(connection: Connection) -> Insert:
    """Return the statement that keeps the first beginning, the first completion and the first mandate."""
    statement = upserting(connection, enrolments)
    old, new = enrolments.c, statement.excluded
    is_completed = old.status == "completed"
    upsert: Insert = statement.on_conflict_do_update(
        index_elements=["learner_id", "course_id"],
        set_={
            "status": case((is_completed, old.status), else_=new.status),
            "progress": case((is_completed, old.progress), else_=func.coalesce(new.progress, old.progress)),
            "dwell_ratio": func.coalesce(new.dwell_ratio, old.dwell_ratio),
            "enrolled_on": func.coalesce(old.enrolled_on, new.enrolled_on),
            "completed_on": func.coalesce(old.completed_on, new.completed_on),
            "mandated": func.coalesce(old.mandated, new.mandated),
            "skimmed": func.coalesce(new.skimmed, old.skimmed),
        },
    )
    return upsert


def _mandated(connection: Connection, dated: Sequence[Dated]) -> set[str]:
    """Return the keys of the events whose course a mandatory plan had asked for by then."""
    held = _holders(connection, {one.event.learner for one in dated})
    rows = connection.execute(
        select(plans.c.holder, plans.c.course_id, plans.c.allocated_on).where(
            plans.c.holder.in_({holder for holders in held.values() for holder in holders}),
            plans.c.course_id.in_({one.event.course for one in dated if isinstance(one.event, Enrolled | Completed)}),
            plans.c.mandatory,
        )
    )
    since: dict[tuple[str, str], datetime] = {}
    for holder, course, allocated_on in rows:
        from_then = allocated_on or datetime.min
        since[holder, course] = min(from_then, since.get((holder, course), from_then))
    return {
        one.key
        for one in dated
        if isinstance(one.event, Enrolled | Completed)
        and any(
            since.get((holder, one.event.course), datetime.max) <= one.at for holder in held.get(one.event.learner, ())
        )
    }


def _holders(connection: Connection, ids: set[str]) -> dict[str, tuple[str, ...]]:
    jobs = select(
        learners.c.learner_id, learners.c.organisation_id, learners.c.designation, organisations.c.lineage
    ).outerjoin(organisations, organisations.c.organisation_id == learners.c.organisation_id)
    rows = connection.execute(jobs.where(learners.c.learner_id.in_(ids)))
    return {
        row.learner_id: holders_of(row.learner_id, split_lineage(row.lineage, row.organisation_id), row.designation)
        for row in rows
    }


def _apply_evidence(connection: Connection, dated: Sequence[Dated]) -> None:
    if dated:
        statement = upserting(connection, evidence).on_conflict_do_nothing()
        connection.execute(statement, [_evidence_row(one) for one in dated])


def _evidence_row(dated: Dated) -> dict[str, Any]:
    event = dated.event
    assert isinstance(event, Assessed | Attested)  # noqa: S101 - narrows the type
    return {
        "evidence_id": f"event:{dated.key}",
        "learner_id": event.learner,
        "competency_id": event.competency,
        "course_id": getattr(event, "course", None),
        "kind": event.kind,
        "level": event.level,
        "passed": event.passed,
        "score": getattr(event, "score", None),
        "attempt": getattr(event, "attempt", None),
        "observed_on": dated.at,
    }


def _apply_rating(connection: Connection, event: Rated) -> None:
    rated = (enrolments.c.learner_id == event.learner) & (enrolments.c.course_id == event.course)
    connection.execute(update(enrolments).where(rated).values(rating=event.rating))
