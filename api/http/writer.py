"""Writes of many requests in one transaction: durable, and no slower for being so.

A commit waits for the disk. While it does, further requests gather; the next commit takes them all. Nobody is told
"accepted" before the commit that holds their events has returned, and no list's id is handed out to be kept before the
list is on the disk. Lists whose id nobody keeps wait a moment for company: they are written down, but not waited for.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from features.store import AnyEvent, EventResult, ShownList, Store

log = logging.getLogger("karmapath.writer")

_MOST_EVENTS = 2_000
"""Most events in one transaction (one request's batch is never split)."""
_COMPANY_SECONDS = 0.25
"""How long a list that nobody waits for waits for others."""


@dataclass(slots=True)
class _Waiting:
    loop: asyncio.AbstractEventLoop
    result: asyncio.Future[Any]
    events: Sequence[AnyEvent] = ()
    courses: frozenset[str] = frozenset()
    shown: ShownList | None = None


@dataclass
class Writer:
    """One thread that writes for all requests of this process."""

    store: Store
    clock: Callable[[], datetime]
    _events: list[_Waiting] = field(default_factory=list)
    _kept: list[_Waiting] = field(default_factory=list)
    _noted: list[ShownList] = field(default_factory=list)
    _wake: threading.Condition = field(default_factory=threading.Condition)
    _closing: bool = False

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    async def append(self, events: Sequence[AnyEvent], courses: frozenset[str]) -> list[EventResult]:
        """Take events; returns when they are on the disk."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(loop, loop.create_future(), events, courses)
        with self._wake:
            self._events.append(waiting)
            self._wake.notify()
        results: list[EventResult] = await waiting.result
        return results

    async def keep_shown(self, shown: ShownList) -> None:
        """Write down a list whose id its reader will keep; returns when it is on the disk."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(loop, loop.create_future(), shown=shown)
        with self._wake:
            self._kept.append(waiting)
            self._wake.notify()
        await waiting.result

    def note_shown(self, shown: ShownList) -> None:
        """Write down soon what is being shown; nobody waits for it."""
        with self._wake:
            self._noted.append(shown)
            if len(self._noted) == 1:
                self._wake.notify()

    def close(self) -> None:
        """Write what is waiting and stop."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join(30)

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._is_urgent() or self._noted)
                self._wake.wait_for(self._is_urgent, _COMPANY_SECONDS)
                if self._closing and not (self._events or self._kept or self._noted):
                    return
                events, kept, noted = self._take()
            if events:
                self._write_events(events)
            if kept:
                self._write_kept(kept)
            if noted:
                self._write_noted(noted)

    def _is_urgent(self) -> bool:
        return bool(self._events or self._kept or self._closing)

    def _take(self) -> tuple[list[_Waiting], list[_Waiting], list[ShownList]]:
        """Take what one round writes; events that saw another catalogue wait for the next one."""
        count, total = 0, 0
        for one in self._events:
            total += len(one.events)
            if count and (total > _MOST_EVENTS or one.courses is not self._events[0].courses):
                break
            count += 1
        events, self._events = self._events[:count], self._events[count:]
        kept, self._kept = self._kept, []
        noted, self._noted = self._noted, []
        return events, kept, noted

    def _write_events(self, waiting: list[_Waiting]) -> None:
        batch = [event for one in waiting for event in one.events]
        try:
            results = self.store.append_events(batch, waiting[0].courses, self.clock())
        except Exception as error:
            for one in waiting:
                _settle(one, error)
            return
        start = 0
        for one in waiting:
            _settle(one, results[start : start + len(one.events)])
            start += len(one.events)

    def _write_kept(self, waiting: list[_Waiting]) -> None:
        lists = [one.shown for one in waiting if one.shown is not None]
        try:
            self.store.add_shown(lists)
        except Exception as error:
            if len(waiting) == 1:
                _settle(waiting[0], error)
            else:  # one of them cannot be written: it must not cost the others theirs
                for one in waiting:
                    self._write_kept([one])
            return
        for one in waiting:
            _settle(one, None)

    def _write_noted(self, shown: list[ShownList]) -> None:
        try:
            self.store.add_shown(shown)
        except Exception:
            log.exception("%d lists that were shown could not be written down", len(shown))


def _settle(one: _Waiting, outcome: object) -> None:
    def settle() -> None:
        if one.result.done():  # the request was given up
            return
        if isinstance(outcome, Exception):
            one.result.set_exception(outcome)
        else:
            one.result.set_result(outcome)

    one.loop.call_soon_threadsafe(settle)
