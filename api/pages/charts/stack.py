"""Parts of a whole, as one bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 1000
"""Width of the picture in its own units."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the bar."""

    kind: str
    value: float
    x: float
    width: float
    percent: int


@dataclass(frozen=True, slots=True)
class Stack:
    """The whole bar."""

    parts: tuple[Part, ...]
    total: float


def stack(parts: Sequence[tuple[str, float]], total: float | None = None) -> Stack:
    """Return the bar of parts (kind, value) in order; ``total`` is its full width, by default their sum.

    >>> [part.width for part in stack([("done", 1), ("open", 3)]).parts]
    [250.0, 750.0]
    """
    whole = sum(value for _, value in parts) if total is None else total
    found, x = [], 0.0
    for kind, value in parts:
        width = WIDTH * value / whole if whole else 0.0
        if value > 0:
            found.append(Part(kind, value, round(x, 1), round(width, 1), round(100 * value / whole)))
        x += width
    return Stack(tuple(found), whole)
