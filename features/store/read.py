"""Reading one learner: index look-ups only, so that the time does not grow with the number of learners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from features.records import Learner, LearnerRecord, PlannedCourse
from features.store import record_rows as rows
from features.store.holders import holders_of, plan_holder, post_holders, split_lineage
from features.store.shared_plans import Dated, HeldPlans, strongest_plans
from features.store.tables import DERIVED, feedback, learners, organisations, plans

POSTGRES_RECORDS = rows.POSTGRES_RECORDS.replace("$1", "%(ids)s").replace("$2", "%(own)s")
POSTGRES_PLANS = rows.POSTGRES_PLANS.replace("$1", "%(holders)s")


def read_record(connection: Connection, learner_id: str, at: datetime) -> LearnerRecord | None:
    """Return what the rows say of the learner, with the plans that hold at ``at``; ``None`` if there is none."""
    found = next(iter(found_of(connection, [learner_id])), None)
    if found is None:
        return None
    organisation, designation = found.post
    query = select(organisations.c.lineage).where(organisations.c.organisation_id == organisation)
    lineage = split_lineage(connection.execute(query).scalar(), organisation)
    return found.record(HeldPlans(_told_plans(connection, post_holders(lineage, designation))), at)


def found_of(connection: Connection, ids: Sequence[str]) -> Iterator[rows.Found]:
    """Yield what the rows say of the learners who are there."""
    ask = _each_sqlite if connection.dialect.name == "sqlite" else _all_postgres
    for one, told in ask(connection, ids):
        found = rows.Found.of(one, told)
        if found.learner is not None:
            yield found


def _each_sqlite(connection: Connection, ids: Sequence[str]) -> Iterator[tuple[str, Iterable[rows.Row]]]:
    for one in ids:
        yield one, _asked_sqlite(connection, rows.SQLITE_RECORD, (one,))


def _all_postgres(connection: Connection, ids: Sequence[str]) -> Iterable[tuple[str, Iterable[rows.Row]]]:
    asked = [one for one in ids if "\0" not in one]  # no text of PostgreSQL holds it
    told: dict[str, list[rows.Row]] = {one: [] for one in asked}
    given = {"ids": asked, "own": [plan_holder("learner", one, None) for one in asked]}
    for row in connection.exec_driver_sql(POSTGRES_RECORDS, given):
        told[row[-1]].append(row)
    return told.items()


def _asked_sqlite(connection: Connection, sql: str, values: Sequence[Any]) -> Iterable[rows.Row]:
    return connection.exec_driver_sql(sql, tuple(values)).all()


def _told_plans(connection: Connection, holders: Sequence[str]) -> Iterator[Dated]:
    if connection.dialect.name == "sqlite":
        told = _asked_sqlite(connection, rows.sqlite_plans(len(holders)), holders)
    else:
        told = connection.exec_driver_sql(POSTGRES_PLANS, {"holders": list(holders)})
    return map(rows.plan, told)


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
    known = (column for column in learners.columns if column not in DERIVED)
    query = select(*known).where(learners.c.learner_id >= prefix).order_by(learners.c.learner_id).limit(limit)
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
