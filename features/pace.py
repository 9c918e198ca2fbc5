"""How fast long work goes, and how long it still takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

EVERY = 2.0
"""Seconds between two reports at least."""


@dataclass
class Pace:
    """Reports the rate of a piece of work and the time left, every few seconds.

    >>> clock = iter([0.0, 10.0])
    >>> Pace("reading", "rows", print, clock=lambda: next(clock)).told(500, 2000)
    reading: 500 of 2,000 rows, 50 a second, 30 s left
    """

    what: str
    unit: str
    say: Callable[[str], object]
    clock: Callable[[], float] = time.monotonic
    _began: float = field(init=False)
    _last: float = field(init=False)

    def __post_init__(self) -> None:
        self._began = self._last = self.clock()

    def told(self, done: int, of: int) -> None:
        """Report how much is done, unless that was said a moment ago; ``of`` may be an estimate."""
        now = self.clock()
        if now - self._last < EVERY:
            return
        self._last = now
        rate = done / max(now - self._began, 1e-9)
        left = max(of - done, 0) / max(rate, 1e-9)
        speed = f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"
        self.say(f"{self.what}: {done:,} of {max(of, done):,} {self.unit}, {speed} a second, {left:,.0f} s left")
