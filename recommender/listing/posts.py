"""What posts require and courses teach, in columns."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.reference import Reference, Requirement
from features.schema import MAX_LEVEL

NO_POST = 0
"""Row of a learner whose position is unknown: it requires nothing."""
CRITICAL = 2.0
"""A step towards a critical requirement counts so many times."""
_SHORTEST = 0.25
"""Hours a course is counted with at least, so that a five-minute clip does not win by its shortness alone."""


@dataclass(frozen=True)
class PostTable:
    """The requirements of every position; those of post ``p`` are rows ``start[p]`` to ``start[p + 1]``.

    A requirement's *slot* is its place among those of its post, which stand in order of their competencies.
    """

    rows: Mapping[str, int]
    """Row of each position."""
    start: NDArray[np.int64]
    """Shape (n_posts + 1,)."""
    requirements: tuple[Requirement, ...]
    competency: NDArray[np.int64]
    required: NDArray[np.int64]
    """Level, 1 to 5."""
    weight: NDArray[np.float64]
    critical: NDArray[np.bool_]
    slot: NDArray[np.int16]
    """Shape (n_posts, n_competencies), -1 where a post does not require the competency."""

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Number of requirements of each post."""
        return np.diff(self.start)

    @cached_property
    def within(self) -> NDArray[np.float64]:
        """Shape (n_requirements, 5): 1 for the steps up to the required level, 0 for those above."""
        return (np.arange(1, MAX_LEVEL + 1) <= self.required[:, None]).astype(np.float64)

    @cached_property
    def worth(self) -> NDArray[np.float64]:
        """Shape (n_requirements, 6): what each step is worth; 0 for those above the required level."""
        worth = self.weight * np.where(self.critical, CRITICAL, 1.0)
        levels = np.arange(MAX_LEVEL + 1)
        return np.where((levels > 0) & (levels <= self.required[:, None]), worth[:, None], 0.0)

    @classmethod
    def of(cls, reference: Reference, competencies: Mapping[str, int]) -> PostTable:
        """Read the requirements of every position; row ``NO_POST`` has none."""
        lists = [(), *(reference.requirements_of_position(position) for position in reference.positions)]
        flat = tuple(need for needs in lists for need in needs)
        start = np.cumsum([0, *map(len, lists)], dtype=np.int64)
        competency = np.array([competencies[need.competency] for need in flat], dtype=np.int64)
        slot = np.full((len(lists), len(competencies)), -1, dtype=np.int16)
        post = np.repeat(np.arange(len(lists)), np.diff(start))
        slot[post, competency] = np.arange(len(flat)) - start[post]
        return cls(
            rows={position: number for number, position in enumerate(reference.positions, start=1)},
            start=start,
            requirements=flat,
            competency=competency,
            required=np.array([need.level for need in flat], dtype=np.int64),
            weight=np.array([need.weight for need in flat], dtype=np.float64),
            critical=np.array([need.critical for need in flat], dtype=np.bool_),
            slot=slot,
        )


@dataclass(frozen=True)
class TaughtTable:
    """What courses teach; what course ``c`` teaches are rows ``start[c]`` to ``start[c + 1]``."""

    start: NDArray[np.int64]
    """Shape (n_courses + 1,)."""
    course: NDArray[np.int64]
    competency: NDArray[np.int64]
    from_level: NDArray[np.int64]
    to_level: NDArray[np.int64]
    confidence: NDArray[np.float64]
    hours: NDArray[np.float64]
    """Shape (n_courses,), a quarter at least."""

    @cached_property
    def lessons(self) -> tuple[tuple[tuple[int, int, int], ...], ...]:
        """For each course the competencies it teaches, from which level to which."""
        rows = list(zip(self.competency.tolist(), self.from_level.tolist(), self.to_level.tolist(), strict=True))
        starts = self.start.tolist()
        return tuple(tuple(rows[first:last]) for first, last in itertools.pairwise(starts))

    @classmethod
    def of(cls, reference: Reference, course_ids: Sequence[str], competencies: Mapping[str, int]) -> TaughtTable:
        """Read what each course teaches."""
        courses = [reference.courses.get(course) for course in course_ids]
        lists = [() if course is None else course.teaches for course in courses]
        flat = [taught for teaches in lists for taught in teaches]
        start = np.cumsum([0, *map(len, lists)], dtype=np.int64)
        hours = [1.0 if course is None else course.hours for course in courses]
        return cls(
            start=start,
            course=np.repeat(np.arange(len(lists)), np.diff(start)),
            competency=np.array([competencies[taught.competency] for taught in flat], dtype=np.int64),
            from_level=np.array([taught.from_level for taught in flat], dtype=np.int64),
            to_level=np.array([taught.to_level for taught in flat], dtype=np.int64),
            confidence=np.array([taught.confidence for taught in flat], dtype=np.float64),
            hours=np.maximum(np.array(hours, dtype=np.float64), _SHORTEST),
        )
