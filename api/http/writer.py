"""Writes of many requests in one transaction: durable, and no slower for being so.

A commit waits for the disk. While it does, further requests gather; the next commit takes them all. Nobody is told
"accepted" before the commit that holds their events has returned.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from features.store import AnyEvent, EventResult, ShownList, Store

log = logging.getLogger("karmapath.writer")

_MOST_EVENTS = 2_000
"""Most events in one transaction (one request's batch is never split)."""


@dataclass(slots=True)
class _Waiting:
    events: Sequence[AnyEvent]
    courses: frozenset[str]
    loop: asyncio.AbstractEventLoop
    result: asyncio.Future[list[EventResult]]


@dataclass
class Writer:
    """One thread that writes for all requests of this process."""

    store: Store
    clock: Callable[[], datetime]
    _events: list[_Waiting] = field(default_factory=list)
    _shown: list[ShownList] = field(default_factory=list)
    _wake: threading.Condition = field(default_factory=threading.Condition)
    _closing: bool = False

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    async def append(self, events: Sequence[AnyEvent], courses: frozenset[str]) -> list[EventResult]:
        """Take events; returns when they are on the disk."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(events, courses, loop, loop.create_future())
        with self._wake:
            self._events.append(waiting)
            self._wake.notify()
        return await waiting.result

    def note_shown(self, shown: ShownList) -> None:
        """Write down soon what is being shown; nobody waits for it."""
        with self._wake:
            self._shown.append(shown)
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
                self._wake.wait_for(lambda: self._events or self._shown or self._closing)
                if self._closing and not self._events and not self._shown:
                    return
                waiting, shown = self._take()
            if waiting:
                self._write_events(waiting)
            if shown:
                self._write_shown(shown)

    def _take(self) -> tuple[list[_Waiting], list[ShownList]]:
        """Take what one transaction holds; requests that saw another catalogue wait for the next one."""
        count, total = 0, 0
        for one in self._events:
            total += len(one.events)
            if count and (total > _MOST_EVENTS or one.courses is not self._events[0].courses):
                break
            count += 1
        waiting, self._events = self._events[:count], self._events[count:]
        shown, self._shown = self._shown, []
        return waiting, shown

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

    def _write_shown(self, shown: list[ShownList]) -> None:
        try:
            self.store.add_shown(shown)
        except Exception:
            log.exception("%d lists that were shown could not be written down", len(shown))


def _settle(one: _Waiting, outcome: list[EventResult] | Exception) -> None:
    def settle() -> None:
        if one.result.done():  # the request was given up
            return
        if isinstance(outcome, Exception):
            one.result.set_exception(outcome)
        else:
            one.result.set_result(outcome)

    one.loop.call_soon_threadsafe(settle)
