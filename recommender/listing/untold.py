"""What holds for every learner of a post of whom no evidence tells: worked out once a post, not once a learner."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.histories import Histories
from features.times import EPOCH
from models.base import Scores
from recommender.listing.block import EvidenceColumns, LearnerBlock
from recommender.listing.course_needs import CourseNeeds, Lessons, course_needs, lifts, steps_up_to
from recommender.listing.posts import PostTable
from recommender.listing.ranges import changes
from recommender.listing.standings import standings
from recommender.state.many import KindArrays


@dataclass(frozen=True)
class Untold:
    """Standings and needs of one such learner of each post, and how they change where evidence speaks."""

    at_least: NDArray[np.float64]
    """Shape (n_requirements, 6), as in ``Standings``; so are ``missing`` and ``rank``."""
    missing: NDArray[np.float64]
    rank: NDArray[np.int64]
    upto: NDArray[np.float64]
    """Shape (n_requirements, 6), weighted missing steps up to each level."""
    start: NDArray[np.int64]
    """Shape (n_posts + 1,): the courses that teach what post ``p`` requires begin at ``start[p]``."""
    course: NDArray[np.int32]
    need: NDArray[np.float32]
    """Shape (n_taught,), how far each closes the gaps, 0 or more."""
    lift: Scores
    """Shape (S, n_taught), what that adds in each situation."""
    row: NDArray[np.int64]
    """Shape (n_taught + 1,), where the rows of each of these courses begin in ``Lessons``."""
    teaching_from: NDArray[np.int64]
    """Shape (n_requirements + 1,)."""
    teaching: NDArray[np.int64]
    """Which of these courses teach each requirement."""
    heights: Scores
    """Shape (S,), what a learner's greatest need adds in each situation."""

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Number of courses that teach what each post requires."""
        return np.diff(self.start)

    @classmethod
    def of(cls, posts: PostTable, lessons: Lessons, kinds: KindArrays, heights: Scores) -> Untold:
        """Work it out."""
        n = len(posts.start) - 1
        post = np.arange(n, dtype=np.int64)
        standing = standings(_one_of_each(n), posts, EPOCH, kinds)
        needs = course_needs(post, standing, posts, lessons)
        owner = np.repeat(post, lessons.sizes)
        first = changes(lessons.course) | changes(owner)
        row = np.flatnonzero(first)
        course = lessons.course[row]
        taught = CourseNeeds(
            np.searchsorted(row, lessons.start).astype(np.int64),
            course.astype(np.int32),
            _where_taught(needs, owner[row], course, len(lessons.hours)),
        )
        requirement = posts.start[owner] + lessons.slot
        return cls(
            at_least=standing.at_least,
            missing=standing.missing,
            rank=standing.rank,
            upto=steps_up_to(standing, posts),
            start=taught.start,
            course=taught.course,
            need=taught.need,
            lift=np.stack([lifts(taught, np.full(n, height, dtype=np.float32)).lift for height in heights]),
            row=np.append(row, len(owner)),
            teaching_from=np.cumsum([0, *np.bincount(requirement, minlength=len(posts.weight))], dtype=np.int64),
            teaching=(np.cumsum(first) - 1)[np.argsort(requirement, kind="stable")],
            heights=heights,
        )


def _where_taught(
    needs: CourseNeeds, post: NDArray[np.int64], course: NDArray[np.int64], n_courses: int
) -> NDArray[np.float32]:
    """Return the needs of pairs of a post and a course, which hold all that are above 0; else 0."""
    found = np.zeros(len(post), dtype=np.float32)
    own = np.repeat(np.arange(len(needs.start) - 1), np.diff(needs.start)) * n_courses + needs.course
    found[np.searchsorted(post * n_courses + course, own)] = needs.need
    return found


def _one_of_each(n_posts: int) -> LearnerBlock:
    """Return a learner of each post, of whom nothing is known."""
    none = np.empty(0, dtype=np.int64)
    no, said = none.astype(np.bool_), none.astype(np.float64)
    return LearnerBlock(
        histories=Histories.of([()] * n_posts, 0),
        profile=np.arange(n_posts, dtype=np.int32),
        profiles=(),
        post=np.arange(n_posts, dtype=np.int64),
        barred_from=np.zeros(n_posts + 1, dtype=np.int64),
        barred=none.astype(np.int32),
        evidence=EvidenceColumns(none, none, none, no, none, no, none, none, none, said),
    )
