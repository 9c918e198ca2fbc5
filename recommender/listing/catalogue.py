"""The catalogue in columns: what courses teach, what posts require, who may be shown what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.records import Learner
from features.reference import Course, Reference
from recommender.listing.posts import NO_POST, PostTable, TaughtTable


class Catalogue:
    """What does not depend on any one learner; made once for a bundle."""

    def __init__(self, reference: Reference, course_ids: tuple[str, ...]) -> None:
        self.reference = reference
        self.course_ids = course_ids
        self.index: Mapping[str, int] = {course: number for number, course in enumerate(course_ids)}
        self._slots: dict[int, Mapping[int, int]] = {}

    def __len__(self) -> int:
        return len(self.course_ids)

    @cached_property
    def courses(self) -> tuple[Course | None, ...]:
        """The courses by number; ``None`` for a course that the reference data has lost."""
        return tuple(self.reference.courses.get(course) for course in self.course_ids)

    @cached_property
    def competencies(self) -> tuple[str, ...]:
        """All competencies that are taught or required, sorted: reasons name them by their number here."""
        taught = {t.competency for course in self.reference.courses.values() for t in course.teaches}
        needed = {need.competency for role in self.reference.roles.values() for need in role.requirements}
        return tuple(sorted(taught | needed))

    @cached_property
    def competency_index(self) -> Mapping[str, int]:
        """Number of each competency."""
        return {competency: number for number, competency in enumerate(self.competencies)}

    @cached_property
    def families(self) -> Mapping[str, tuple[int, ...]]:
        """For each original course the numbers of its language versions, itself among them."""
        found: dict[str, list[int]] = {}
        for number, course in enumerate(self.courses):
            if course is not None:
                found.setdefault(course.base or course.id, []).append(number)
        return {base: tuple(numbers) for base, numbers in found.items()}

    @cached_property
    def versions(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """For each course the numbers of its language versions, itself among them, as starts and numbers."""
        rows = [self.families[course.base or course.id] if course is not None else () for course in self.courses]
        flat = [number for row in rows for number in row]
        return np.cumsum([0, *map(len, rows)], dtype=np.int64), np.array(flat, dtype=np.int32)

    @cached_property
    def lessons(self) -> Mapping[str, tuple[tuple[int, int], ...]]:
        """For each course id the competencies it teaches, by number, and the level it leads to, 1 at least."""
        return {
            course.id: tuple((self.competency_index[t.competency], max(t.to_level, 1)) for t in course.teaches)
            for course in self.reference.courses.values()
        }

    def slots_of(self, post: int) -> Mapping[int, int]:
        """Return the slot of each competency that a post requires, by number."""
        found = self._slots.get(post)
        if found is None:
            needed = self.posts.competency[self.posts.start[post] : self.posts.start[post + 1]].tolist()
            found = self._slots[post] = {competency: slot for slot, competency in enumerate(needed)}
        return found

    @cached_property
    def teaches_frame(self) -> pl.DataFrame:
        """What courses teach, as columns ``course_id``, ``_competency`` and ``to_level``."""
        rows = [
            (course.id, self.competency_index[taught.competency], taught.to_level)
            for course in self.reference.courses.values()
            for taught in course.teaches
        ]
        schema = {"course_id": pl.String, "_competency": pl.Int64, "to_level": pl.Int64}
        return pl.DataFrame(rows, schema=schema, orient="row")

    @cached_property
    def posts(self) -> PostTable:
        """What every position requires."""
        return PostTable.of(self.reference, self.competency_index)

    @cached_property
    def taught(self) -> TaughtTable:
        """What every course teaches."""
        return TaughtTable.of(self.reference, self.course_ids, self.competency_index)

    def posts_of(self, profiles: Iterable[Learner]) -> NDArray[np.int64]:
        """Return the rows of the profiles' posts in ``posts``."""
        found = (self.reference.position_of(one.position, one.designation, one.organisation) for one in profiles)
        return np.array([NO_POST if one is None else self.posts.rows[one.id] for one in found], dtype=np.int64)

    def family(self, courses: Iterable[str]) -> set[int]:
        """Return the numbers of some courses and of all their language versions."""
        known, found = self.reference.courses, set[int]()
        for course_id in courses:
            course = known.get(course_id)
            if course is not None:
                found.update(self.families.get(course.base or course_id, ()))
            elif course_id in self.index:
                found.add(self.index[course_id])
        return found
