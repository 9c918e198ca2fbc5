"""An end for what takes too long, at next to no cost for what does not.

A timer for each request costs more than most of a request's own steps. All that one deadline watches may take equally
long, so what began first is due first: one timer, for the oldest, serves all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Deadline:
    """Lets work take so many ``seconds``.

    >>> asyncio.run(Deadline(0.01)(asyncio.sleep(30)))
    Traceback (most recent call last):
    TimeoutError
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._watch: _Watch | None = None

    async def __call__(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what the work returns.

        Raises
        ------
        TimeoutError
            If it takes longer; it is cancelled then.
        """
        loop, task = asyncio.get_running_loop(), cast("asyncio.Task[Any]", asyncio.current_task())
        watch = self._watch
        if watch is None or watch.loop is not loop:
            watch = self._watch = _Watch(loop)
        turn = _Turn(task, task.cancelling(), loop.time() + self._seconds)
        watch.begin(turn)
        try:
            return await work
        except asyncio.CancelledError:
            if turn.is_overdue and task.cancelling() - 1 <= turn.cancelling:
                raise TimeoutError from None
            raise
        finally:
            watch.end(turn)


@dataclass(slots=True, eq=False)
class _Turn:
    """One piece of work."""

    task: asyncio.Task[Any]
    cancelling: int
    """How often the task had been asked to stop before."""
    due: float
    is_overdue: bool = False


class _Watch:
    """Watches the work of one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._turns: dict[_Turn, None] = {}  # the oldest first
        self._is_set = False

    def begin(self, turn: _Turn) -> None:
        """Watch a turn."""
        self._turns[turn] = None
        if not self._is_set:
            self._set(turn)

    def end(self, turn: _Turn) -> None:
        """Watch it no more; the timer stays for those that come after it."""
        self._turns.pop(turn, None)
        if turn.is_overdue:
            turn.task.uncancel()

    def _set(self, turn: _Turn) -> None:
        self._is_set = True
        self.loop.call_at(turn.due, self._ring)

    def _ring(self) -> None:
        self._is_set = False
        moment = self.loop.time()
        while self._turns:
            oldest = next(iter(self._turns))
            if oldest.due > moment:
                self._set(oldest)
                return
            del self._turns[oldest]
            oldest.is_overdue = True
            oldest.task.cancel()
