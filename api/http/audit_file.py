"""The audit log in a file of its own: one JSON document a line, added to and never changed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from api.http.answers import stamp
from features.store import AuditEntry, AuditFilter
from features.times import platform_time


class AuditFile:
    """Appends to a file, which several processes may share; what rotates logs may rotate it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, entries: Sequence[AuditEntry]) -> None:
        """Add entries in one write; when this returns they are on the disk."""
        text = "".join(json.dumps(_document(entry), ensure_ascii=False) + "\n" for entry in entries)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            data = text.encode()
            if os.write(handle, data) != len(data):
                raise OSError("the disk has no room for the audit log")
            os.fsync(handle)
        finally:
            os.close(handle)

    def read(self, wanted: AuditFilter, limit: int, before: int | None = None) -> Sequence[AuditEntry]:
        """Return entries, the newest first; an entry's number is its line."""
        found = [entry for entry in self._entries() if _fits(entry, wanted, before)]
        return found[::-1][:limit]

    def prune(self, before: datetime) -> int:
        """Remove nothing: the file belongs to what rotates logs on this machine."""
        return 0

    def _entries(self) -> Iterator[AuditEntry]:
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                document = json.loads(line)
                at = platform_time(datetime.fromisoformat(document.pop("at")))
                yield AuditEntry(at=at, number=number, **document)


def _document(entry: AuditEntry) -> dict[str, object]:
    document = asdict(entry) | {"at": stamp(entry.at)}
    del document["number"]
    return {name: value for name, value in document.items() if value is not None}


def _fits(entry: AuditEntry, wanted: AuditFilter, before: int | None) -> bool:
    if before is not None and (entry.number or 0) >= before:
        return False
    if wanted.since is not None and entry.at < wanted.since:
        return False
    if wanted.until is not None and entry.at >= wanted.until:
        return False
    named = ("principal", "action", "object")
    return all(getattr(wanted, name) in (None, getattr(entry, name)) for name in named)
