"""The path problem as data: what to close, what can be chosen, what must be done, and the budgets.

A *need* is one step of a competency: level ``s``, worth ``weight``. It is closed when all lower steps of its
competency are closed and a chosen course teaches the competency with ``from < s <= to``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

VERSION = 1
"""Version of the problem format."""


@dataclass(frozen=True, slots=True)
class Teach:
    """A course takes learners in one competency from a level to a level."""

    competency: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A course that may be chosen."""

    id: str
    hours: float
    teaches: tuple[Teach, ...] = ()
    requires: tuple[tuple[str, ...], ...] = ()
    """AND of ORs over course ids; a course in ``Problem.held`` satisfies a group."""
    cost: float = 0.0
    interest: float = 0.0
    """Only decides between plans that are equal in everything else."""
    bonus: float = 0.0
    """Worth of the course itself, beside the steps it closes (desirable paths)."""
    equivalence: str | None = None
    """Of the courses with the same name here at most one is chosen; each satisfies what asks for another."""
    outside: bool = False
    """Whether its subject is outside the learner's own silo."""


@dataclass(frozen=True, slots=True)
class Need:
    """One step of a competency."""

    competency: str
    level: int
    weight: float
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Duty:
    """At least ``count`` of the courses, or ``hours`` hours of them, must be chosen."""

    id: str
    courses: tuple[str, ...]
    count: int = 1
    hours: float = 0.0
    rule: str | None = None
    """Identifier and version of the rule that asks for it."""
    due_in_hours: float | None = None
    """Hours of learning that fit before it is due; ``None``: no date."""


@dataclass(frozen=True)
class Problem:
    """Everything the solver is told; ids are opaque and the order of courses only breaks ties."""

    courses: tuple[Candidate, ...]
    needs: tuple[Need, ...]
    hours: float
    duties: tuple[Duty, ...] = ()
    cost: float | None = None
    """Budget in rupees, ``None``: no limit."""
    outside_share: float = 0.0
    """At least this share of the hours outside the own silo."""
    held: frozenset[str] = field(default_factory=frozenset)
    """Courses that count as taken where another course requires them."""
    base: Mapping[str, int] = field(default_factory=dict)
    """Level held in each competency, 0 where absent."""

    @cached_property
    def by_id(self) -> Mapping[str, Candidate]:
        """Courses by id."""
        return {course.id: course for course in self.courses}

    @cached_property
    def alike(self) -> Mapping[str, tuple[str, ...]]:
        """For each course id the ids that may stand for it, itself included."""
        sets: dict[str, list[str]] = {}
        for course in self.courses:
            if course.equivalence is not None:
                sets.setdefault(course.equivalence, []).append(course.id)
        return {
            course.id: tuple(sets[course.equivalence]) if course.equivalence is not None else (course.id,)
            for course in self.courses
        }

    @cached_property
    def steps(self) -> tuple[tuple[str, int], ...]:
        """All steps from the base to the highest need of each competency: (competency, level)."""
        return tuple((c, s) for c, high in self.top.items() for s in range(self.base.get(c, 0) + 1, high + 1))

    @cached_property
    def top(self) -> Mapping[str, int]:
        """The highest level that is needed of each competency."""
        top: dict[str, int] = {}
        for need in self.needs:
            top[need.competency] = max(top.get(need.competency, 0), need.level)
        return top

    def stand_ins(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Return the candidates that satisfy one of the ids, each once, in order."""
        return tuple(dict.fromkeys(other for one in ids if one in self.alike for other in self.alike[one]))
