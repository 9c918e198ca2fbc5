"""Reading one learner: index look-ups only, so that the time does not grow with the number of learners."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from features.records import Learner, LearnerRecord, PlannedCourse
from features.store import record_rows as rows
from features.store.holders import holders_of, plan_holder, split_lineage
from features.store.shared_plans import HeldPlans, SharedPlans, strongest_plans
from features.store.tables import feedback, learners, organisations, plans

POSTGRES_RECORDS = rows.POSTGRES_RECORDS.replace("$1", "%(ids)s").replace("$2", "%(own)s")
POSTGRES_PLANS = rows.POSTGRES_PLANS.replace("$1", "%(holders)s")


def read_record(connection: Connection, learner_id: str, at: datetime) -> LearnerRecord | None:
    """Return all that is known of the learner, with the plans that hold at ``at``; ``None`` if there is none."""
    if connection.dialect.name == "sqlite":
        ask = partial(_asked_sqlite, connection)
        return read_sqlite(ask, SharedPlans(), learner_id, at)
    if "\0" in learner_id:  # no text of PostgreSQL holds it
        return None
    given = {"ids": [learner_id], "own": [plan_holder("learner", learner_id, None)]}
    found = rows.Found.of(learner_id, connection.exec_driver_sql(POSTGRES_RECORDS, given))
    told = connection.exec_driver_sql(POSTGRES_PLANS, {"holders": list(found.holders())})
    return found.record(HeldPlans(map(rows.plan, told)), at)


def read_sqlite(
    ask: Callable[[str, Sequence[Any]], Iterable[rows.Row]], known: SharedPlans, learner_id: str, at: datetime
) -> LearnerRecord | None:
    """Do the same by a function that asks SQLite; ``known`` are plans that were read before."""
    found = rows.Found.of(learner_id, ask(rows.SQLITE_RECORD, (learner_id,)))
    if found.learner is None:
        return None
    held = known.of(found.post, found.plans_count)
    if held is None:
        holders = found.holders()
        told = ask(rows.sqlite_plans(len(holders)), holders)
        held = known.keep(found.post, found.plans_count, HeldPlans(map(rows.plan, told)))
    return found.record(held, at)


def _asked_sqlite(connection: Connection, sql: str, values: Sequence[Any]) -> Iterable[rows.Row]:
    return connection.exec_driver_sql(sql, tuple(values)).all()


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
    query = select(feedback.c.id, feedback.c.course_id, feedback.c.rating).where(feedback.c.learner_id == learner_id)
    return frozenset(rows.down_rated((row.id, row.course_id, row.rating) for row in connection.execute(query)))


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
    found = connection.execute(select(plans).where(holds))
    return strongest_plans(
        PlannedCourse(row.plan_id, row.course_id, row.mandatory, row.due_on, row.apar)
        for row in found
        if row.allocated_on is None or row.allocated_on <= at
    )
