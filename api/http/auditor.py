"""The audit log of a process: entries of many requests in one transaction, equal refusals counted, old ones removed."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from features.store import AuditEntry, AuditFilter

log = logging.getLogger("karmapath.audit")

_MINUTE = timedelta(minutes=1)
_MOST_WAITING = 20_000
_MOST_REFUSALS = 2_000
"""Kinds of refusals that are counted at once; beyond, each is a row."""
_DAY_SECONDS = 86_400.0
_Waiting = tuple[AuditEntry | None, Future[None] | None]
"""An entry, and who waits for it; without an entry somebody waits for all before."""


class AuditSink(Protocol):
    """Where entries go: the store, or a file."""

    def add(self, entries: Sequence[AuditEntry]) -> None:
        """Add entries; when this returns they are on the disk."""

    def read(self, wanted: AuditFilter, limit: int, before: int | None = None) -> Sequence[AuditEntry]:
        """Return entries, the newest first."""

    def prune(self, before: datetime) -> int:
        """Remove entries from before a moment and return how many there were."""


class Refusals:
    """Equal refusals of one minute become one entry, so that knocking does not fill the log.

    >>> from datetime import datetime
    >>> one = AuditEntry(datetime(2026, 11, 2), "unknown", "none", "refused", "GET /x", 401)
    >>> counted = Refusals()
    >>> [counted.first(one), counted.first(one), counted.first(one)]
    [True, False, False]
    >>> [entry.times for entry in counted.due(datetime(2026, 11, 2, 0, 2))]
    [2]
    """

    def __init__(self) -> None:
        self._since: dict[AuditEntry, tuple[AuditEntry, int]] = {}

    def first(self, entry: AuditEntry) -> bool:
        """Return whether the entry is the first of its kind; later ones of the minute are only counted."""
        kind = replace(entry, at=datetime.min, request_id=None)
        known = self._since.get(kind)
        if known is None and len(self._since) < _MOST_REFUSALS:
            self._since[kind] = (entry, 0)
            return True
        if known is not None:
            self._since[kind] = (known[0], known[1] + 1)
            return False
        return True

    def due(self, at: datetime, *, every: bool = False) -> list[AuditEntry]:
        """Return what was counted in minutes that are over (or all), and begin anew."""
        over = [
            kind for kind, (first, _) in self._since.items() if every or not timedelta(0) <= at - first.at < _MINUTE
        ]
        taken = [self._since.pop(kind) for kind in over]
        return [replace(first, at=at, times=count, request_id=None) for first, count in taken if count]

    def __len__(self) -> int:
        return len(self._since)


@dataclass
class Auditor:
    """One thread that writes the entries of all requests of this process."""

    sink: AuditSink
    clock: Callable[[], datetime]
    days: int
    """How long entries are kept."""
    _waiting: list[_Waiting] = field(default_factory=list)
    _refusals: Refusals = field(default_factory=Refusals)
    _wake: threading.Condition = field(default_factory=threading.Condition)
    _closing: bool = False
    _pruned_at: float = float("-inf")

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
        self._thread.start()

    async def keep(self, entry: AuditEntry) -> None:
        """Write an entry; returns when it is on the disk, raises what the store raises if it cannot be."""
        done: Future[None] = Future()
        self._put(entry, done)
        await asyncio.wrap_future(done)

    async def written(self) -> None:
        """Return when everything noted so far is on the disk."""
        done: Future[None] = Future()
        self._put(None, done)
        await asyncio.wrap_future(done)

    def note(self, entry: AuditEntry) -> None:
        """Write an entry soon; nobody waits for it."""
        self._put(entry, None)

    def refuse(self, entry: AuditEntry) -> None:
        """Write down that somebody was refused, or count it."""
        with self._wake:
            if self._refusals.first(entry):
                self._waiting.append((entry, None))
            self._wake.notify()

    def close(self) -> None:
        """Write what is waiting and stop."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join(30)

    def _put(self, entry: AuditEntry | None, done: Future[None] | None) -> None:
        with self._wake:
            self._waiting.append((entry, done))
            self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                if not self._waiting and not self._closing:
                    self._wake.wait(5.0 if self._refusals else 3_600.0)
                closing = self._closing
                batch: list[_Waiting]
                batch = [(entry, done) for entry, done in self._waiting if done is None or _wanted(done)]
                self._waiting = []
                if self._refusals:
                    batch += [(entry, None) for entry in self._refusals.due(self.clock(), every=closing)]
            if batch:
                self._write(batch)
            if closing:
                return
            self._prune()

    def _write(self, batch: Sequence[_Waiting]) -> None:
        try:
            self.sink.add([entry for entry, _ in batch if entry is not None])
        except Exception as error:
            for _, done in batch:
                if done is not None:
                    done.set_exception(error)
            self._again([entry for entry, done in batch if done is None and entry is not None], error)
            return
        for _, done in batch:
            if done is not None:
                done.set_result(None)

    def _again(self, entries: Sequence[AuditEntry], error: Exception) -> None:
        """Keep what nobody waits for until it can be written; the oldest are given up when there are too many."""
        if not entries:
            return
        log.error("%d entries of the audit log wait to be written (%s)", len(entries), type(error).__name__)
        with self._wake:
            waiting: list[_Waiting]
            waiting = [*((entry, None) for entry in entries), *self._waiting]
            if len(waiting) > _MOST_WAITING:
                log.error("%d entries of the audit log are lost", len(waiting) - _MOST_WAITING)
            self._waiting = waiting[-_MOST_WAITING:]
        time.sleep(0 if self._closing else 1.0)

    def _prune(self) -> None:
        if time.monotonic() - self._pruned_at < _DAY_SECONDS:
            return
        self._pruned_at = time.monotonic()
        try:
            gone = self.sink.prune(self.clock() - timedelta(days=self.days))
        except Exception as error:
            log.error("old entries of the audit log could not be removed (%s)", type(error).__name__)  # noqa: TRY400
        else:
            if gone:
                log.info("%d entries of the audit log were older than %d days and are removed", gone, self.days)


def _wanted(done: Future[None]) -> bool:
    """Whether the request still waits; if so, it can no longer be given up."""
    return done.set_running_or_notify_cancel()
