"""A lock whose waiters get it in the order in which they came: one that asks again and again starves nobody."""

from __future__ import annotations

import itertools
import threading
from types import TracebackType


class Turns:
    """To be held with ``with``; not twice by the same thread.

    >>> turns = Turns()
    >>> with turns:
    ...     pass
    >>> with turns:
    ...     print("again")
    again
    """

    def __init__(self) -> None:
        self._tickets = itertools.count()
        self._served = 0
        self._next = threading.Condition()

    def __enter__(self) -> None:
        with self._next:
            ticket = next(self._tickets)
            self._next.wait_for(lambda: self._served == ticket)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._next:
            self._served += 1
            self._next.notify_all()
