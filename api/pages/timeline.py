"""A path as bars over months, in the units of an SVG picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from recommender.paths import PathItem

WIDTH = 1000
"""Width of the picture in its own units."""

ROW = 26
"""Height of one course's row."""

HEAD = 30
"""Height of the row of months."""

LANES = 6
"""Courses follow one another, so a few rows hold them all, one row down each."""

_LEAST = 5
"""A bar is at least so wide, so that it can be seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One course."""

    number: int
    x: float
    y: float
    width: float
    mandatory: bool
    due: float | None
    """Where it is due, if within the picture."""


@dataclass(frozen=True, slots=True)
class Tick:
    """The beginning of a month."""

    x: float
    month: datetime
    named: bool
    """Whether there is room for its name."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole picture."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    height: float


def timeline(items: Sequence[PathItem]) -> Timeline | None:
    """Return the picture of a path, ``None`` of an empty one.

    It runs from the first day of the month of the first course to the end of the month of the last.
    """
    if not items:
        return None
    first = _month(min(item.starts_on for item in items))
    last = _next_month(max(item.ends_on for item in items))
    span = (last - first).total_seconds()

    def x(moment: datetime) -> float:
        return round(WIDTH * (moment - first).total_seconds() / span, 1)

    bars = tuple(
        Bar(
            number=item.position,
            x=x(item.starts_on),
            y=HEAD + ROW * (row % LANES),
            width=max(_LEAST, round(x(item.ends_on) - x(item.starts_on), 1)),
            mandatory=item.mandatory,
            due=x(item.due_on) if item.due_on is not None and first <= item.due_on <= last else None,
        )
        for row, item in enumerate(items)
    )
    return Timeline(bars, _ticks(first, last, x(_next_month(first))), HEAD + ROW * min(len(items), LANES) + 6)


def _ticks(first: datetime, last: datetime, month_width: float) -> tuple[Tick, ...]:
    every = max(1, ceil(70 / month_width))
    ticks: list[Tick] = []
    moment, span = first, (last - first).total_seconds()
    while moment < last:
        place = round(WIDTH * (moment - first).total_seconds() / span, 1)
        ticks.append(Tick(place, moment, named=len(ticks) % every == 0))
        moment = _next_month(moment)
    return tuple(ticks)


def _month(moment: datetime) -> datetime:
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next_month(moment: datetime) -> datetime:
    return _month(_month(moment) + timedelta(days=32))
