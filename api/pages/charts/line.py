"""A figure over time, or over a budget, with its interval as a band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 640, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 14, 34
_TICKS = 4
_MOST_LABELS = 8
_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Reading:
    """One point; without an interval ``low`` and ``high`` equal the value."""

    label: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of the picture; ``label`` is empty where there is no room for it."""

    x: float
    y: float
    label: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across, at a round value."""

    y: float
    value: float


@dataclass(frozen=True, slots=True)
class Line:
    """The whole picture."""

    dots: tuple[Dot, ...]
    path: str
    band: str
    ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    bottom: int = HEIGHT - _BOTTOM


def line(readings: Sequence[Reading]) -> Line | None:
    """Return the picture of readings in order, ``None`` of fewer than two; the scale begins at 0.

    >>> picture = line([Reading("a", 0, 0, 0), Reading("b", 10, 8, 12)])
    >>> [tick.value for tick in picture.ticks]
    [0.0, 5.0, 10.0, 15.0]
    """
    if len(readings) < 2:
        return None
    values = _ticks(max(reading.high for reading in readings))
    top = values[-1]
    every = ceil(len(readings) / _MOST_LABELS)

    def x(place: int) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * place / (len(readings) - 1), 1)

    def y(value: float) -> float:
        return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * value / top, 1)

    dots = tuple(
        Dot(x(n), y(r.value), r.label if (len(readings) - 1 - n) % every == 0 else "", r)
        for n, r in enumerate(readings)
    )
    lower = [f"{x(n):g},{y(r.low):g}" for n, r in enumerate(readings)]
    upper = [f"{x(n):g},{y(r.high):g}" for n, r in enumerate(readings)]
    return Line(
        dots,
        " ".join(f"{dot.x:g},{dot.y:g}" for dot in dots),
        " ".join([*upper, *reversed(lower)]),
        tuple(Tick(y(value), value) for value in values),
    )


def _ticks(highest: float) -> tuple[float, ...]:
    """Return round values from 0 to at least the highest."""
    if highest <= _LEAST:
        return (0.0, 1.0)
    rough = highest / _TICKS
    unit = 10.0 ** floor(log10(rough))
    step = next(unit * factor for factor in (1, 2, 2.5, 5, 10) if unit * factor >= rough)
    return tuple(round(step * n, 10) for n in range(ceil(round(highest / step, 9)) + 1))
