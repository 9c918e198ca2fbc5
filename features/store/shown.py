"""What was shown to whom, and what they thought of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, insert, select

from features.store.apply import touch
from features.store.bulk import write_rows
from features.store.tables import feedback, shown_lists


class ShownItem(NamedTuple):
    """One course of a list that was shown."""

    course: str
    position: int
    """From 1."""
    score: float
    propensity: float
    """Probability with which the course was put at this place, above 0 and at most 1."""


class ShownList(NamedTuple):
    """A list of recommendations as one learner saw it; made on every page view."""

    id: str
    learner: str
    surface: str
    """Where it was shown: ``v1``, ``igot`` or ``page``."""
    model_version: str
    shown_at: datetime
    rows: tuple[tuple[str, int, float, float], ...]
    """Its items, each as ``ShownItem`` has it: written on every page view, read hardly ever."""
    revision: int = 1
    """A client that keeps an id is shown newer lists under it, each a revision."""

    @property
    def items(self) -> tuple[ShownItem, ...]:
        """Its courses, as they stood."""
        return tuple(ShownItem(*row) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Feedback:
    """A thumb up (1) or down (0) for a course, on a list or not."""

    learner: str
    course: str
    rating: int
    comments: str
    submitted_at: datetime
    recommendation: str | None = None
    id: int | None = None
    """Given by the store."""


def add_shown(connection: Connection, lists: Iterable[ShownList]) -> None:
    """Write lists that were shown."""
    write_rows(connection, shown_lists, _COLUMNS, [_row(shown) for shown in lists])


_COLUMNS = ("recommendation_id", "revision", "learner_id", "surface", "model_version", "shown_at", "items")


def _row(shown: ShownList) -> tuple[Any, ...]:
    items = orjson.dumps([tuple(row) for row in shown.rows]).decode()
    return shown.id, shown.revision, shown.learner, shown.surface, shown.model_version, shown.shown_at, items


def read_shown(connection: Connection, recommendation_id: str) -> ShownList | None:
    """Return the newest list of that id, ``None`` if it was never shown."""
    own = select(shown_lists).where(shown_lists.c.recommendation_id == recommendation_id)
    row = connection.execute(own.order_by(shown_lists.c.revision.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    items = tuple(tuple(item) for item in orjson.loads(row.items))
    return ShownList(
        recommendation_id, row.learner_id, row.surface, row.model_version, row.shown_at, items, row.revision
    )


def add_feedback(connection: Connection, given: Feedback) -> int:
    """Write a thumb and return its id; the learner's next answer takes it into account."""
    statement = insert(feedback).values(
        learner_id=given.learner,
        course_id=given.course,
        recommendation_id=given.recommendation,
        rating=given.rating,
        comments=given.comments,
        submitted_at=given.submitted_at,
    )
    number: int = connection.execute(statement.returning(feedback.c.id)).scalar_one()
    touch(connection, [given.learner])
    return number


def read_feedback(connection: Connection, recommendation_id: str) -> Sequence[Feedback]:
    """Return the last thumb for each course of a list, the oldest first."""
    query = select(feedback).where(feedback.c.recommendation_id == recommendation_id).order_by(feedback.c.id)
    last = {row.course_id: row for row in connection.execute(query)}
    rows = sorted(last.values(), key=lambda row: row.id)
    return [
        Feedback(
            row.learner_id, row.course_id, row.rating, row.comments, row.submitted_at, row.recommendation_id, row.id
        )
        for row in rows
    ]
