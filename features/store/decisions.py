"""Who decided what, and why; and what people said on the way there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from features.store.tables import comments, decisions


@dataclass(frozen=True, slots=True)
class Decision:
    """A named human's decision; the software only advises."""

    kind: str
    """``plan``, ``assignment`` or ``role``."""
    organisation: str
    subject: str
    """The plan, post or role."""
    outcome: str
    decided_by: str
    """The named human."""
    principal: str
    """Whose key or token it was."""
    decided_at: datetime
    reason: str
    learner: str | None = None
    """Who it is about, if about somebody."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What lay before the one who decided."""
    number: int | None = None
    """Given by the store."""


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said about a plan, an item of it, or a role."""

    subject: str
    """``plan:ID`` or ``role:ID``."""
    author: str
    written_at: datetime
    text: str
    item: str | None = None


def add_decision(connection: Connection, decision: Decision) -> int:
    """Write a decision and return its number."""
    statement = insert(decisions).values(
        kind=decision.kind,
        organisation_id=decision.organisation,
        subject=decision.subject,
        outcome=decision.outcome,
        decided_by=decision.decided_by,
        principal=decision.principal,
        decided_at=decision.decided_at,
        reason=decision.reason,
        learner_id=decision.learner,
        facts=json.dumps(dict(decision.facts), default=str, ensure_ascii=False),
    )
    number: int = connection.execute(statement.returning(decisions.c.number)).scalar_one()
    return number


def read_decisions(
    connection: Connection, organisations: Sequence[str], limit: int, subject: str | None = None
) -> Sequence[Decision]:
    """Return decisions of these organisations, the newest first; with ``subject`` only those on it."""
    query = select(decisions).where(decisions.c.organisation_id.in_(organisations))
    if subject is not None:
        query = query.where(decisions.c.subject == subject)
    rows = connection.execute(query.order_by(decisions.c.number.desc()).limit(limit))
    return [
        Decision(
            row.kind, row.organisation_id, row.subject, row.outcome, row.decided_by, row.principal, row.decided_at,
            row.reason, row.learner_id, json.loads(row.facts), row.number,
        )
        for row in rows
    ]  # fmt: skip


def add_comment(connection: Connection, comment: Comment) -> None:
    """Write what somebody said."""
    connection.execute(
        insert(comments).values(
            subject=comment.subject,
            item=comment.item,
            author=comment.author,
            written_at=comment.written_at,
            text=comment.text,
        )
    )


def read_comments(connection: Connection, subject: str) -> Sequence[Comment]:
    """Return what was said about a subject, the oldest first."""
    rows = connection.execute(select(comments).where(comments.c.subject == subject).order_by(comments.c.number))
    return [Comment(row.subject, row.author, row.written_at, row.text, row.item) for row in rows]
