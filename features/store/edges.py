"""What people said of edges: that a course teaches, a role needs, a designation means something, or that it does not.

Nothing is ever changed or removed here, so the table is also the record of who said what when; of two that speak of
the same edge the later one counts. Imports and training leave it alone, and training reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import Connection, Engine, Row, func, insert, select

from features.store.connections import reading, writing
from features.store.tables import edge_verdicts

EdgeKind = Literal["course_teaches", "role_needs", "designation_means"]
"""From a course to a competency, a role to a competency with its level, a designation to a position."""
Said = Literal["confirmed", "rejected", "withdrawn"]
"""``withdrawn``: nothing is said of it any more."""
EDGE_KINDS: tuple[str, ...] = get_args(EdgeKind)
EVERYWHERE = ""
"""The organisation of an edge that holds everywhere."""

_COLUMNS = (
    "kind", "subject", "object", "organisation", "verdict", "from_level", "level", "said_by", "said_at", "comment",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EdgeVerdict:
    """One thing that one person said of one edge."""

    kind: str
    """A value of ``EDGE_KINDS``."""
    subject: str
    """The course, the role, or the designation as ``folded`` writes it."""
    object: str
    """The competency, or the position."""
    verdict: str
    """A value of ``Said``."""
    said_by: str
    said_at: datetime
    organisation: str = EVERYWHERE
    """Where a designation means that; courses and roles are the same everywhere."""
    from_level: int | None = None
    """Level a course starts from."""
    level: int | None = None
    """Level a course leads to, or a role needs."""
    comment: str = ""
    number: int | None = None
    """Given by the store; grows."""

    @property
    def edge(self) -> tuple[str, str, str, str]:
        """What it is about."""
        return self.kind, self.subject, self.object, self.organisation


def folded(designation: str) -> str:
    """Return a designation as edges keep it.

    >>> folded("Section  OFFICER ")
    'section officer'
    """
    return " ".join(designation.casefold().split())


class Edges:
    """The verdicts on edges; each method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, verdicts: Iterable[EdgeVerdict]) -> list[int]:
        """Write verdicts, all or none, and return their numbers."""
        with writing(self._engine) as connection:
            return [_add(connection, verdict) for verdict in verdicts]

    def newest(self, kind: str | None = None, subject: str | None = None) -> list[EdgeVerdict]:
        """Return what counts today, one an edge, in the order it was said; what was withdrawn is left out."""
        with reading(self._engine) as connection:
            rows = connection.execute(_narrowed(select(edge_verdicts), kind, subject).order_by(edge_verdicts.c.number))
            last = {verdict.edge: verdict for verdict in map(_verdict, rows)}
        counting = [verdict for verdict in last.values() if verdict.verdict != "withdrawn"]
        return sorted(counting, key=lambda verdict: verdict.number or 0)

    def history(
        self, kind: str | None = None, subject: str | None = None, limit: int = 100, offset: int = 0
    ) -> tuple[Sequence[EdgeVerdict], int]:
        """Return everything that was ever said, the newest first, and how much there is in all."""
        with reading(self._engine) as connection:
            total = connection.execute(_narrowed(select(func.count()).select_from(edge_verdicts), kind, subject))
            query = _narrowed(select(edge_verdicts), kind, subject).order_by(edge_verdicts.c.number.desc())
            rows = connection.execute(query.limit(limit).offset(offset))
            return [_verdict(row) for row in rows], total.scalar_one()


def _narrowed(query: Any, kind: str | None, subject: str | None) -> Any:
    if kind is not None:
        query = query.where(edge_verdicts.c.kind == kind)
    return query if subject is None else query.where(edge_verdicts.c.subject == subject)


def _add(connection: Connection, verdict: EdgeVerdict) -> int:
    values = {name: getattr(verdict, name) for name in _COLUMNS}
    number: int = connection.execute(
        insert(edge_verdicts).values(values).returning(edge_verdicts.c.number)
    ).scalar_one()
    return number


def _verdict(row: Row[Any]) -> EdgeVerdict:
    return EdgeVerdict(**{name: getattr(row, name) for name in (*_COLUMNS, "number")})
