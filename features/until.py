"""Until when somebody waits for what a thread computes: what takes long looks now and then, and gives up.

A thread cannot be ended from outside. Without this, a question that was given up would go on to keep a thread, and the
next ones would wait for it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from features.errors import KarmapathError

_until: ContextVar[float] = ContextVar("until", default=math.inf)


class GivenUpError(KarmapathError):
    """Nobody waits for the result any more."""

    code = "overdue"


@contextmanager
def until(moment: float) -> Iterator[None]:
    """Have ``go_on`` raise after a moment of ``time.monotonic`` inside the block."""
    before = _until.set(moment)
    try:
        yield
    finally:
        _until.reset(before)


def go_on() -> None:
    """Raise ``GivenUpError`` if nobody waits any more; it costs less than a microsecond.

    >>> go_on()
    >>> with until(time.monotonic() - 1):
    ...     go_on()
    Traceback (most recent call last):
    features.until.GivenUpError: a question that nobody waits for; expected an answer in time; ask a smaller one
    """
    if time.monotonic() > _until.get():
        raise GivenUpError("a question that nobody waits for", "an answer in time", "ask a smaller one")
