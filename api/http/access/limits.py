"""How often somebody may ask: a bucket of tokens for each caller, in each process."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

_MOST_CALLERS = 100_000


class Limits:
    """Lets a caller ask ``rate`` times a second, and up to ``burst`` times at once."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, caller: str) -> float:
        """Take one token and return 0, or return the seconds until there is one.

        >>> limits = Limits(rate=1, burst=1, clock=lambda: 0.0)
        >>> limits.wait("a"), limits.wait("a"), limits.wait("b")
        (0.0, 1.0, 0.0)
        """
        moment = self._clock()
        tokens, then = self._buckets.pop(caller, (self._burst, moment))
        tokens = min(self._burst, tokens + (moment - then) * self._rate)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / self._rate
        self._buckets[caller] = (tokens - 1 if wait == 0 else tokens, moment)
        if len(self._buckets) > _MOST_CALLERS:
            self._buckets.popitem(last=False)
        return wait
