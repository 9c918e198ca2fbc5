"""What the solver answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["optimal", "bounded", "infeasible"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A minimal set of duties that cannot all be met, and the cheapest way out."""

    duties: tuple[str, ...]
    """Without any one of them the rest would fit."""
    kind: str
    """``hours``, ``due`` (not in time at this pace), ``cost`` or ``prerequisite`` (no course that can be taken)."""
    hours_short: float
    """Hours that are missing for these duties together; 0 where hours are not the trouble."""
    way_out: str
    """``more_hours`` or ``drop``: the smallest change that makes the duties fit."""
    drop: str | None = None
    """The duty whose removal loses the fewest hours of duty."""


@dataclass(frozen=True, slots=True)
class Solution:
    """The courses chosen, in the problem's order, and how good that is at most."""

    status: Status
    chosen: tuple[str, ...]
    closed: frozenset[tuple[str, int]]
    value: float
    """Weighted steps closed (critical ones included) plus the bonus of chosen courses."""
    bound: float
    """No plan that respects the duties and the critical steps can be worth more."""
    hours: float
    critical_value: float
    conflict: Conflict | None = None
