"""A path as people see it: ordered courses with dates, what each closes, and why it is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from recommender.paths.problem import Problem
from recommender.paths.reasons import Fact, Reason
from recommender.paths.solution import Conflict, Status


@dataclass(frozen=True, slots=True)
class Session:
    """A day on which a course begins, and the seats left."""

    starts_on: datetime
    seats: int


@dataclass(frozen=True, slots=True)
class PathSettings:
    """Budgets and wishes of one learner's paths."""

    hours: float = 40.0
    """Hours of learning in all."""
    hours_a_month: float = 8.0
    cost: float = 0.0
    """Budget for fees in rupees (desirable path)."""
    exclude: frozenset[str] = frozenset()
    """Courses that were asked to be left out."""
    sessions: Mapping[str, tuple[Session, ...]] = field(default_factory=dict)
    """Sessions of courses that are held on fixed days; without a seat left in any later one, a course is full."""
    keep: tuple[str, ...] = ()
    """Courses of an earlier plan that are not begun: as many stay as 3 % of the value allow."""
    languages: tuple[str, ...] = ()
    """Languages to learn in; empty: those of the profile."""
    inaccessible: frozenset[str] = frozenset()
    """Courses that the learner cannot use (no captions, no transcript, ...)."""
    time_limit: float = 5.0
    """Seconds for the solver; when they are over, the plan comes with its bound."""


@dataclass(frozen=True, slots=True)
class Aspiration:
    """Where a desirable path leads: a role, a domain or another organisation's subject."""

    role: str | None = None
    domain: str | None = None
    """An area or a theme of the framework, or one competency, by name or id."""
    organisation: str | None = None
    level: int = 3
    """The level aimed at in a domain or an organisation's subject."""
    outside_share: float = 0.0
    """Share of the hours outside the own silo, 0 to 1."""


@dataclass(frozen=True, slots=True)
class StepClosed:
    """One step of a competency that a course closes at its place in the path."""

    competency: str
    level: int


@dataclass(frozen=True, slots=True)
class PathItem:
    """A course at its place in a path."""

    course: str
    position: int
    """From 1."""
    starts_on: datetime
    ends_on: datetime
    """When it is done at the pace of the settings."""
    due_on: datetime | None
    """When a plan or a rule wants it done."""
    hours: float
    """Hours that are left of it."""
    mandatory: bool
    closes: tuple[StepClosed, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """An ordered list of courses and how good it provably is."""

    kind: Literal["guided", "desirable"]
    items: tuple[PathItem, ...]
    hours: float
    status: Status
    """``infeasible``: the duties do not fit; the items are then the cheapest way out."""
    value: float
    """Weighted steps closed (and interest, on a desirable path)."""
    bound: float
    """No path within the same limits is worth more."""
    conflict: Conflict | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    """Further figures: ``closable`` (value if hours did not count), ``price`` of the silo dial, ..."""
    problem: Problem | None = field(default=None, repr=False, compare=False)
    """The problem behind it, for why-not questions and repair."""
    refused: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """Courses that were no candidates: course id to the code of the reason."""

    def courses(self) -> tuple[str, ...]:
        """Return the ids of its courses in order."""
        return tuple(item.course for item in self.items)
