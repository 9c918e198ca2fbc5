"""Who saw, changed, erased or was refused what: rows that are added and never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, insert, select

from features.store.connections import reading, writing
from features.store.tables import audit

KEPT_DAYS = 30
"""The database itself refuses to delete rows that are newer."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that somebody did. It holds pseudonymous ids, and nothing of what was read or written."""

    at: datetime
    principal: str
    """A key's name, a token's subject, or the name of the account that gave a command."""
    role: str
    action: str
    """``read``, ``export``, ``erase``, ``events``, ``change``, ``refused``, ``backup``, ..."""
    route: str
    """Method and pattern of the route, or the command."""
    status: int
    """HTTP status; 0 for a command."""
    organisation_id: str | None = None
    """The organisation for which the principal acts."""
    object: str | None = None
    """Whom or what it was about."""
    detail: str | None = None
    """Counts, e.g. of events."""
    origin: str | None = None
    """The address that the request came from."""
    request_id: str | None = None
    times: int = 1
    """Equal refusals of one minute are one row."""
    number: int | None = None
    """Given by the store."""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are asked for; ``None`` is any."""

    since: datetime | None = None
    until: datetime | None = None
    principal: str | None = None
    action: str | None = None
    object: str | None = None


class AuditLog:
    """The log in the store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, entries: Iterable[AuditEntry]) -> None:
        """Add entries; when this returns they are on the disk."""
        rows = [_row(entry) for entry in entries]
        if rows:
            with writing(self._engine) as connection:
                connection.execute(insert(audit), rows)

    def read(self, wanted: AuditFilter, limit: int, before: int | None = None) -> Sequence[AuditEntry]:
        """Return entries, the newest first; ``before`` is the number of the last one of the page before."""
        query = select(audit).order_by(audit.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.number < before)
        if wanted.since is not None:
            query = query.where(audit.c.at >= wanted.since)
        if wanted.until is not None:
            query = query.where(audit.c.at < wanted.until)
        for name in ("principal", "action", "object"):
            if (value := getattr(wanted, name)) is not None:
                query = query.where(audit.c[name] == value)
        with reading(self._engine) as connection:
            return [AuditEntry(**row) for row in connection.execute(query).mappings()]

    def prune(self, before: datetime) -> int:
        """Delete entries from before a moment, at least ``KEPT_DAYS`` ago, and return how many there were."""
        with writing(self._engine) as connection:
            return connection.execute(delete(audit).where(audit.c.at < before)).rowcount


def _row(entry: AuditEntry) -> dict[str, Any]:
    row = asdict(entry)
    del row["number"]
    return row
