"""A fuse: what did not answer in time is left alone for a while, so that not every request waits for it anew."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from api.http.deadline import Deadline
from features.store import StoreError

T = TypeVar("T")


class Fuse:
    """Waits ``seconds`` for the store; once that was in vain, refuses at once for ``rest`` seconds."""

    def __init__(self, seconds: float, rest: float = 5.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._deadline = Deadline(seconds)
        self._rest = rest
        self._clock = clock
        self._blown_until = float("-inf")

    async def __call__(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what the work returns.

        Raises
        ------
        StoreError
            If it takes too long, or something just did.
        """
        if self._clock() < self._blown_until:
            work.close()
            raise self._error()
        try:
            return await self._deadline(work)
        except TimeoutError:
            self._blown_until = self._clock() + self._rest
            raise self._error() from None

    def _error(self) -> StoreError:
        return StoreError(
            f"no answer of the store within {self._seconds:g} seconds", "a store that answers",
            "check that the database runs and is not locked",
        )  # fmt: skip
