"""A memory of bounded size that forgets what was not asked for lately."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """Holds at most twice ``most`` answers, in two generations: whatever is asked for moves to the younger one.

    When that is full, the older one is forgotten and they change places.

    >>> squares = Remembered[int, int](most=2)
    >>> [squares.of(n, lambda n=n: n * n) for n in (1, 2, 1, 3, 4)]
    [1, 4, 1, 9, 16]
    >>> 1 in squares, len(squares) <= 4
    (True, True)
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}

    def __len__(self) -> int:
        return len(self._young.keys() | self._old.keys())

    def __contains__(self, key: K) -> bool:
        return key in self._young or key in self._old

    def of(self, key: K, make: Callable[[], V]) -> V:
        """Return the answer to a key, made where it is not known."""
        if key in self._young:
            return self._young[key]
        found = self._old[key] if key in self._old else make()
        if len(self._young) >= self.most:
            self._old, self._young = self._young, {}
        self._young[key] = found
        return found
