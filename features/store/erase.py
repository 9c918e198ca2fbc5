"""One learner's data: all of it to hand out, or gone for good."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import polars as pl
from sqlalchemy import Connection, Table, delete, select

from features.store.apply import upserting
from features.store.holders import plan_holder
from features.store.tables import (
    DERIVED,
    decisions,
    enrolments,
    events,
    evidence,
    feedback,
    forgotten,
    learners,
    plans,
    shown_lists,
)

_OWN = (learners, enrolments, evidence, feedback, events, shown_lists, decisions)
"""Tables whose rows name the learner."""


def export_learner(connection: Connection, learner: str) -> dict[str, list[dict[str, Any]]]:
    """Return every row that the store has about a learner, a list a table; all empty if there is none."""
    return {table.name: _rows(connection, table, learner) for table in _OWN}


def forget_learner(connection: Connection, learner: str) -> bool:
    """Delete every row about a learner and return whether there was any; later snapshots do not bring them back."""
    connection.execute(delete(plans).where(plans.c.holder == plan_holder("learner", learner, None)))
    gone = sum(connection.execute(delete(table).where(table.c.learner_id == learner)).rowcount for table in _OWN)
    mark = upserting(connection, forgotten).values(digest=digest(learner))
    connection.execute(mark.on_conflict_do_nothing(index_elements=["digest"]))
    return gone > 0


def remember(connection: Connection, ids: Iterable[str]) -> None:
    """Take the mark from learners who are here again of their own."""
    connection.execute(delete(forgotten).where(forgotten.c.digest.in_([digest(learner) for learner in ids])))


def forgotten_digests(connection: Connection) -> frozenset[str]:
    """Return the marks of the learners who were erased."""
    return frozenset(connection.execute(select(forgotten.c.digest)).scalars())


def without_forgotten(marks: frozenset[str], frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with a column ``learner_id`` without the rows of those who were erased."""
    if not marks:
        return frame
    ids = frame["learner_id"].unique()
    gone = [learner for learner in ids if digest(learner) in marks]
    return frame.filter(~pl.col("learner_id").is_in(gone))


def digest(learner: str) -> str:
    """Return the mark under which a learner's erasure is kept."""
    return hashlib.sha256(learner.encode()).hexdigest()


def _rows(connection: Connection, table: Table, learner: str) -> list[dict[str, Any]]:
    columns = (column for column in table.columns if column not in DERIVED)
    rows = connection.execute(select(*columns).where(table.c.learner_id == learner)).mappings()
    return [dict(row) for row in rows]
