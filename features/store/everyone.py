"""Reading all learners, or those of whom anything was heard since the snapshot: long tables in order, in parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine, Select, Text, collate, func, select, type_coerce, union
from sqlalchemy.types import DateTime

from features.store.connections import reading
from features.store.erase import forgotten_digests
from features.store.load import SNAPSHOT_FACT, read_fact
from features.store.tables import enrolments, events, evidence, feedback, forgotten, learners, organisations, plans

__all__ = [
    "changed_ids", "changed_since", "down_rated_rows", "forgotten_digests", "learner_rows", "one_state",
    "own_plan_rows", "seen", "shared_rows",
]  # fmt: skip

PART = 200_000
"""Rows that are held at once."""
_TABLES = {table.name: table for table in (learners, enrolments, evidence, plans, organisations)}
_OWN_PLAN = "learner:"


def one_state(engine: Engine) -> AbstractContextManager[Connection]:
    """Open a connection whose every question sees the same state of the store, however long it asks."""
    if engine.dialect.name == "sqlite":  # a transaction of SQLite sees one state anyway
        return reading(engine)
    return reading(engine.execution_options(isolation_level="REPEATABLE READ"))


def seen(connection: Connection) -> Mapping[str, Any]:
    """Return what the store has seen: its snapshot, its last event and thumb, how many learners were erased."""
    return {
        "snapshot": read_fact(connection, SNAPSHOT_FACT),
        "last_event": connection.execute(select(func.max(events.c.number))).scalar() or 0,
        "last_feedback": connection.execute(select(func.max(feedback.c.id))).scalar() or 0,
        "forgotten": connection.execute(select(func.count()).select_from(forgotten)).scalar() or 0,
    }


def changed_ids(connection: Connection) -> Iterator[pl.DataFrame]:
    """Yield the ids of the learners of whom the store heard anything, in order, in parts."""
    heard = _changed().subquery().c.learner_id
    return _parts(connection, select(heard).order_by(_by_bytes(connection, heard)), ["learner_id"])


def changed_since(connection: Connection, number: int) -> tuple[str, ...]:
    """Return the learners who have an event later than that number, sorted."""
    query = select(events.c.learner_id).where(events.c.number > number).distinct()
    return tuple(sorted(connection.execute(query).scalars()))


def learner_rows(
    connection: Connection, table: str, columns: Sequence[str], *, changed_only: bool = False
) -> Iterator[pl.DataFrame]:
    """Yield the rows of ``learners``, ``enrolments`` or ``evidence``, in order of the learner, in parts."""
    source = _TABLES[table]
    query = select(*(source.c[name] for name in columns))
    if changed_only:
        query = query.where(source.c.learner_id.in_(_changed()))
    return _parts(connection, query.order_by(_by_bytes(connection, source.c.learner_id)), columns)


def down_rated_rows(connection: Connection) -> Iterator[pl.DataFrame]:
    """Yield learner and course of every last thumb that was down, in order of the learner, in parts."""
    last = select(func.max(feedback.c.id)).group_by(feedback.c.learner_id, feedback.c.course_id)
    query = select(feedback.c.learner_id, feedback.c.course_id).where(feedback.c.id.in_(last), feedback.c.rating == 0)
    order = _by_bytes(connection, feedback.c.learner_id)
    return _parts(connection, query.order_by(order, feedback.c.course_id), ["learner_id", "course_id"])


def own_plan_rows(connection: Connection, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
    """Yield the plans that are for one learner, with the learner's id, in order of the learner, in parts."""
    learner = type_coerce(func.substr(plans.c.holder, len(_OWN_PLAN) + 1), Text).label("learner_id")
    query = select(learner, *(plans.c[name] for name in columns)).where(plans.c.holder.startswith(_OWN_PLAN))
    return _parts(connection, query.order_by(_by_bytes(connection, plans.c.holder)), ["learner_id", *columns])


def shared_rows(connection: Connection, table: str, columns: Sequence[str]) -> pl.DataFrame:
    """Return the plans of organisations and designations, or the organisations."""
    source = _TABLES[table]
    query = select(*(source.c[name] for name in columns))
    if source is plans:
        query = query.where(~plans.c.holder.startswith(_OWN_PLAN))
    parts = list(_parts(connection, query.order_by(*source.primary_key), columns))
    return pl.concat(parts, how="vertical_relaxed")


def _changed() -> Any:
    return union(select(events.c.learner_id), select(feedback.c.learner_id))


def _by_bytes(connection: Connection, column: Any) -> Any:
    return collate(column, "C") if connection.dialect.name == "postgresql" else column


def _parts(connection: Connection, query: Select[Any], names: Sequence[str]) -> Iterator[pl.DataFrame]:
    """Yield the answer in parts, at least one; times that SQLite keeps as text are read by the column."""
    text = connection.dialect.name == "sqlite"
    chosen = list(query.selected_columns)
    times = {name for name, column in zip(names, chosen, strict=True) if isinstance(column.type, DateTime)}
    if text and times:
        query = query.with_only_columns(
            *(type_coerce(c, Text).label(n) if n in times else c.label(n) for n, c in zip(names, chosen, strict=True)),
            maintain_column_froms=True,
        )
    schema = {name: _dtype(column, text=text) for name, column in zip(names, chosen, strict=True)}
    answer = connection.execution_options(stream_results=True, max_row_buffer=PART).execute(query)
    yield pl.DataFrame(schema=schema).pipe(_timed, times if text else set())
    for rows in answer.partitions(PART):
        frame = pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
        yield _timed(frame, times if text else set())


def _timed(frame: pl.DataFrame, times: set[str]) -> pl.DataFrame:
    return frame.with_columns(pl.col(name).str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us") for name in times)


def _dtype(column: Any, *, text: bool) -> Any:
    kind = column.type.python_type.__name__
    if kind == "datetime":
        return pl.String if text else pl.Datetime("us")
    return {"str": pl.String, "int": pl.Int64, "float": pl.Float64, "bool": pl.Boolean}[kind]
