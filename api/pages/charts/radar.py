"""What a role asks for beside what is believed: an axis a competency."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

LEVELS = 5
SIZE = 400
"""Side of the picture in its own units."""

_RADIUS = 160.0
_LABEL = 180.0
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Axis:
    """One competency; levels from 0 to 5."""

    required: float
    believed: float


@dataclass(frozen=True, slots=True)
class Spoke:
    """An axis from the middle outwards, and where its number stands."""

    number: int
    x: float
    y: float
    label_x: float
    label_y: float
    required: tuple[float, float]
    believed: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Radar:
    """The whole picture; polygons are written as SVG wants them."""

    spokes: tuple[Spoke, ...]
    rings: tuple[str, ...]
    """One polygon a level, the innermost first."""
    required: str
    believed: str
    size: int = SIZE


def radar(axes: Sequence[Axis]) -> Radar | None:
    """Return the picture, ``None`` below three axes: it would be no area.

    >>> radar([Axis(3, 1), Axis(3, 3), Axis(2, 0)]).spokes[0].required
    (200.0, 104.0)
    """
    if len(axes) < _FEWEST:
        return None
    spokes = tuple(_spoke(number, axis, 2 * pi * number / len(axes)) for number, axis in enumerate(axes))
    rings = tuple(
        _polygon(axes, lambda _axis, level=level: level)  # type: ignore[misc]
        for level in range(1, LEVELS + 1)
    )
    return Radar(spokes, rings, _polygon(axes, lambda axis: axis.required), _polygon(axes, lambda axis: axis.believed))


def _spoke(number: int, axis: Axis, angle: float) -> Spoke:
    x, y = _at(angle, _RADIUS)
    label_x, label_y = _at(angle, _LABEL)
    return Spoke(
        number + 1, x, y, label_x, label_y,
        _at(angle, _RADIUS * axis.required / LEVELS), _at(angle, _RADIUS * axis.believed / LEVELS),
    )  # fmt: skip


def _polygon(axes: Sequence[Axis], level: Callable[[Axis], float]) -> str:
    points = (_at(2 * pi * number / len(axes), _RADIUS * level(axis) / LEVELS) for number, axis in enumerate(axes))
    return " ".join(f"{x:g},{y:g}" for x, y in points)


def _at(angle: float, distance: float) -> tuple[float, float]:
    """Return a point at an angle from straight up, clockwise."""
    return round(SIZE / 2 + distance * sin(angle), 1), round(SIZE / 2 - distance * cos(angle), 1)
