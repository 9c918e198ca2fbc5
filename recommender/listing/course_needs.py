"""How far each course closes each learner's gaps, per hour: a sparse row a learner."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.schema import MAX_LEVEL
from recommender.listing.posts import PostTable, TaughtTable
from recommender.listing.ranges import changes, ranges
from recommender.listing.standings import Standings


@dataclass(frozen=True)
class CourseNeeds:
    """Needs above 0; those of learner ``r`` are entries ``start[r]`` to ``start[r + 1]``, by course."""

    start: NDArray[np.int64]
    """Shape (n + 1,)."""
    course: NDArray[np.int32]
    need: NDArray[np.float32]
    """Weighted missing steps that the course is expected to close, per hour."""

    def dense(self, n_courses: int) -> NDArray[np.float32]:
        """Return shape (n, n_courses), 0 where a course closes nothing."""
        out = np.zeros((len(self.start) - 1, n_courses), dtype=np.float32)
        out[np.repeat(np.arange(len(out)), np.diff(self.start)), self.course] = self.need
        return out


@dataclass(slots=True)
class Lifts:
    """What needs add to scores, as ``CourseNeeds`` has them."""

    start: NDArray[np.int64]
    course: NDArray[np.int32]
    lift: NDArray[np.float32]


@dataclass(frozen=True)
class Lessons:
    """What of each post's requirements which course teaches; those of post ``p`` begin at ``start[p]``, by course."""

    start: NDArray[np.int64]
    course: NDArray[np.int64]
    slot: NDArray[np.int64]
    first: NDArray[np.int64]
    """The level that the course starts from."""
    last: NDArray[np.int64]
    confidence: NDArray[np.float64]
    hours: NDArray[np.float64]
    """Shape (n_courses,)."""

    @classmethod
    def of(cls, posts: PostTable, taught: TaughtTable) -> Lessons:
        """Find for every post the courses that teach what it requires."""
        slots = posts.slot[:, taught.competency]
        post, row = np.nonzero(slots >= 0)
        start = np.concatenate([[0], np.cumsum(np.bincount(post, minlength=len(slots)))]).astype(np.int64)
        return cls(
            start, taught.course[row], slots[post, row].astype(np.int64), taught.from_level[row],
            taught.to_level[row], taught.confidence[row], taught.hours,
        )  # fmt: skip

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Number of rows of each post."""
        return np.diff(self.start)


def course_needs(post: NDArray[np.int64], standing: Standings, posts: PostTable, lessons: Lessons) -> CourseNeeds:
    """Return how far each course closes the gaps of each learner; ``post`` has shape (n,).

    A step counts with P(not yet held) times the requirement's weight (``CRITICAL`` times, where it is critical) times
    the confidence that the course teaches it.
    """
    upto = steps_up_to(standing, posts)
    sizes = lessons.sizes[post]
    row = ranges(lessons.start[post], sizes)
    learner = np.repeat(np.arange(len(post)), sizes)
    asked = standing.start[learner] + lessons.slot[row]
    closed = upto[asked, lessons.last[row]] - upto[asked, lessons.first[row]]
    closed = np.maximum(closed, 0.0) * lessons.confidence[row]
    return _by_course(learner, lessons.course[row], closed, len(post), lessons.hours)


def lifts(needs: CourseNeeds, height: NDArray[np.float32]) -> Lifts:
    """Return what each need adds: a learner's greatest adds the learner's ``height``, shape (n,)."""
    sizes = np.diff(needs.start)
    greatest = np.zeros(len(sizes), dtype=np.float32)
    some = np.flatnonzero(sizes)
    if len(some):
        greatest[some] = np.maximum.reduceat(needs.need, needs.start[some])
    greatest[greatest == 0] = 1.0
    lift = np.asarray(np.repeat(height, sizes) * (needs.need / np.repeat(greatest, sizes)), dtype=np.float32)
    return Lifts(needs.start, needs.course, lift)


def steps_up_to(standing: Standings, posts: PostTable) -> NDArray[np.float64]:
    """Return the weighted missing steps up to each level, shape (n_rows, 6)."""
    worth = posts.worth[standing.need]
    steps = np.zeros((len(worth), MAX_LEVEL + 1))
    np.multiply(1.0 - standing.at_least[:, 1:], worth[:, 1:], out=steps[:, 1:])
    return np.cumsum(steps, axis=1)


def _by_course(
    learner: NDArray[np.int64],
    course: NDArray[np.int64],
    closed: NDArray[np.float64],
    n: int,
    hours: NDArray[np.float64],
) -> CourseNeeds:
    """Add up what a course closes in several competencies; rows are by learner, then by course."""
    first = changes(learner) | changes(course)
    place = np.flatnonzero(first)
    total = np.bincount(np.cumsum(first) - 1, closed, len(place))
    need = (total / hours[course[place]]).astype(np.float32)
    some = need > 0
    start = np.concatenate([[0], np.cumsum(np.bincount(learner[place][some], minlength=n))]).astype(np.int64)
    return CourseNeeds(start, course[place][some].astype(np.int32), need[some])
