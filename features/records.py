"""What is known of one learner at the moment of a request.

What a learner has many of is a named tuple: a record is made for every request, and a frozen data class takes ten times
as long to make.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Learner:
    """A pseudonymous learner and the job; nothing else about the person."""

    id: str
    organisation: str | None = None
    position: str | None = None
    designation: str | None = None
    group: str | None = None
    cadre: str | None = None
    languages: tuple[str, ...] = ()
    joined_on: datetime | None = None
    verified: bool = False


class Enrolment(NamedTuple):
    """A learner's first enrolment in a course."""

    course: str
    status: str
    """A value of ``features.schema.ENROLMENT_STATUSES``."""
    progress: float | None = None
    """Share of the course consumed, 0 to 1."""
    dwell_ratio: float | None = None
    """Time spent as a share of the course's hours; above 1 where the learner took longer."""
    enrolled_on: datetime | None = None
    completed_on: datetime | None = None
    sequence: int | None = None
    """Place in the learner's order, where times are unknown."""
    rating: float | None = None
    mandated: bool = False
    campaign: bool = False
    skimmed: bool = False

    @property
    def is_preference(self) -> bool:
        """Whether the learner chose it: not mandated, not in a campaign, not skimmed."""
        return not (self.mandated or self.campaign or self.skimmed)


class Evidence(NamedTuple):
    """Something that says something about a learner's level."""

    id: str
    kind: str
    """A value of ``features.schema.EVIDENCE_KINDS``."""
    observed_on: datetime
    competency: str | None = None
    """``None``: all that the course teaches."""
    course: str | None = None
    level: int | None = None
    """``None``: the level that the course leads to."""
    passed: bool | None = None
    score: float | None = None
    attempt: int | None = None


class PlannedCourse(NamedTuple):
    """A course that a capacity-building plan assigns to the learner."""

    plan: str
    course: str
    mandatory: bool
    due_on: datetime | None = None
    apar: bool = False


@dataclass(frozen=True, slots=True)
class LearnerRecord:
    """All that the engine is told about a learner."""

    learner: Learner
    enrolments: Sequence[Enrolment] = ()
    """In the order they began; as they stand in the store, they are made when they are first looked at."""
    evidence: Sequence[Evidence] = ()
    plans: tuple[PlannedCourse, ...] = ()
    down_rated: frozenset[str] = field(default_factory=frozenset)
    """Courses that the learner does not want to see."""
    version: int = 0
    """Grows with every change of what the store knows of the learner; 0 where it came from elsewhere."""
